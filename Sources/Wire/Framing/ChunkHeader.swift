/// Writes the framing of a chunked body (RFC 9112 §7.1): before the data of each chunk its header, after
/// it ``lineEnd``, and ``last`` at the end of the body.
package enum ChunkHeader {
  /// Bytes of the longest header: 16 digits and CR LF.
  package static var maximumLength: Int { 18 }
  /// What follows the data of each chunk.
  package static var lineEnd: StaticString { "\r\n" }
  /// The size of the last chunk; trailer lines and ``lineEnd`` follow it.
  package static var lastSize: StaticString { "0\r\n" }
  /// The last chunk, without trailer fields.
  package static var last: StaticString { "0\r\n\r\n" }

  /// Writes `<length in hexadecimal>\r\n` at the start of `out` and returns its length in bytes, or nil
  /// when it does not fit. `length` must be above zero: a chunk of no bytes would end the body.
  package static func write(_ length: Int, into out: inout MutableSpan<UInt8>) -> Int? {
    precondition(length > 0)
    let digits = (Int.bitWidth &- length.leadingZeroBitCount &+ 3) >> 2
    guard out.count >= digits &+ 2 else { return nil }
    var rest = UInt64(length)
    var at = digits
    while at > 0 {
      at &-= 1
      let digit = UInt8(truncatingIfNeeded: rest & 0xf)
      out[at] = digit < 10 ? digit &+ 0x30 : digit &+ 0x57
      rest >>= 4
    }
    out[digits] = Ascii.carriageReturn
    out[digits &+ 1] = Ascii.lineFeed
    return digits &+ 2
  }
}
