/// Times as records have them.
package enum AuditTime {
  /// The length of every `time`.
  package static let length = 27

  /// A Unix time in microseconds as RFC 3339 text, 27 bytes.
  package static func text(microseconds: UInt64) -> [UInt8] {
    var time = TimeText()
    var buffer = LineBuffer(capacity: 32)
    time.append(microseconds: microseconds, to: &buffer)
    let bytes = buffer.bytes
    var text: [UInt8] = []
    for index in 0..<bytes.count { text.append(bytes[index]) }
    return text
  }
}
