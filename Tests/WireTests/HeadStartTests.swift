import Testing

@testable import Wire

/// The end of a head, found as it drips in; and the early refusal of what is no request.
@Suite struct HeadStartTests {
  @Test("the first empty line is found, wherever the bytes are cut and scanning goes on")
  func scannerFindsTheEnd() {
    var random = SeededGenerator(state: 1)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        [0x0d, 0x0a, 0x0d, 0x0a, 0x61].randomElement(using: &random)! as UInt8
      }
      var expected: Int?
      for end in stride(from: 4, through: bytes.count, by: 1)
      where expected == nil && bytes[(end - 4)..<end].elementsEqual([13, 10, 13, 10]) {
        expected = end
      }
      #expect(HeadScanner.end(of: bytes.span, from: 0) == expected)
      var from = 0
      var found: Int?
      for count in 0...bytes.count where found == nil {
        let seen = Array(bytes[..<count])
        found = HeadScanner.end(of: seen.span, from: from)
        from = max(from, count - 3)
      }
      #expect(found == expected, "\(bytes)")
    }
  }

  static let foreign: [(String, RefusalDetail)] = [
    ("\u{16}", .tlsOnPlainPort), ("\u{16}\u{3}\u{1}", .tlsOnPlainPort),
    ("\u{80}\u{2e}\u{1}\u{3}\u{1}", .tlsOnPlainPort), ("\u{80}", .notHTTP),
    ("\u{5}\u{1}\u{0}", .socksNotSupported), ("\u{4}\u{1}", .socksNotSupported),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .http2Preface), ("PRI *", .http2Preface),
    ("SSH-2.0-OpenSSH_9.2\r\n", .methodCharacter), ("\u{0}", .notHTTP), ("\u{7f}", .notHTTP),
    ("\n", .bareLineFeed), ("\rG", .bareCarriageReturn), ("\r\n\r", .emptyLinesBeforeRequest),
    (" GET", .requestLineSpacing), ("\tGET", .requestLineSpacing), ("GET\t", .requestLineSpacing),
    ("GET  ", .requestLineSpacing), ("GET http://a.test/\n", .bareLineFeed),
    ("GET http://a.test/\rX", .bareCarriageReturn), ("GET http://a.test/\r\n", .versionMissing),
    ("GET http://a.test/ HTTP/1.1\n", .bareLineFeed), ("GET http://a.test/\u{0}", .targetCharacter),
    ("GET\u{0}", .methodCharacter), ("G\nT", .bareLineFeed), ("GET \r\n", .requestLineSpacing),
    (String(repeating: "A", count: 33), .methodTooLong), ("{\"json\":1}", .notHTTP),
  ]

  @Test("what cannot become a request is known early", arguments: foreign)
  func foreignStart(start: String, detail: RefusalDetail) {
    #expect(RequestHead.plausibleStart(latin1(start).span) == detail)
  }

  @Test("no prefix of a good request is refused early")
  func prefixes() {
    for client in RequestAcceptTests.tunnels + RequestAcceptTests.gets {
      let bytes = latin1("\r\n" + client.head)
      for count in 0...bytes.count {
        #expect(RequestHead.plausibleStart(Array(bytes[..<count]).span) == nil)
      }
    }
  }

  @Test("what is refused early is refused as a whole head too")
  func early() {
    for row in RequestRefusalTests.lines + RequestRefusalTests.targets {
      let bytes = latin1(row.head)
      guard RequestHead.plausibleStart(bytes.span) != nil else { continue }
      guard case .refused = parseRequest(bytes) else {
        Issue.record("\(row.says)")
        continue
      }
    }
  }
}
