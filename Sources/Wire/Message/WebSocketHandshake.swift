/// What the fields of one head say about a change of protocol (RFC 9110 §7.8). The one that passes is
/// `websocket` (RFC 6455 §4); any other offer, h2c first of all, is left out of the message.
struct WebSocketHandshake: BitwiseCopyable {
  /// `Upgrade` lines, and whether the only one is `websocket` and nothing else.
  private var upgradeLines = 0
  private var isWebSocket = false
  private var keyLines = 0
  private var isKeyWhole = false
  /// `Connection` has the option `upgrade`; without it an `Upgrade` field means nothing.
  var isConnectionOption = false

  mutating func takeUpgrade(_ value: Span<UInt8>) {
    upgradeLines &+= 1
    isWebSocket = upgradeLines == 1 && PackedText.lowercased(value) == .webSocket
  }

  /// `Sec-WebSocket-Key`: sixteen bytes in base64 (RFC 6455 §4.1).
  mutating func takeKey(_ value: Span<UInt8>) {
    keyLines &+= 1
    isKeyWhole = keyLines == 1 && Self.isKey(value)
  }

  /// The message asks to speak WebSocket on this connection, or says that it is done.
  var isMeant: Bool { isConnectionOption && isWebSocket }

  /// There is one key, and it is one.
  var hasKey: Bool { isKeyWhole }

  private static func isKey(_ value: Span<UInt8>) -> Bool {
    guard value.count == 24, value[22] == Ascii.equals, value[23] == Ascii.equals else {
      return false
    }
    for i in 0..<22 {
      let byte = value[i]
      guard
        byte.isLetter || byte.isDigit || byte == UInt8(ascii: "+") || byte == Ascii.slash
      else { return false }
    }
    return true
  }
}

extension PackedText {
  /// `websocket`
  @inline(__always) static var webSocket: PackedText {
    PackedText(0x656b_636f_7362_6577, 0x0074, count: 9)
  }
}
