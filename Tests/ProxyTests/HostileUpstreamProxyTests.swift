import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// What an upstream proxy may answer to a CONNECT: nothing but a clean 2xx opens a tunnel, and nothing of
/// the answer ever goes to the client.
@Suite struct HostileUpstreamProxyTests {
  static let answers: [(String, String, String, Int)] = [
    ("403", "HTTP/1.1 403 No\r\nContent-Length: 6\r\n\r\nSECRET", "upstream_proxy_refused", 403),
    ("502", "HTTP/1.1 502 Bad\r\n\r\nSECRET", "upstream_proxy_refused", 502),
    ("302", "HTTP/1.1 302 To\r\nLocation: http://SECRET/\r\n\r\n", "upstream_proxy_refused", 302),
    (
      "503 in chunks",
      "HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nSECRET\r\n0\r\n\r\n",
      "upstream_proxy_refused", 503
    ),
    ("407", "HTTP/1.1 407 SECRET\r\n\r\n", "upstream_proxy_unauthorized", 407),
    (
      "2xx with a body", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nSECRET", "upstream_malformed",
      0
    ),
    (
      "2xx in chunks",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nSECRET\r\n0\r\n\r\n",
      "upstream_malformed", 0
    ),
    (
      "2xx with both", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
      "upstream_malformed", 0
    ),
    ("101", "HTTP/1.1 101 Up\r\nUpgrade: websocket\r\n\r\nSECRET", "upstream_malformed", 0),
    (
      "a flood of 1xx", String(repeating: "HTTP/1.1 102 P\r\n\r\n", count: 17),
      "upstream_malformed", 0
    ),
    ("no HTTP", "SSH-2.0-SECRET\r\n\r\n", "upstream_malformed", 0),
    ("HTTP/2", "HTTP/2.0 200 OK\r\n\r\nSECRET", "upstream_malformed", 0),
    ("bare line feeds", "HTTP/1.1 200 OK\n\nSECRET\r\n\r\n", "upstream_malformed", 0),
    ("a NUL", "HTTP/1.1 200 OK\r\nX: \u{0}\r\n\r\nSECRET", "upstream_malformed", 0),
    ("a fold", "HTTP/1.1 200 OK\r\nX: a\r\n SECRET\r\n\r\n", "upstream_malformed", 0),
    (
      "a head without end",
      "HTTP/1.1 200 OK\r\n" + String(repeating: "X: SECRET\r\n", count: 4000), "upstream_malformed",
      0
    ),
  ]

  /// What the records say of some of them.
  static let details = [
    "2xx with a body": "an answer that opens a tunnel announces a body",
    "2xx in chunks": "an answer that opens a tunnel announces a body",
    "101": "101 Switching Protocols that nobody asked for",
    "a flood of 1xx": "more interim responses than the limit",
    "a head without end": "the response head is larger than the limit",
  ]

  @Test("an answer that is no tunnel ends in 502", arguments: answers)
  func answer(_ name: String, _ answer: String, end: String, status: Int) throws {
    let (rig, proxy) = try proxiedRig()
    let client = try rig.client(sending: connect("allowed.example:443") + "early")
    let upstream = proxy.connections[0]
    upstream.clear()
    upstream.send(answer)
    rig.settle()
    #expect(answerStatus(client) == 502)
    #expect(!client.receivedText.contains("SECRET"))
    #expect(!upstream.receivedText.contains("early"))
    #expect(upstream.isOver)
    let records = try rig.end()
    #expect(records.map(\.summary) == ["allow allowlisted", "close \(end)"])
    #expect(records[1].upstreamStatus == status && records[1].status == 502)
    #expect((records[1].detail != nil) == (end == "upstream_malformed"))
    if let detail = Self.details[name] { #expect(records[1].detail == detail) }
  }

  @Test("closed and reset before an answer is 502; silence and a drip are 504")
  func noAnswer() throws {
    let ends: [(FarEnd) -> Void] = [
      { $0.finish() }, { $0.reset() }, { $0.send("HTTP/1.1 200 ") }, { _ in },
    ]
    let expected = ["upstream_closed", "upstream_reset", "upstream_timeout", "upstream_timeout"]
    for (end, code) in zip(ends, expected) {
      let (rig, proxy) = try proxiedRig { $0.upstreamProxyTimeout = 5 * Limits.second }
      let client = try rig.client(sending: connect("allowed.example:443"))
      end(proxy.connections[0])
      rig.settle()
      for _ in 0..<6 where answerStatus(client) == 0 {
        proxy.connections[0].send("O")
        rig.advance(milliseconds: 1000)
      }
      #expect(answerStatus(client) == (code == "upstream_timeout" ? 504 : 502), "\(code)")
      #expect(try rig.end().last?.summary == "close \(code)")
    }
  }

  @Test("bytes behind the 200 are refused where the client speaks first")
  func bytesBehind() throws {
    let (rig, proxy) = try proxiedRig(sni: .enforce)
    let client = try rig.client(sending: connect("allowed.example:443"))
    proxy.connections[0].send("HTTP/1.1 200 OK\r\n\r\nSECRET")
    rig.settle()
    #expect(answerStatus(client) == 502 && !client.receivedText.contains("SECRET"))
    let record = try #require(try rig.end().last)
    #expect(record.summary == "close upstream_malformed")
    #expect(record.detail == "bytes behind the answer, before the client's first")
  }

  @Test("a client that goes while the proxy is asked leaves nothing behind")
  func clientGoes() throws {
    let (rig, proxy) = try proxiedRig()
    let client = try rig.client(sending: connect("allowed.example:443") + "early")
    client.reset()
    rig.settle()
    #expect(proxy.connections[0].isOver)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close client_reset"])
  }

  @Test(
    "what was asked of a proxy that a new configuration replaces ends; what keeps its way goes on")
  func replaced() throws {
    for (change, isKept) in [
      (try upstreamProxy(direct: ["second.example"]), true),
      (try upstreamProxy(direct: ["allowed.example"]), false),
      (try upstreamProxy(credentials: "sluice:other"), false),
      (nil, false),
    ] {
      let (rig, proxy) = try proxiedRig()
      let open = try rig.client(sending: connect("allowed.example:443"))
      proxy.connections[0].send("HTTP/1.1 200 OK\r\n\r\n")
      rig.settle()
      let waiting = try rig.client(sending: connect("allowed.example:443"))
      try rig.publish(proxied(by: change, generation: 2))
      rig.settle()
      #expect(open.isOver != isKept)
      #expect(answerStatus(waiting) == (isKept ? 0 : 503))
      let records = try rig.end()
      let ends = records.filter { $0.event == "close" && $0.end == "policy_changed" }
      #expect(ends.allSatisfy { $0.upstreamProxy == nil })
      #expect(ends.map(\.reason) == (isKept ? [] : ["route_changed", "route_changed"]))
    }
  }
}

/// The status of an answer; 0: none.
func answerStatus(_ farEnd: FarEnd) -> Int { status(farEnd) }
