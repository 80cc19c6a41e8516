/// Where the next byte of a rebuilt head goes. Once something did not fit, nothing more is written.
struct HeadOutput: BitwiseCopyable {
  /// Bytes written.
  private(set) var count = 0
  private(set) var fits = true

  mutating func put(_ bytes: Span<UInt8>, into out: inout MutableSpan<UInt8>) {
    guard fits, bytes.count <= out.count &- count else {
      fits = false
      return
    }
    var target = out._mutatingExtracting(count..<count &+ bytes.count)
    precondition(target.count == bytes.count)
    for i in bytes.indices { target[i] = bytes[i] }
    count &+= bytes.count
  }

  mutating func put(_ text: PackedText, into out: inout MutableSpan<UInt8>) {
    guard fits, text.count <= out.count &- count else {
      fits = false
      return
    }
    for i in 0..<text.count { out[count &+ i] = text[i] }
    count &+= text.count
  }

  mutating func put(byte: UInt8, into out: inout MutableSpan<UInt8>) {
    guard fits, count < out.count else {
      fits = false
      return
    }
    out[count] = byte
    count &+= 1
  }

  /// The number in decimal digits.
  mutating func put(decimal number: UInt64, into out: inout MutableSpan<UInt8>) {
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor &*= 10 }
    while divisor > 0 {
      put(byte: UInt8(truncatingIfNeeded: number / divisor % 10) &+ Ascii.zero, into: &out)
      divisor /= 10
    }
  }

  mutating func putLineEnd(into out: inout MutableSpan<UInt8>) { put(.lineEnd, into: &out) }
}

extension PackedText {
  static let lineEnd = PackedText("\r\n")
  static let hostField = PackedText("Host: ")
  static let lengthField = PackedText("Content-Length: ")
  static let chunkedField = PackedText("Transfer-Encoding: chunked\r\n")
  static let closeField = PackedText("Connection: close\r\n")
  static let keepAliveField = PackedText("Connection: keep-alive\r\n")
  static let viaField11 = PackedText("Via: 1.1 ")
  static let viaField10 = PackedText("Via: 1.0 ")
  static let requestVersion = PackedText(" HTTP/1.1\r\n")
  static let responseVersion = PackedText("HTTP/1.1 ")
}
