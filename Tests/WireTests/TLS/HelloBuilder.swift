/// Makes ClientHellos, of shapes that no client at hand sends and of some that none should.
struct HelloBuilder {
  typealias Extension = (type: UInt16, body: [UInt8])

  var messageType: UInt8 = 1
  var version: [UInt8] = [3, 3]
  var session = [UInt8](repeating: 7, count: 32)
  var ciphers: [UInt8] = [0x13, 0x01, 0x13, 0x02, 0x13, 0x03]
  var compression: [UInt8] = [0]
  /// `nil`: the hello ends before the extensions' length.
  var extensions: [Extension]? = [HelloBuilder.serverName("allowed.example")] + HelloBuilder.usual
  /// Added to the length that is written before the extensions, the message's and the session's.
  var extensionsLengthError = 0
  var messageLengthError = 0
  var sessionLengthError = 0
  /// Behind the extensions, within the message.
  var trailer: [UInt8] = []

  static let usual: [Extension] = [
    (23, []), (0xff01, [0]), (10, [0, 4, 0, 29, 0, 23]), (13, [0, 4, 4, 3, 8, 4]), (43, [2, 3, 4]),
    (45, [1, 1]), (51, [0, 36, 0, 29, 0, 32] + [UInt8](repeating: 9, count: 32)),
  ]

  /// X25519MLKEM768 of 1216 bytes beside X25519, as clients send since 2024.
  static let postQuantumShare: Extension = {
    let shares =
      [0x11, 0xec] + two(1216) + [UInt8](repeating: 0xa5, count: 1216)
      + [0, 29, 0, 32] + [UInt8](repeating: 9, count: 32)
    return (51, two(shares.count) + shares)
  }()

  static func serverName(_ name: String) -> Extension { serverName(latin1(name)) }

  static func serverName(_ name: [UInt8]) -> Extension {
    let entry = [0] + two(name.count) + name
    return (0, two(entry.count) + entry)
  }

  static func two(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xff), UInt8(value & 0xff)] }

  /// The handshake message.
  var message: [UInt8] {
    var body = version + [UInt8](repeating: 0x42, count: 32)
    body += [UInt8(session.count + sessionLengthError)] + session
    body += Self.two(ciphers.count) + ciphers + [UInt8(compression.count)] + compression
    if let extensions {
      let all = extensions.flatMap { Self.two(Int($0.type)) + Self.two($0.body.count) + $0.body }
      body += Self.two(all.count + extensionsLengthError) + all
    }
    body += trailer
    let length = body.count + messageLengthError
    return [messageType, UInt8(length >> 16), UInt8(length >> 8 & 0xff), UInt8(length & 0xff)]
      + body
  }

  /// The message in one record, or in records of `size` bytes each.
  func records(of size: Int = 16384, version: [UInt8] = [3, 1]) -> [UInt8] {
    Self.records(message, of: size, version: version)
  }

  static func records(_ message: [UInt8], of size: Int, version: [UInt8] = [3, 1]) -> [UInt8] {
    var bytes: [UInt8] = []
    var at = 0
    while at < message.count {
      let end = min(at + size, message.count)
      bytes += record(22, Array(message[at..<end]), version: version)
      at = end
    }
    return bytes
  }

  static func record(_ type: UInt8, _ content: [UInt8], version: [UInt8] = [3, 3]) -> [UInt8] {
    [type] + version + two(content.count) + content
  }

  /// A hello of exactly so many bytes, filled up by the padding extension (RFC 7685).
  static func padded(to count: Int) -> HelloBuilder {
    var builder = HelloBuilder()
    let missing = count - builder.message.count - 4
    builder.extensions?.append((21, [UInt8](repeating: 0, count: missing)))
    return builder
  }

  /// What Chrome and Firefox send beside the usual: GREASE (RFC 8701) and a GREASE ECH (RFC 9849 §6.2).
  static var browser: HelloBuilder {
    var builder = HelloBuilder()
    builder.ciphers = [0x3a, 0x3a] + builder.ciphers
    builder.extensions =
      [(0x6a6a, []), serverName("allowed.example")] + usual.filter { $0.type != 51 }
      + [
        postQuantumShare, (16, [0, 12, 2, 0x68, 0x32, 8] + latin1("http/1.1")),
        (0xfe0d, [0] + [UInt8](repeating: 3, count: 281)), (0xfafa, [0]),
      ]
    return builder
  }
}
