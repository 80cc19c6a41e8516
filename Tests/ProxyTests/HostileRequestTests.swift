import Foundation
import Reactor
import Simulation
import Testing
import Wire

@testable import Proxy

/// Hostile requests through the worker: each is refused with its reason, and that is all that happens.
@Suite struct HostileRequestTests {
  @Test(
    "a hostile request is answered once and recorded; nothing is asked, dialled or read behind it",
    arguments: HostileRequests.all,
    [false, true])
  func refused(row: HostileRequest, isDripped: Bool) throws {
    let rig = try Rig()
    let server = rig.world.server(at: Rig.web)
    if isDripped { rig.world.faults.segmentBytesMax = row.bytes.count > 5_000 ? 1_000 : 7 }
    let client = try rig.client()
    // Behind it stands a good request. Whoever read on would serve it.
    client.send(row.bytes + Array(get("/smuggled").utf8))
    rig.settle()
    let text = String(decoding: client.received, as: UTF8.self)
    #expect(status(client) == row.status, "\(text)")
    #expect(text.matches(of: #/HTTP/1\.1 \d\d\d /#).count == 1, "one answer: \(text)")
    #expect(text.contains("\r\nConnection: close\r\n"))
    #expect(client.isOver)
    // A broken body that comes in pieces may be found when the upstream stands: it sees a reset.
    for upstream in server.connections {
      #expect(isDripped && row.testDescription.hasPrefix("chunk: "))
      #expect(upstream.isReset && !upstream.receivedText.hasSuffix("\r\n0\r\n\r\n"))
      #expect(!upstream.receivedText.contains("smuggled"))
    }
    let records = try rig.end()
    if server.connections.isEmpty {
      #expect(rig.world.datagramCount == 0 && rig.world.dialled == [])
      #expect(records.map(\.summary) == ["deny \(row.reason)"])
      #expect(records.first?.status == row.status)
      if row.status != 403, row.status != 431, row.reason != "loop_detected" {
        let detail = try #require(records.first?.detail)
        #expect(
          text.contains(" Sluice: \(detail)\r\n") && text.contains("\"detail\":\"\(detail)\""))
      }
    } else {
      #expect(records.map(\.summary) == ["allow allowlisted", "close client_malformed"])
    }
  }

  @Test(
    "the parser alone says the same of every row that it can refuse",
    arguments: HostileRequests.all)
  func parsed(row: HostileRequest) {
    guard let end = HeadScanner.end(of: row.bytes.span, from: 0) else { return }
    switch RequestHead.parse(row.bytes.span, end: end) {
    case .incomplete: Issue.record("incomplete")
    case .refused(_, let detail): #expect(Int(detail.status) == row.status, "\(detail)")
    case .complete(let head):
      // What the head does not show: a broken chunk, a name, an environment's list, our own Via.
      let isLater =
        head.framing == .chunked || row.reason == "malformed_authority"
        || row.reason == "host_mismatch" || row.status == 403
        || row.reason == "loop_detected" || row.reason == "head_too_large"
      #expect(isLater)
    }
  }

  /// What has to be taken, though it looks odd, and how the origin sees it.
  static let taken: [(String, String, String)] = [
    (
      "TE in upper case", post("Transfer-Encoding: CHUNKED", chunks("hello", 5)),
      "5\r\nhello\r\n0\r\n\r\n"
    ),
    (
      "an extension, dropped",
      post("Transfer-Encoding: chunked", "5;a=\"b;c\"\r\nhello\r\n0;x\r\n\r\n"),
      "5\r\nhello\r\n0\r\n\r\n"
    ),
    (
      "trailers that would frame, route or authorise, dropped",
      post(
        "Transfer-Encoding: chunked",
        "5\r\nhello\r\n0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\nHost: evil\r\n"
          + "Authorization: x\r\n\r\n"), "5\r\nhello\r\n0\r\n\r\n"
    ),
    (
      "a length on GET",
      "GET http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 5\r\n\r\nhello",
      "hello"
    ),
    (
      "a length on HEAD",
      "HEAD http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 5\r\n\r\nhello",
      "hello"
    ),
    (
      "a length on OPTIONS",
      "OPTIONS http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 5\r\n\r\nhello",
      "hello"
    ),
    ("length 0", post("Content-Length: 0", ""), ""),
  ]

  @Test(
    "what the RFC lets pass is framed anew, and the request behind it is the next", arguments: taken
  )
  func passed(says: String, request: String, body: String) throws {
    let (rig, client, server) = try start(request + get("/next"))
    let upstream = try #require(server.connections.first)
    #expect(upstream.receivedText.hasSuffix("\r\n\r\n" + body))
    #expect(!upstream.receivedText.contains("/next"))
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    #expect(server.connections.last?.receivedText.contains("GET /next ") == true)
    #expect(client.receivedText.components(separatedBy: "HTTP/1.1 ").count == 2)
    #expect(try rig.end().filter { $0.event == "decision" }.count == 2)
  }

  @Test("a chunked body without its last chunk never looks whole to the origin")
  func noLastChunk() throws {
    let (rig, client, server) = try start(post("Transfer-Encoding: chunked", "5\r\nhello\r\n"))
    #expect(server.connections[0].receivedText.hasSuffix("\r\n\r\n5\r\nhello\r\n"))
    client.finish()
    rig.settle()
    #expect(server.connections[0].isReset)
    _ = try rig.end()
  }

  @Test(
    "allowed, denied and malformed in one packet: each judged by itself, and nothing after the last"
  )
  func mixed() throws {
    let (rig, client, server) = try start(
      get("/1") + get("/2", host: "denied.example") + get("/3")
        + "GET http://allowed.example/4 HTTP/1.1\r\nHost: other.example\r\n\r\n" + get("/5"))
    for path in ["/1", "/3"] {
      #expect(server.connections[0].receivedText.contains("GET \(path) "))
      server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(path.last!)")
      rig.settle()
    }
    let statuses = client.receivedText.components(separatedBy: "HTTP/1.1 ").dropFirst()
      .map { $0.prefix(3) }
    #expect(statuses == ["200", "403", "200", "400"])
    #expect(!server.connections[0].receivedText.contains("/5") && client.isOver)
    #expect(
      try rig.end().filter { $0.event == "decision" }.map(\.summary) == [
        "allow allowlisted", "deny not_allowlisted", "allow allowlisted", "deny host_mismatch",
      ])
  }

  @Test("a request head that drips in is cut off after its time, and answered 408")
  func drip() throws {
    let rig = try Rig { $0.headTimeout = 3 * Limits.second }
    let client = try rig.client()
    for byte in get("/").utf8.dropLast(2) {
      client.send([byte])
      rig.advance(milliseconds: 100)
    }
    #expect(status(client) == 408 && client.isOver)
    #expect(try rig.end().map(\.summary) == ["deny head_timeout"])
  }
}
