/// The elements of a comma-separated field value (`#element`, RFC 9110 §5.6.1), without the whitespace
/// around them. Empty elements are passed over, as the RFC asks of a recipient.
struct ListElements: BitwiseCopyable {
  private var position: Int
  private let end: Int

  init(_ value: ByteRange) {
    position = value.lower
    end = value.upper
  }

  mutating func next(in bytes: Span<UInt8>) -> ByteRange? {
    while position < end {
      while position < end, bytes[position].isBlank { position &+= 1 }
      let start = position
      while position < end, bytes[position] != Ascii.comma { position &+= 1 }
      var last = position
      position &+= 1
      while last > start, bytes[last &- 1].isBlank { last &-= 1 }
      if last > start { return ByteRange(start, last) }
    }
    return nil
  }
}
