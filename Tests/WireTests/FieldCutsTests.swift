import Testing

@testable import Wire

/// The short way to rebuild a head, by the pieces between what stays behind, and the long way, line by
/// line, are the same.
@Suite struct FieldCutsTests {
  /// The lines of `section` as each way writes them.
  func ways(
    _ section: String, _ role: MessageFields.Role
  ) throws -> (short: String?, long: String) {
    let bytes = latin1(section + "\r\n")
    var facts = MessageFields(role)
    var lines = FieldLines(from: 0, end: bytes.count)
    reading: while true {
      switch lines.next(in: bytes.span) {
      case .end: break reading
      case .refused(let fault): throw Fault(detail: fault)
      case .line(let line):
        if let fault = facts.take(line, in: bytes.span) { throw Fault(detail: fault) }
      }
    }
    let fields = ByteRange(0, bytes.count - 2)
    func written(_ cuts: FieldCuts) -> String {
      var out = [UInt8](repeating: 0, count: 70_000)
      var target = out.mutableSpan
      var output = HeadOutput()
      FieldCopy(role: role, cuts: cuts, namesFields: facts.namesFields)
        .write(fields, from: bytes.span, to: &output, into: &target)
      let count = output.count
      return latin1(out[..<count])
    }
    var none = FieldCuts()
    none.giveUp()
    return (facts.cuts.isExact ? written(facts.cuts) : nil, written(none))
  }

  struct Fault: Error { let detail: RefusalDetail }

  static let lines = [
    "Accept: */*", "User-Agent: x", "Connection: close", "Keep-Alive: 5", "TE: trailers",
    "Date: x", "Via: 1.1 a", "Upgrade: h2c", "X-Sluice-A: 1", "Proxy-Status: x",
    "Content-Length: 5",
    "X:y", "X: y ", "X:", "X: ", "Connection: x", "Trailer: a", "Set-Cookie: a=b",
    "Expect: 100-continue",
    "Proxy-Authorization: a", "Max-Forwards: 3",
  ]

  @Test("for random sections, the pieces between the cuts are what line by line is written")
  func same() throws {
    var random = SeededGenerator(state: 11)
    var exact = 0
    for _ in 0..<5_000 {
      let count = Int.random(in: 0...14, using: &random)
      let section = (0..<count).map { _ in Self.lines.randomElement(using: &random)! + "\r\n" }
        .joined()
      let role: MessageFields.Role = Bool.random(using: &random) ? .request : .response
      guard let (short, long) = try? ways(section, role), let short else { continue }
      exact += 1
      #expect(short == long, "\(section.debugDescription)")
    }
    #expect(exact > 300)
  }

  @Test("more cuts than fit, or a line that is not as we write it, take the long way")
  func long() throws {
    let many = (0..<8).map { "A\($0): b\r\nKeep-Alive: x\r\n" }.joined()
    #expect(try ways(many, .request).short == nil)
    #expect(try ways(many, .request).long == (0..<8).map { "A\($0): b\r\n" }.joined())
    #expect(try ways("X:y\r\n", .request).short == nil)
    #expect(try ways("X:y\r\n", .request).long == "X: y\r\n")
    #expect(try ways("TE: a\r\nTE: b\r\nX: y\r\nTE: c\r\n", .request).short == "X: y\r\n")
    #expect(try ways("", .response).short == "")
  }
}

/// A text read with what stands behind it, and the same read alone.
@Suite struct RangedTextTests {
  @Test("a range of a message packs to the same as the range alone, wherever it stands")
  func same() {
    var random = SeededGenerator(state: 21)
    for _ in 0..<50_000 {
      let bytes = (0..<Int.random(in: 1...60, using: &random)).map { _ in
        UInt8.random(in: 0x20...0xff, using: &random)
      }
      let start = Int.random(in: 0...bytes.count, using: &random)
      let end = Int.random(in: start...bytes.count, using: &random)
      let ranged = PackedText.lowercased(bytes.span, ByteRange(start, end))
      let alone = PackedText.lowercased(bytes.span.extracting(start..<end))
      #expect(ranged == alone)
    }
  }

  @Test("a head beyond 64 KiB is rebuilt line by line")
  func far() {
    var cuts = FieldCuts()
    cuts.leaveOut(from: 65_530, to: 65_535)
    #expect(cuts.isExact)
    cuts.leaveOut(from: 65_540, to: 65_550)
    #expect(!cuts.isExact)
  }
}
