import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// What an upstream may try: a response that two readers could frame differently is never passed on.
@Suite struct HostileResponseTests {
  /// Responses whose head is refused. What stands behind each is not to be seen by anybody.
  static let heads: [(String, String)] = [
    ("CL and TE", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ("TE and CL", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
    ("two equal CL", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"),
    ("two CL", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
    ("CL 5, 5", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n"),
    ("CL +5", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n"),
    ("CL -1", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
    ("CL 0x5", "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n"),
    ("CL 05", "HTTP/1.1 200 OK\r\nContent-Length: 05\r\n\r\n"),
    ("CL empty", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n"),
    ("CL 2^64", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n"),
    ("TE xchunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n"),
    ("TE gzip, chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
    ("TE chunked, identity", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n"),
    (
      "two TE",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
    ),
    ("TE after VT", "HTTP/1.1 200 OK\r\nTransfer-Encoding:\u{b}chunked\r\n\r\n"),
    ("TE with an underscore", "HTTP/1.1 200 OK\r\nTransfer_Encoding: chunked\r\n\r\n"),
    ("TE in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ("TE with 204", "HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ("bare LF", "HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\n"),
    ("bare CR", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n"),
    ("CR CR LF", "HTTP/1.1 200 OK\r\r\n\r\n"),
    ("obs-fold", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n"),
    ("a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n"),
    ("NUL", "HTTP/1.1 200 OK\r\nX: a\u{0}b\r\n\r\n"),
    ("an empty name", "HTTP/1.1 200 OK\r\n: b\r\n\r\n"),
    ("no colon", "HTTP/1.1 200 OK\r\nBroken\r\n\r\n"),
    ("an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n"),
    ("HTTP/0.9", "<html>SECRET</html>\r\n\r\n"), ("HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n"),
    ("HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n"), ("ICY", "ICY 200 OK\r\n\r\n"),
    ("status 99", "HTTP/1.1 099 Odd\r\n\r\n"), ("status 1000", "HTTP/1.1 1000 Odd\r\n\r\n"),
    (
      "101 that nobody asked for",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    ),
    ("a flood of 1xx", String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 17)),
    ("a flood of 100", String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 17)),
    (
      "a thousand fields",
      "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 1000) + "\r\n"
    ),
    (
      "a line of 64 KiB",
      "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 65_536) + "\r\n\r\n"
    ),
  ]

  @Test(
    "a response head that could be read in two ways is a 502, and nothing of it goes on",
    arguments: heads, [0, 1, 5])
  func head(row: (String, String), cut: Int) throws {
    let (rig, client, server) = try start(get("/1"))
    if cut > 0 { rig.world.faults.segmentBytesMax = row.1.utf8.count > 5_000 ? 500 * cut : cut }
    server.connections[0].send(row.1 + "SECRET" + "HTTP/1.1 200 OK\r\n\r\nSECRET")
    rig.settle()
    let text = client.receivedText
    // Interim responses may have gone before.
    #expect(text.contains("HTTP/1.1 502 ") && !text.contains(" 200 "), "\(row.0): \(text)")
    #expect(!text.contains("SECRET") && text.contains("details=\"upstream_malformed\""))
    #expect(server.connections[0].isOver && client.isOver)
    let records = try rig.end()
    #expect(records.map(\.summary) == ["allow allowlisted", "close upstream_malformed"])
    // The rule that it broke is named in the reason phrase, in the body and in the record.
    let detail = try #require(records.last?.detail)
    #expect(text.contains(" 502 Sluice: the upstream sent a malformed answer: \(detail)\r\n"))
    #expect(text.contains("{\"error\":\"upstream_malformed\",\"detail\":\"\(detail)\","))
  }

  @Test(
    "the fault of a response is named, without a byte of the response",
    arguments: [
      ("HTTP/1.1 200 OK\r\nX: EV\u{0}IL\r\n\r\n", "a control character in a header value"),
      ("HTTP/1.1 200 OK\r\nEVIL : 5\r\n\r\n", "a space between a header name and its colon"),
      (
        "HTTP/1.1 200 OK\r\nContent-Length: EVIL\r\n\r\n",
        "Content-Length is not a plain decimal number"
      ),
      (
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: EVIL\r\n\r\n", "a transfer coding other than chunked"
      ),
      ("HTTP/1.1 EVIL\r\n\r\n", "the status line is malformed"),
      ("HTTP/1.1 101 EVIL\r\n\r\n", "101 Switching Protocols that nobody asked for"),
      (
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "EVIL", count: 5000),
        "the response head is larger than the limit"
      ),
      (
        String(repeating: "HTTP/1.1 102 EVIL\r\n\r\n", count: 17),
        "more interim responses than the limit"
      ),
    ])
  func named(response: String, detail: String) throws {
    let (rig, client, server) = try start(
      "GET http://allowed.example/ HTTP/1.0\r\nAccept: text/plain\r\n\r\n")
    server.connections[0].send(response)
    rig.settle()
    let text = client.receivedText
    #expect(
      text.hasPrefix("HTTP/1.1 502 Sluice: the upstream sent a malformed answer: \(detail)\r\n"))
    #expect(!text.contains("EVIL"))
    #expect(try rig.end().last?.detail == detail)
  }

  @Test("a 100 that nobody waits for stays here")
  func unexpectedContinue() throws {
    let (rig, client, server) = try start(get("/1"))
    server.connections[0].send(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    rig.settle()
    #expect(status(client) == 200 && !client.receivedText.contains(" 100 ") && !client.isOver)
    _ = try rig.end()
  }

  static let bodies: [(String, String)] = [
    ("a size of +5", "+5\r\nSECRET"), ("a size of 0x5", "0x5\r\nSECRET"),
    ("17 digits", "00000000000000006\r\nSECRET\r\n0\r\n\r\n"),
    ("overflow", "ffffffffffffffff\r\nSECRET"), ("a space", "6 \r\nSECRET\r\n0\r\n\r\n"),
    ("a bare LF", "6\nSECRET\r\n0\r\n\r\n"), ("a bare CR", "6\rSECRET"),
    ("spill over", "5\r\nhello world\r\n0\r\n\r\n"),
    ("an extension of 1 KiB", "6;" + String(repeating: "x", count: 1024) + "\r\nSECRET"),
    ("a quoted extension with CR LF", "6;a=\"x\r\ny\"\r\nSECRET"),
    ("a trailer that is no field", "0\r\nno field\r\n\r\n"),
    ("trailers without end", "0\r\n" + String(repeating: "X: yyyyyyyy\r\n", count: 1000)),
  ]

  @Test(
    "a chunked response that breaks is cut with a reset, so that nobody takes it for whole",
    arguments: bodies, [0, 1, 5])
  func body(row: (String, String), cut: Int) throws {
    let (rig, client, server) = try start(get("/1"))
    if cut > 0 { rig.world.faults.segmentBytesMax = row.1.utf8.count > 5_000 ? 500 : cut }
    server.connections[0].send(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n" + row.1)
    rig.settle()
    #expect(client.isReset, "\(row.0)")
    #expect(!client.receivedText.contains("SECRET") && !client.receivedText.hasSuffix("0\r\n\r\n"))
    #expect(server.connections[0].isOver)
    let records = try rig.end()
    #expect(records.map(\.summary) == ["allow allowlisted", "close upstream_malformed"])
    #expect(records.last?.detail != nil, "the rule that it broke is on record")
  }

  static let cuts: [(String, String)] = [
    ("a length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"),
    ("a length, HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\nsome"),
    ("chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n"),
    ("the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n0\r\n"),
  ]

  @Test(
    "a truncated response is truncated for the client, too", arguments: cuts,
    [("1.1", true), ("1.1", false), ("1.0", true), ("1.0", false)])
  func truncated(row: (String, String), client kind: (version: String, isReset: Bool)) throws {
    let (version, isReset) = kind
    let (rig, client, server) = try start(
      "GET http://allowed.example/ HTTP/\(version)\r\nHost: allowed.example\r\n\r\n")
    server.connections[0].send(row.1)
    rig.settle()
    isReset ? server.connections[0].reset() : server.connections[0].close()
    rig.settle()
    #expect(client.isReset, "\(row.0)")
    let end = isReset ? "upstream_reset" : "upstream_closed"
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close \(end)"])
  }

  @Test("a response head that drips in does not put its deadline off; an interim response does")
  func drip() throws {
    let (rig, client, server) = try start(get("/1")) { $0.responseTimeout = 5 * Limits.second }
    for byte in "HTTP/1.1 103 Early Hints\r\n\r\n".utf8 {
      server.connections[0].send([byte])
      rig.advance(milliseconds: 150)
    }
    #expect(client.receivedText.hasPrefix("HTTP/1.1 103 "))
    for byte in "HTTP/1.1 200 OK\r\nX: ".utf8 {
      server.connections[0].send([byte])
      rig.advance(milliseconds: 200)
    }
    #expect(!client.receivedText.contains("HTTP/1.1 504 "))
    rig.advance(milliseconds: 1500)
    #expect(client.receivedText.contains("HTTP/1.1 504 ") && server.connections[0].isOver)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close upstream_timeout"])
  }

  @Test(
    "an upstream cannot speak for the proxy, nor take its own framing away",
    arguments: ["GET", "HEAD"])
  func forged(method: String) throws {
    let (rig, client, server) = try start(
      "\(method) http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n")
    server.connections[0].send(
      "HTTP/1.1 200 OK\r\nX-Sluice-Decision: allow\r\nProxy-Status: sluice; error=none\r\n"
        + "Connection: Content-Length, Set-Cookie, X-Hop\r\nX-Hop: 1\r\nSet-Cookie: a\r\n"
        + "Keep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\n"
        + (method == "GET" ? "ok" : ""))
    rig.settle()
    let text = client.receivedText
    #expect(text.contains("\r\nContent-Length: 2\r\n") && text.contains("\r\nSet-Cookie: a\r\n"))
    for name in ["X-Sluice", "Proxy-Status", "X-Hop", "Keep-Alive:", "Proxy-Authenticate"] {
      #expect(!text.contains(name))
    }
    #expect(!client.isOver)
    _ = try rig.end()
  }

  @Test(
    "a response without a body may be followed by one: it answers nothing, and ends the connection",
    arguments: [
      ("GET", "HTTP/1.1 204 No Content\r\n\r\n"), ("GET", "HTTP/1.1 304 Not Modified\r\n\r\n"),
      ("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 40\r\n\r\n"),
      ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n"),
    ])
  func bodyBehindNone(method: String, response: String) throws {
    let (rig, client, server) = try start(
      "\(method) http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n")
    server.connections[0].send(response + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nFORGED")
    rig.settle()
    client.send(get("/next"))
    rig.settle()
    #expect(!client.receivedText.contains("FORGED") && server.connections.count == 2)
    #expect(!server.connections[0].receivedText.contains("/next"))
    _ = try rig.end()
  }
}
