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
    put(text.word0, text.count, into: &out)
    if text.count > 8 { put(text.word1, text.count &- 8, into: &out) }
    if text.count > 16 { put(text.word2, text.count &- 16, into: &out) }
    if text.count > 24 { put(text.word3, text.count &- 24, into: &out) }
  }

  /// The first `length` bytes of a word, eight at most; there is room for them.
  @inline(__always)
  private mutating func put(_ word: UInt64, _ length: Int, into out: inout MutableSpan<UInt8>) {
    // Whole if there is room for it: what follows the text is not written yet.
    if count &+ 8 <= out.count {
      var target = out._mutatingExtracting(count..<count &+ 8)
      precondition(target.count == 8)
      for at in 0..<8 {
        target[at] = UInt8(truncatingIfNeeded: word >> UInt64(truncatingIfNeeded: at &* 8))
      }
      count &+= min(length, 8)
      return
    }
    var rest = word
    for at in count..<count &+ min(length, 8) {
      out[at] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
    count &+= min(length, 8)
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

  /// A `Trailer` field of these names, if there are any.
  mutating func put(announcement names: Span<UInt8>, into out: inout MutableSpan<UInt8>) {
    guard names.count > 0 else { return }
    put(.trailerField, into: &out)
    put(names, into: &out)
    putLineEnd(into: &out)
  }

  mutating func putLineEnd(into out: inout MutableSpan<UInt8>) { put(.lineEnd, into: &out) }
}

extension PackedText {
  /// `\r\n`
  @inline(__always) static var lineEnd: PackedText {
    PackedText(0x0a0d, count: 2)
  }
  /// `Host: `
  @inline(__always) static var hostField: PackedText {
    PackedText(0x203a_7473_6f48, count: 6)
  }
  /// `Content-Length: `
  @inline(__always) static var lengthField: PackedText {
    PackedText(0x2d74_6e65_746e_6f43, 0x203a_6874_676e_654c, count: 16)
  }
  /// `Transfer-Encoding: chunked\r\n`
  @inline(__always) static var chunkedField: PackedText {
    PackedText(
      0x7265_6673_6e61_7254, 0x6e69_646f_636e_452d, 0x6b6e_7568_6320_3a67, 0x0a0d_6465, count: 28)
  }
  /// `TE: trailers\r\n`
  @inline(__always) static var trailersCoding: PackedText {
    PackedText(0x6961_7274_203a_4554, 0x0a0d_7372_656c, count: 14)
  }
  /// `Connection: TE\r\n`
  @inline(__always) static var codingOption: PackedText {
    PackedText(0x6974_6365_6e6e_6f43, 0x0a0d_4554_203a_6e6f, count: 16)
  }
  /// `Trailer: `
  @inline(__always) static var trailerField: PackedText {
    PackedText(0x3a72_656c_6961_7254, 0x0020, count: 9)
  }
  /// `Connection: close\r\n`
  @inline(__always) static var closeField: PackedText {
    PackedText(0x6974_6365_6e6e_6f43, 0x736f_6c63_203a_6e6f, 0x000a_0d65, count: 19)
  }
  /// `Connection: keep-alive\r\n`
  @inline(__always) static var keepAliveField: PackedText {
    PackedText(0x6974_6365_6e6e_6f43, 0x7065_656b_203a_6e6f, 0x0a0d_6576_696c_612d, count: 24)
  }
  /// `Date: `
  @inline(__always) static var dateField: PackedText {
    PackedText(0x203a_6574_6144, count: 6)
  }
  /// `Max-Forwards: `
  @inline(__always) static var maxForwardsField: PackedText {
    PackedText(0x7772_6f46_2d78_614d, 0x203a_7364_7261, count: 14)
  }
  /// `Expect: 100-continue\r\n`
  @inline(__always) static var expectField: PackedText {
    PackedText(0x203a_7463_6570_7845, 0x746e_6f63_2d30_3031, 0x0a0d_6575_6e69, count: 22)
  }
  /// `Connection: Upgrade\r\n`
  @inline(__always) static var upgradeOption: PackedText {
    PackedText(0x6974_6365_6e6e_6f43, 0x7267_7055_203a_6e6f, 0x000a_0d65_6461, count: 21)
  }
  /// `Upgrade: websocket\r\n`
  @inline(__always) static var webSocketField: PackedText {
    PackedText(0x3a65_6461_7267_7055, 0x6b63_6f73_6265_7720, 0x0a0d_7465, count: 20)
  }
  /// `Via: 1.1 `
  @inline(__always) static var viaField11: PackedText {
    PackedText(0x312e_3120_3a61_6956, 0x0020, count: 9)
  }
  /// `Via: 1.0 `
  @inline(__always) static var viaField10: PackedText {
    PackedText(0x302e_3120_3a61_6956, 0x0020, count: 9)
  }
  /// ` HTTP/1.1\r\n`
  @inline(__always) static var requestVersion: PackedText {
    PackedText(0x2e31_2f50_5454_4820, 0x000a_0d31, count: 11)
  }
  /// `HTTP/1.1 `
  @inline(__always) static var responseVersion: PackedText {
    PackedText(0x312e_312f_5054_5448, 0x0020, count: 9)
  }
}
