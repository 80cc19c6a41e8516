import Testing

@testable import Wire

@Suite("ClientHello: what is refused") struct HostileHelloTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let fault: ClientHelloFault

    init(_ says: String, _ fault: ClientHelloFault, _ bytes: [UInt8]) {
      testDescription = says
      self.fault = fault
      self.bytes = bytes
    }

    init(_ says: String, _ fault: ClientHelloFault, _ change: (inout HelloBuilder) -> Void) {
      var builder = HelloBuilder()
      change(&builder)
      self.init(says, fault, builder.records())
    }

    /// A hello whose server_name extension has this body.
    init(_ says: String, name body: [UInt8], _ fault: ClientHelloFault) {
      self.init(says, fault) { $0.extensions?[0] = (0, body) }
    }
  }

  private static let hello = HelloBuilder().records()
  private static let message = HelloBuilder().message

  /// The message's first 20 bytes in a record, then `between`, then the rest in another.
  private static func parted(by between: [UInt8]) -> [UInt8] {
    HelloBuilder.records(Array(message[..<20]), of: 16384) + between
      + HelloBuilder.records(Array(message[20...]), of: 16384)
  }

  static let rows: [Row] = [
    // Not TLS.
    Row("HTTP", .notTLS, latin1("GET / HTTP/1.1\r\nHost: allowed.example\r\n\r\n")),
    Row("an SSH banner", .notTLS, latin1("SSH-2.0-OpenSSH_9.2\r\n")),
    Row("an SSL 2 hello", .notTLS, [0x80, 0x2e, 0x01, 0x03, 0x01, 0x00, 0x15]),
    Row("the preface of HTTP/2", .notTLS, latin1("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    Row("zeros", .notTLS, [0, 0, 0, 0, 0, 0]),
    Row("a change_cipher_spec first", .notTLS, HelloBuilder.record(20, [1]) + hello),
    Row("an alert first", .notTLS, HelloBuilder.record(21, [1, 0]) + hello),
    Row("application data first", .notTLS, HelloBuilder.record(23, [1, 0]) + hello),
    // Records.
    Row("garbage behind 0x16", .recordVersion, [0x16] + latin1("garbage")),
    Row("record version 2.0", .recordVersion, HelloBuilder().records(version: [2, 0])),
    Row("record version 4.3", .recordVersion, HelloBuilder().records(version: [4, 3])),
    Row("an empty record first", .emptyRecord, HelloBuilder.record(22, []) + hello),
    Row("an empty record within", .emptyRecord, parted(by: HelloBuilder.record(22, []))),
    Row(
      "a record of 16385 bytes", .recordTooLong, HelloBuilder.padded(to: 20_000).records(of: 16385)),
    Row("a record of 65535 bytes", .recordTooLong, [22, 3, 1, 255, 255, 1]),
    Row("a change_cipher_spec within", .unexpectedRecord, parted(by: HelloBuilder.record(20, [1]))),
    Row("an alert within", .unexpectedRecord, parted(by: HelloBuilder.record(21, [1, 0]))),
    Row("application data within", .unexpectedRecord, parted(by: HelloBuilder.record(23, [1]))),
    Row("a heartbeat within", .unexpectedRecord, parted(by: HelloBuilder.record(24, [1]))),
    Row("513 records", .tooManyRecords, HelloBuilder.padded(to: 513).records(of: 1)),
    // The message.
    Row("a ServerHello", .notClientHello) { $0.messageType = 2 },
    Row("a HelloRequest", .notClientHello, HelloBuilder.record(22, [0, 0, 0, 0])),
    Row("a Finished", .notClientHello) { $0.messageType = 20 },
    Row("a hello of 64 KiB and a byte", .tooLarge, [22, 3, 1, 64, 0, 1, 0, 0xff, 0xfd]),
    Row("a hello of 16 MiB", .tooLarge, [22, 3, 1, 64, 0, 1, 255, 255, 255]),
    Row("an empty hello", .fieldLength, HelloBuilder.record(22, [1, 0, 0, 0])),
    Row("a hello of one byte", .fieldLength, HelloBuilder.record(22, [1, 0, 0, 1, 3])),
    Row("a hello that ends within its random", .fieldLength) {
      $0.messageLengthError = 20 - ($0.message.count - 4)
    },
    Row("a hello of version 2.0", .helloVersion) { $0.version = [2, 0] },
    Row("a hello of version 254.255 (DTLS)", .helloVersion) { $0.version = [254, 255] },
    Row("a session id of 33 bytes", .sessionID) { $0.session = [UInt8](repeating: 1, count: 33) },
    Row("a session id of 255 bytes", .sessionID) { $0.sessionLengthError = 255 - 32 },
    Row("an odd list of suites", .cipherSuites) { $0.ciphers = [0x13, 0x01, 0x13] },
    Row("no suites", .cipherSuites) { $0.ciphers = [] },
    Row("no compression methods", .compressionMethods) { $0.compression = [] },
    Row("extensions a byte too long", .extensionsLength) { $0.extensionsLengthError = 1 },
    Row("extensions a byte too short", .extensionsLength) { $0.extensionsLengthError = -1 },
    Row("bytes behind the extensions", .extensionsLength) { $0.trailer = [0] },
    Row("one byte of an extensions length", .fieldLength) {
      $0.extensions = nil
      $0.trailer = [0]
    },
    Row("an extension's header cut short", .fieldLength) {
      $0.extensions = []
      $0.trailer = [0, 21, 0]
      $0.extensionsLengthError = 3
    },
    Row("an extension that runs past the end", .fieldLength) {
      $0.extensions = []
      $0.trailer = [0, 21, 0, 9, 0]
      $0.extensionsLengthError = 5
    },
    Row(
      "a second message in the record", .trailingBytes,
      HelloBuilder.record(22, message + [16, 0, 0, 0])),
    Row("a second hello in the record", .trailingBytes, HelloBuilder.record(22, message + message)),
    Row("a byte behind the message", .trailingBytes, HelloBuilder.record(22, message + [0])),
    // Extensions.
    Row("65 extensions", .tooManyExtensions) { builder in
      for type in 0..<(65 - HelloBuilder.usual.count - 1) {
        builder.extensions?.append((UInt16(0x4000 + type), []))
      }
    },
    Row("two server_name extensions", .duplicateExtension) {
      $0.extensions?.append(HelloBuilder.serverName("other.example"))
    },
    Row("the same server_name twice", .duplicateExtension) {
      $0.extensions?.append(HelloBuilder.serverName("allowed.example"))
    },
    Row("an unknown extension twice", .duplicateExtension) {
      $0.extensions? += [(0x4242, []), (0x4242, [1])]
    },
    Row("encrypted_server_name", .encryptedServerName) {
      $0.extensions?.append((0xffce, [UInt8](repeating: 0, count: 40)))
    },
    Row("an inner hello of ECH", .innerHello) { $0.extensions?.append((0xfe0d, [1])) },
    Row("an ECH extension of an unknown type", .innerHello) {
      $0.extensions?.append((0xfe0d, [2, 0]))
    },
    Row("an empty ECH extension", .fieldLength) { $0.extensions?.append((0xfe0d, [])) },
    // The server name.
    Row("an empty server_name", name: [], .serverNameList),
    Row("an empty list of names", name: [0, 0], .serverNameList),
    Row("a list that is longer than it says", name: [0, 4, 0, 0, 1, 97, 97], .serverNameList),
    Row("a list that is shorter than it says", name: [0, 9, 0, 0, 1, 97], .serverNameList),
    Row("a name that is longer than the list", name: [0, 4, 0, 0, 9, 97], .serverNameList),
    Row("a name of no bytes", name: [0, 3, 0, 0, 0], .serverNameLength),
    Row(
      "a name of 254 bytes", name: HelloBuilder.serverName([UInt8](repeating: 97, count: 254)).body,
      .serverNameLength),
    Row(
      "a name of 256 bytes", name: HelloBuilder.serverName([UInt8](repeating: 97, count: 256)).body,
      .serverNameLength),
    Row("a name of type 1", name: [0, 4, 1, 0, 1, 97], .serverNameType),
    Row(
      "an unknown type, then a host name", name: [0, 8, 9, 0, 1, 97, 0, 0, 1, 98], .serverNameType),
    Row("two host names", name: [0, 8, 0, 0, 1, 97, 0, 0, 1, 98], .serverNameCount),
    Row("bytes behind the name", name: [0, 5, 0, 0, 1, 97, 0], .serverNameCount),
  ]

  @Test("every line of the list is refused for what it is, whole and byte by byte", arguments: rows)
  func refused(_ row: Row) {
    #expect(readHello(row.bytes).fault == row.fault)
    #expect(readHello(row.bytes, piece: 1).fault == row.fault)
  }

  @Test("the table has a row for every fault, and each has a message of its own")
  func complete() {
    let faults = Set(Self.rows.map(\.fault)).union([.alert])
    #expect(faults == Set(ClientHelloFault.allCases))
    #expect(Set(ClientHelloFault.allCases.map(\.message.description)).count == faults.count)
  }

  @Test("a fault is seen with the byte that makes it, and repeated from then on")
  func early() {
    #expect(readHello(latin1("GET"), piece: 1).seen == 0)
    #expect(readHello([22, 2, 0, 0], piece: 1).seen == 1)
    #expect(readHello([22, 3, 1, 255, 255, 1], piece: 1).seen == 4)
    var reader = ClientHelloReader()
    var name = [UInt8](repeating: 0, count: 253)
    let bytes = latin1("SSH-")
    for _ in 0..<2 {
      var target = name.mutableSpan
      let step = reader.take(bytes.span, name: &target)
      #expect(step == .refused(.notTLS))
    }
    name = []
  }
}
