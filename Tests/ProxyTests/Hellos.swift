import Simulation
import Testing

/// TLS messages for tests of tunnels. `Tests/WireTests/TLS` has those of real clients.
enum TLSBytes {
  /// A ClientHello in records of `size` bytes, filled up with `padding` bytes.
  static func hello(
    _ name: String?, padding: Int = 0, earlyData: Bool = false, recordSize: Int = 16384
  ) -> [UInt8] {
    var extensions: [UInt8] = [0, 43, 0, 3, 2, 3, 4]
    if let name {
      let bytes = Array(name.utf8)
      extensions +=
        [0, 0] + two(bytes.count + 5) + two(bytes.count + 3) + [0] + two(bytes.count) + bytes
    }
    if earlyData { extensions += [0, 42, 0, 0] }
    if padding > 0 { extensions += [0, 21] + two(padding) + [UInt8](repeating: 0, count: padding) }
    let body =
      [3, 3] + [UInt8](repeating: 0x42, count: 32) + [0, 0, 2, 0x13, 1, 1, 0]
      + two(extensions.count) + extensions
    let message = [1, 0] + two(body.count) + body
    var bytes: [UInt8] = []
    var at = 0
    while at < message.count {
      let end = min(at + recordSize, message.count)
      bytes += record(22, Array(message[at..<end]))
      at = end
    }
    return bytes
  }

  static func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    [type, 3, 3] + two(content.count) + content
  }

  /// A server's first flight: a ServerHello, or a HelloRetryRequest.
  static func answer(isRetry: Bool) -> [UInt8] {
    let retry: [UInt8] = [
      0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8,
      0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8,
      0x33, 0x9c,
    ]
    let random = isRetry ? retry : [UInt8](repeating: 0xcf, count: 32)
    let body = [3, 3] + random + [0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4]
    return record(22, [2, 0] + two(body.count) + body) + record(20, [1])
  }

  static let accessDenied: [UInt8] = [0x15, 3, 3, 0, 2, 2, 0x31]
  static let decodeError: [UInt8] = [0x15, 3, 3, 0, 2, 2, 0x32]
  static let changeCipher = record(20, [1])

  private static func two(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }
}

extension FarEnd {
  /// Sends `bytes` in pieces that arrive one by one.
  func send(_ bytes: [UInt8], by piece: Int, _ rig: Rig) {
    var at = 0
    while at < bytes.count {
      let end = min(at + piece, bytes.count)
      send(Array(bytes[at..<end]))
      rig.settle()
      at = end
    }
  }
}
