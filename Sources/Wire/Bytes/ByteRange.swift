/// A piece of a message, as offsets into the bytes that it was parsed from: eight bytes instead of a
/// copy. It means nothing without those bytes, and it is checked against them at each use.
package struct ByteRange: BitwiseCopyable, Hashable, Sendable {
  /// Offset of the first byte.
  package var start: UInt32
  /// Offset after the last byte, not below `start`.
  package var end: UInt32

  /// The bytes `start ..< end`. Traps when the bounds are reversed, negative or beyond 4 GiB.
  @inline(__always) package init(_ start: Int, _ end: Int) {
    precondition(start <= end)
    self.start = UInt32(start)
    self.end = UInt32(end)
  }

  /// The range with no bytes, at offset 0.
  @inline(__always) package static var empty: ByteRange { ByteRange(0, 0) }

  @inline(__always) package var isEmpty: Bool { start == end }
  /// Length in bytes.
  @inline(__always) package var count: Int { Int(end) - Int(start) }
  @inline(__always) var lower: Int { Int(start) }
  @inline(__always) var upper: Int { Int(end) }

  /// These bytes of the message that the range was made from. Traps when `bytes` is too short for it.
  @_lifetime(copy bytes)
  @inline(__always) package func span(in bytes: Span<UInt8>) -> Span<UInt8> {
    bytes.extracting(Int(start)..<Int(end))
  }
}
