import Configuration
import Domains
import Policy
import Proxy
import Testing
import Wire

@testable import Admin

@Suite("who may ask the administration what") struct AdminGateTests {
  static let token = "slc_abcdefghij_" + String(repeating: "k", count: 32)
  static let address = AdminSource.address(IPAddress(v4: 0x0A00_0001))

  /// A board with one token, `ops`, and the name `sluice.example`.
  static func board() throws -> StatusBoard {
    var settings = Settings()
    let bytes = Array(token.utf8)
    let digest = TokenDigest()
    let made = digest.credential(of: bytes.span, saltHigh: 1, saltLow: 2)
    settings.adminTokens = [AdminToken(name: "ops", credential: try #require(made))]
    settings.adminNames = ["sluice.example"]
    settings.allowlists = []
    return StatusBoard(
      settings: settings, snapshot: try settings.makeSnapshot(generation: 1),
      overrides: try Overrides(path: "/nonexistent/overrides"))
  }

  private func request(
    _ method: Wire.Method = .get, host: String = "127.0.0.1:9090", token: String? = Self.token,
    origin: String = "", site: String = "", source: AdminSource = Self.address
  ) -> AdminRequest {
    var request = AdminRequest(method: method, path: "/v1/status", source: source)
    request.host = host
    request.authorization = token.map { "Bearer \($0)" } ?? ""
    request.origin = origin
    request.fetchSite = site
    return request
  }

  /// Who passes, or the status of the refusal.
  private func judge(
    _ gate: AdminGate, _ request: AdminRequest, isOpen: Bool = false, now: UInt64 = 0
  ) -> String {
    switch gate.judge(request, isOpen: isOpen, now: now) {
    case .passes(let who): "\(who)"
    case .refused(let response): "\(response.status)"
    }
  }

  @Test(
    "by TCP a token is needed for all that is not open; the owner of the Unix socket needs none")
  func tokens() throws {
    let gate = AdminGate(board: try Self.board())
    #expect(judge(gate, request()) == "token:ops")
    #expect(judge(gate, request(token: nil)) == "401")
    #expect(judge(gate, request(token: nil), isOpen: true) == "anyone")
    for wrong in [
      "", "x", Self.token + "x", String(Self.token.dropLast()) + "l", Self.token.uppercased(),
      "slc_aaaaaaaaaa_" + String(repeating: "k", count: 32),
    ] {
      let gate = AdminGate(board: try Self.board())
      #expect(judge(gate, request(token: wrong)) == "401", "\(wrong)")
    }
    var basic = request()
    basic.authorization = "Basic \(Self.token)"
    #expect(judge(gate, basic) == "401")
    let local = request(host: "sluice", token: nil, source: .user(1000))
    #expect(judge(gate, local) == "uid:1000")
  }

  @Test(
    "a name that leads here and is not ours is refused, also for what is open",
    arguments: [
      ("127.0.0.1", true), ("10.1.2.3:9090", true), ("[::1]:9090", true), ("[::1]", true),
      ("localhost", true), ("LOCALHOST:1", true), ("sluice.example:443", true),
      ("Sluice.Example.", true), ("evil.example", false), ("127.0.0.1.evil.example", false),
      ("localhost.evil.example", false), ("::1", false), ("[127.0.0.1]", false), ("", false),
      ("127.0.0.1:", false), ("127.0.0.1:99999", false), ("a@localhost", false),
      ("127.1", false), ("localhost:80:80", false), ("[::1", false), ("0x7f.1", false),
    ])
  func hosts(_ host: String, _ isOurs: Bool) throws {
    #expect(HostNames.isOurs(host, names: ["sluice.example"]) == isOurs)
    let gate = AdminGate(board: try Self.board())
    #expect((judge(gate, request(host: host), isOpen: true) == "421") == !isOurs)
  }

  @Test("a change that a page of another origin asks for is refused, whoever asks")
  func otherPages() throws {
    let gate = AdminGate(board: try Self.board())
    let rows: [(origin: String, site: String, passes: Bool)] = [
      ("", "", true), ("http://127.0.0.1:9090", "same-origin", true), ("", "none", true),
      ("https://127.0.0.1:9090", "", true), ("http://127.0.0.1:8080", "", false),
      ("null", "", false), ("http://evil.example", "cross-site", false), ("", "cross-site", false),
      ("", "same-site", false), ("http://127.0.0.1:9090", "cross-site", false),
    ]
    for row in rows {
      for source in [Self.address, .user(0)] {
        let answer = judge(
          gate, request(.post, origin: row.origin, site: row.site, source: source))
        #expect((answer != "403") == row.passes, "\(row) \(answer)")
        let read = judge(gate, request(.get, origin: row.origin, site: row.site, source: source))
        #expect(read != "403")
      }
    }
  }

  @Test("wrong tokens make their source wait, longer each time, with the right one too")
  func guesses() throws {
    let gate = AdminGate(board: try Self.board())
    let second: UInt64 = 1_000_000_000
    for _ in 0..<AdminLimits.freeGuesses {
      #expect(judge(gate, request(token: "wrong")) == "401")
    }
    #expect(judge(gate, request()) == "429")
    let other = AdminSource.address(IPAddress(v4: 0x0A00_0002))
    #expect(judge(gate, request(source: other)) == "token:ops")
    #expect(judge(gate, request(token: nil), isOpen: true) == "anyone")
    // 1 s was for the fifth; the sixth waits two.
    #expect(judge(gate, request(token: "wrong"), now: second) == "401")
    #expect(judge(gate, request(), now: 2 * second) == "429")
    #expect(judge(gate, request(), now: 3 * second) == "token:ops")
    #expect(judge(gate, request(token: "wrong"), now: 3 * second) == "401")
    #expect(judge(gate, request(), now: 3 * second) == "token:ops")
  }

  @Test("who uses many addresses shares one place once the table is full")
  func manySources() {
    var limiter = GuessLimiter()
    for number in 0..<(AdminLimits.guessSources + AdminLimits.freeGuesses) {
      limiter.noteFailure(IPAddress(v4: UInt32(0x0A00_0000 + number)), now: 1)
    }
    #expect(limiter.delay(IPAddress(v4: 0x0A00_0000), now: 1) == 0)
    #expect(limiter.delay(IPAddress(v4: 0x0B00_0000), now: 1) == 1)
    // Those who have tried nothing since make room.
    let later = UInt64(2 * AdminLimits.guessDelaySecondsMax) * 1_000_000_000
    limiter.noteFailure(IPAddress(v4: 0x0C00_0000), now: later)
    #expect(limiter.delay(IPAddress(v4: 0x0B00_0000), now: later) == 0)
  }

  @Test("addresses of one IPv6 network count as one source, and no delay is longer than the limit")
  func delays() {
    var limiter = GuessLimiter()
    for low in 1...100 as ClosedRange<UInt64> {
      limiter.noteFailure(IPAddress(v6High: 0x2001_0db8_0000_0000, low: low), now: 0)
    }
    let other = IPAddress(v6High: 0x2001_0db8_0000_0000, low: 1000)
    #expect(limiter.delay(other, now: 0) == AdminLimits.guessDelaySecondsMax)
  }
}
