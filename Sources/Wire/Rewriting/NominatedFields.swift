/// The names that the `Connection` fields of one head list, at most ``MessageFields/maximumOptions``.
/// Found again when a head is written that has any: few do, so a parsed head need not carry them.
struct NominatedFields: BitwiseCopyable {
  private(set) var count = 0
  private var names = InlineArray<16, ByteRange>(repeating: .empty)

  init() {}

  init(_ fields: ByteRange, in bytes: Span<UInt8>) {
    var lines = FieldLines(fields)
    while case .line(let line) = lines.next(in: bytes) {
      guard line.known == .connection else { continue }
      var elements = ListElements(line.value)
      while let element = elements.next(in: bytes) {
        // The parser counted them: more than fit do not come here.
        precondition(count < MessageFields.maximumOptions)
        names[count] = element
        count += 1
      }
    }
  }

  func contains(_ line: FieldLine, in bytes: Span<UInt8>) -> Bool {
    contains(line.name, in: bytes)
  }

  func contains(_ place: ByteRange, in bytes: Span<UInt8>) -> Bool {
    for i in 0..<count where names[i].count == place.count {
      let option = names[i].span(in: bytes)
      let name = place.span(in: bytes)
      var same = 0
      while same < name.count, option[same] | 0x20 == name[same] | 0x20 { same &+= 1 }
      if same == name.count { return true }
    }
    return false
  }
}
