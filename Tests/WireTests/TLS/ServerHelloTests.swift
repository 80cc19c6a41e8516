import Testing

@testable import Wire

@Suite("HelloRetryRequest and the second hello") struct ServerHelloTests {
  private static let retryRandom: [UInt8] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
  ]

  private static func serverHello(_ random: [UInt8]) -> [UInt8] {
    let body = [3, 3] + random + [0, 0x13, 0x01, 0, 0, 6, 0, 51, 0, 2, 0, 23] as [UInt8]
    return [2, 0, 0, UInt8(body.count)] + body
  }

  static let retry = HelloBuilder.record(22, serverHello(retryRandom))
  static let ordinary = HelloBuilder.record(22, serverHello([UInt8](repeating: 0xcf, count: 32)))

  private func read(_ bytes: [UInt8], piece: Int) -> ServerHelloReader.Step {
    var reader = ServerHelloReader()
    var at = 0
    while at < bytes.count {
      let end = min(at + min(piece, bytes.count), bytes.count)
      let step = reader.take(bytes.span.extracting(at..<end))
      if step != .needMore { return step }
      at = end
    }
    return .needMore
  }

  @Test("a HelloRetryRequest is told from all other answers, however they are cut")
  func answers() {
    var nearly = Self.retry
    nearly[5 + 4 + 2 + 31] ^= 1
    let warning = HelloBuilder.record(21, [1, 112])
    let rows: [(String, [UInt8], ServerHelloReader.Step)] = [
      ("a retry", Self.retry, .retry), ("a ServerHello", Self.ordinary, .other),
      ("a random that differs in its last byte", nearly, .other),
      ("a retry behind a warning", warning + Self.retry, .retry),
      ("a retry behind four", warning + warning + warning + warning + Self.retry, .retry),
      ("five warnings", warning + warning + warning + warning + warning, .other),
      ("a warning", warning, .needMore),
      (
        "a retry in records of one byte",
        HelloBuilder.records(Self.serverHello(Self.retryRandom), of: 1), .retry
      ),
      ("a banner", latin1("220 mail.example ESMTP\r\n"), .other),
      ("an empty record", HelloBuilder.record(22, []), .other),
      ("a retry of 37 bytes", Array(Self.retry[..<(5 + 37)]), .needMore),
    ]
    for (says, bytes, expected) in rows {
      for piece in [1, 5, 1000] {
        #expect(read(bytes, piece: piece) == expected, "\(says)")
      }
    }
  }

  private static func second(_ bytes: [UInt8], early: Bool = false, piece: Int = 1) -> HelloOutcome
  {
    readHello(bytes, ClientHelloReader(secondAfterEarlyData: early), piece: piece)
  }

  private static let hello = HelloBuilder().records()
  private static let change = HelloBuilder.record(20, [1])
  private static let early = HelloBuilder.record(23, [UInt8](repeating: 5, count: 16640))

  @Test("the second hello is read alone, behind a change_cipher_spec, and behind early data")
  func second() {
    for piece in [1, 1000, Int.max] {
      let alone = Self.second(Self.hello, piece: piece)
      #expect(alone.end == Self.hello.count && latin1(alone.name) == "allowed.example")
      let changed = Self.second(Self.change + Self.hello, piece: piece)
      #expect(changed.end == 6 + Self.hello.count && latin1(changed.name) == "allowed.example")
      let bytes = Self.early + Self.change + Self.hello
      #expect(Self.second(bytes, early: true, piece: piece).end == bytes.count)
    }
  }

  @Test("what may not come before the second hello is refused")
  func refused() {
    let rows: [(String, [UInt8], Bool, ClientHelloFault)] = [
      ("two change_cipher_specs", Self.change + Self.change + Self.hello, false, .unexpectedRecord),
      ("one of two bytes", HelloBuilder.record(20, [1, 1]) + Self.hello, false, .unexpectedRecord),
      ("one that says 2", HelloBuilder.record(20, [2]) + Self.hello, false, .unexpectedRecord),
      ("early data that was not offered", Self.early + Self.hello, false, .unexpectedRecord),
      ("an alert", HelloBuilder.record(21, [2, 47]), false, .alert),
      ("a heartbeat", HelloBuilder.record(24, [1]), false, .unexpectedRecord),
      (
        "too long early data", HelloBuilder.record(23, [UInt8](repeating: 5, count: 16641)), true,
        .recordTooLong
      ),
      (
        "early data without end", [[UInt8]](repeating: Self.early, count: 5).flatMap { $0 }, true,
        .tooLarge
      ),
      ("another message", HelloBuilder.record(22, [20, 0, 0, 0]), false, .notClientHello),
    ]
    for (says, bytes, early, fault) in rows {
      #expect(Self.second(bytes, early: early, piece: 900).fault == fault, "\(says)")
      #expect(Self.second(bytes, early: early).fault == fault, "\(says)")
    }
  }
}
