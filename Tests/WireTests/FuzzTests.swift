import Testing

@testable import Wire

/// Heads broken at random, from fixed seeds: nothing traps, and what is accepted means the same to who
/// reads what we write.
@Suite struct FuzzTests {
  static let requests =
    (RequestAcceptTests.tunnels + RequestAcceptTests.gets).map { latin1($0.head) }
    + RequestRefusalTests.framing.map { latin1($0.head) } + [
      latin1(
        "POST http://a.test:8080/p?q HTTP/1.1\r\nHost: a.test:8080\r\nConnection: x-a, close\r\nX-A: 1\r\n"
          + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\nVia: 1.1 a\r\n\r\n")
    ]
  static let responses =
    ResponseTests.accepted.map { latin1($0.head) } + ResponseTests.refused.map { latin1($0.head) }

  /// Pieces that are likely to matter where they land.
  static let pieces = [
    "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ",", ";", "\u{0}", "\u{7f}", "\u{ff}", "0", "9",
    "chunked", "close", "Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n",
    "Host: b.test\r\n",
    "Connection: x-a, te\r\n", "X-A: 1\r\n", "HTTP/1.0", "%00", "@", "#", "\\", "/", "?", "[", "_",
    "Expect: 100-continue\r\n", "http://", "CONNECT ", "Keep-Alive: 1\r\n", "Upgrade: x\r\n",
  ].map { latin1($0) }

  static func mutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, at + Int.random(in: 0...6, using: &random))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes.replaceSubrange(at..<end, with: pieces.randomElement(using: &random) ?? [])
      case 1: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: at)
      case 2: bytes.removeSubrange(at..<end)
      default: if at < bytes.count { bytes[at] = UInt8.random(in: 0...255, using: &random) }
      }
    }
    return bytes
  }

  /// Names that no rebuilt head may hold, beside those we write ourselves.
  static let gone: Set<String> = [
    "keep-alive", "proxy-connection", "proxy-authorization", "proxy-authenticate", "te", "trailer",
    "upgrade", "http2-settings", "expect", "proxy-status",
  ]

  func expectClean(_ head: String, besides: Set<String> = []) {
    var count: [String: Int] = [:]
    for line in head.unicodeScalars.split(separator: "\r\n".unicodeScalars).dropFirst() {
      let name = String(line.prefix { $0 != ":" }).lowercased()
      #expect(
        !Self.gone.subtracting(besides).contains(name) && !name.hasPrefix("x-sluice-"),
        "\(head.debugDescription)")
      count[name, default: 0] += 1
    }
    for name in ["content-length", "transfer-encoding", "connection"] {
      #expect(count[name, default: 0] <= 1, "\(head.debugDescription)")
    }
    #expect(count["content-length"] == nil || count["transfer-encoding"] == nil)
  }

  func lines(_ head: String) -> [String] {
    head.unicodeScalars.split(separator: "\r\n".unicodeScalars).map { String($0) }.sorted()
  }

  @Test("fifty thousand broken requests never trap, and the accepted ones are rebuilt to the same")
  func brokenRequests() throws {
    var random = SeededGenerator(state: 0x51ce)
    var accepted = 0
    for round in 0..<50_000 {
      let seed = Self.requests[round % Self.requests.count]
      let bytes = Self.mutated(seed, using: &random)
      _ = RequestHead.plausibleStart(bytes.span)
      guard case .complete(let head) = parseRequest(bytes) else { continue }
      accepted += 1
      #expect(RequestHead.plausibleStart(bytes.span) == nil)
      if head.method == .connect { continue }
      let upstream = try #require(rebuilt(head, bytes))
      var asked: Set<String> = head.asksWebSocket ? ["upgrade"] : []
      if head.expectsContinue { asked.insert("expect") }
      expectClean(upstream, besides: asked)
      #expect(upstream.contains("\r\nHost: example.test\r\n"))
      // The origin gets origin-form; the same head in absolute form must parse to the same meaning.
      let line = try #require(upstream.firstRange(of: " "))
      let star = upstream[line.upperBound...].hasPrefix("* ")
      var again = upstream
      if star { again.remove(at: line.upperBound) }
      again.replaceSubrange(line, with: " http://example.test")
      guard case .complete(let second) = parseRequest(latin1(again), fieldLimit: 110) else {
        Issue.record("rebuilt to what is refused: \(again.debugDescription)")
        continue
      }
      #expect(second.framing == head.framing)
      #expect(second.method == head.method)
      let twice = try #require(rebuilt(second, latin1(again)))
      // Only another Via, for the second pass; the framing has moved behind the first.
      #expect(lines(twice) == (lines(upstream) + ["Via: 1.1 sluice-5f3a9c21"]).sorted())
    }
    #expect(accepted > 2_000, "the mutations leave too little to look at: \(accepted)")
  }

  @Test("fifty thousand broken responses never trap, and the accepted ones are rebuilt to the same")
  func brokenResponses() throws {
    var random = SeededGenerator(state: 0xbad)
    var accepted = 0
    for round in 0..<50_000 {
      let bytes = Self.mutated(Self.responses[round % Self.responses.count], using: &random)
      let method = Method.allCases[round % Method.allCases.count]
      guard case .complete(let head) = parseResponse(bytes, to: method) else { continue }
      accepted += 1
      let client = try #require(rebuilt(head, bytes))
      expectClean(client)
      guard case .complete(let second) = parseResponse(latin1(client), to: method, fieldLimit: 110)
      else {
        Issue.record("rebuilt to what is refused: \(client.debugDescription)")
        continue
      }
      #expect(second.framing == head.framing)
      #expect(second.status == head.status)
      #expect(second.declaredLength == head.declaredLength)
    }
    #expect(accepted > 2_000, "the mutations leave too little to look at: \(accepted)")
  }

  @Test("random bytes never trap")
  func noise() {
    var random = SeededGenerator(state: 3)
    for _ in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      _ = RequestHead.plausibleStart(bytes.span)
      bytes += latin1("\r\n\r\n")
      _ = parseRequest(bytes)
      _ = parseResponse(bytes)
      var decoder = ChunkedDecoder()
      var at = 0
      while case .data(let range) = decoder.next(bytes.span, from: at) { at = Int(range.end) }
    }
  }

  @Test("a broken chunked body decodes to the same, whole or in two pieces")
  func brokenChunks() {
    var random = SeededGenerator(state: 4)
    let tests = ChunkedTests()
    for round in 0..<10_000 {
      let rows = ChunkedTests.good
      let bytes = Self.mutated(latin1(rows[round % rows.count].1), using: &random)
      let cut = Int.random(in: 0...bytes.count, using: &random)
      #expect(tests.decode(bytes) == tests.decode(bytes, cuts: [cut]))
    }
  }
}
