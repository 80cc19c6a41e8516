import Foundation
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Trailer fields through the worker: what was announced, is safe and is wanted goes on.
@Suite struct TrailerRelayTests {
  static let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
  static let te = "TE: trailers\r\nConnection: TE\r\n"

  static func get(_ fields: String, version: String = "1.1") -> String {
    "GET http://allowed.example/ HTTP/\(version)\r\nHost: allowed.example\r\n\(fields)\r\n"
  }

  @Test(
    "a response's trailer goes on if it was announced, is safe, and the client takes trailers",
    arguments: [
      (te, "Trailer: X-Sum\r\n", "X-Sum:  1 \r\nX-Other: 2\r\nHost: evil\r\n", "X-Sum: 1\r\n"),
      (
        te, "Trailer: X-Sum, Host, Set-Cookie\r\n", "Host: a\r\nSet-Cookie: b\r\nx-sum: 1\r\n",
        "x-sum: 1\r\n"
      ),
      (te, "Trailer: X-Sum\r\nConnection: X-Sum\r\n", "X-Sum: 1\r\n", ""),
      (te, "", "X-Sum: 1\r\n", ""), ("", "Trailer: X-Sum\r\n", "X-Sum: 1\r\n", ""),
      (te, "Trailer: X-Sum\r\n", "", ""),
    ], [0, 1, 3])
  func response(row: (String, String, String, String), cut: Int) throws {
    let (request, fields, section, passed) = row
    let (rig, client, server) = try start(Self.get(request))
    #expect(server.connections[0].receivedText.contains("\r\nTE: trailers\r\n") == (request != ""))
    if cut > 0 { rig.world.faults.segmentBytesMax = cut }
    server.connections[0].send(
      Self.head + fields + "\r\n5\r\nhello\r\n0\r\n" + section + "\r\n")
    rig.settle()
    #expect(client.receivedText.hasSuffix("\r\n0\r\n" + passed + "\r\n"), "\(client.receivedText)")
    #expect(
      client.receivedText.contains("Trailer: ")
        == (request != "" && fields == "Trailer: X-Sum\r\n" || fields.contains("Host")))
    #expect(!client.isOver)
    // Both connections are in order: the next exchange uses them.
    client.clear()
    client.send(Self.get(""))
    rig.settle()
    #expect(server.connections.count == 1)
    server.connections[0].send("HTTP/1.1 204 No Content\r\n\r\n")
    rig.settle()
    #expect(status(client) == 204)
    #expect(rig.trailersLent == 0)
    _ = try rig.end()
  }

  @Test("a request's announced trailer goes on; one that was not, or is not safe, does not")
  func request() throws {
    for cut in [0, 1, 4] {
      let (rig, client, server) = try start("")
      if cut > 0 { rig.world.faults.segmentBytesMax = cut }
      client.send(
        post(
          "Transfer-Encoding: chunked\r\nTrailer: X-Sum, Authorization",
          "5\r\nhello\r\n0\r\nAuthorization: x\r\nX-Sum: 1\r\nX-Y: 2\r\n\r\n") + Self.get(""))
      rig.settle()
      let text = try #require(server.connections.first?.receivedText)
      #expect(text.contains("\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n"))
      #expect(unchunked(text.components(separatedBy: "\r\n\r\n")[1] + "\r\n\r\n") == nil)
      #expect(text.hasSuffix("0\r\nX-Sum: 1\r\n\r\n"), "\(text)")
      server.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      rig.settle()
      #expect(
        !client.isOver && server.connections.last?.receivedText.contains("\r\n\r\nGET / ") == true)
      _ = try rig.end()
    }
  }

  @Test("a client of HTTP/1.0 gets the body without chunks, and no trailer")
  func old() throws {
    let (rig, client, server) = try start(Self.get("TE: trailers\r\n", version: "1.0"))
    #expect(!server.connections[0].receivedText.contains("TE:"))
    server.connections[0].send(
      Self.head + "Trailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n")
    rig.settle()
    #expect(client.receivedText.hasSuffix("\r\n\r\nhello") && client.isFinished)
    #expect(!client.receivedText.contains("X-Sum"))
    _ = try rig.end()
  }

  @Test("the longest trailers pass, behind a body that fills the read before them")
  func long() throws {
    let (rig, client, server) = try start(Self.get(Self.te))
    let body = String(repeating: "b", count: 16_000)
    let line = "X-Sum: " + String(repeating: "y", count: 8192 - 9) + "\r\n"
    server.connections[0].send(
      Self.head + "Trailer: X-Sum\r\n\r\n" + chunks(body, 16_000).dropLast() + line + "\r\n")
    rig.settle()
    #expect(client.receivedText.hasSuffix("0\r\n" + line + "\r\n") && !client.isOver)
    _ = try rig.end()
  }

  @Test(
    "a trailer section that no head could hold is cut with a reset, and said so",
    arguments: [
      (String(repeating: "X-Sum: 1\r\n", count: 101), "too many header fields"),
      (String(repeating: "a", count: 300) + ": 1\r\n", "a header name longer than 256 characters"),
      ("X-Sum : 1\r\n", "a malformed trailer field"),
      (String(repeating: "X-Sum: 1\r\n", count: 900), "trailer fields of more than 8192 bytes"),
    ])
  func broken(section: String, detail: String) throws {
    let (rig, client, server) = try start(Self.get(Self.te))
    server.connections[0].send(
      Self.head + "Trailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\n" + section + "\r\n")
    rig.settle()
    #expect(client.isReset && server.connections[0].isOver)
    let records = try rig.end()
    #expect(records.map(\.summary) == ["allow allowlisted", "close upstream_malformed"])
    #expect(records.last?.detail == detail)
  }

  @Test("without a buffer for them, trailers are not announced and are dropped")
  func noBuffer() throws {
    let rig = try Rig { $0.trailers = 1 }
    let server = rig.world.server(at: Rig.web)
    let first = try rig.client(sending: Self.get(Self.te))
    let second = try rig.client(sending: Self.get(Self.te))
    for upstream in server.connections {
      upstream.send(Self.head + "Trailer: X-Sum\r\n\r\n5\r\nhello\r\n")
    }
    rig.settle()
    for upstream in server.connections { upstream.send("0\r\nX-Sum: 1\r\n\r\n") }
    rig.settle()
    let texts = [first, second].map(\.receivedText)
    #expect(
      texts.count { $0.contains("Trailer: X-Sum\r\n") && $0.hasSuffix("X-Sum: 1\r\n\r\n") } == 1)
    #expect(texts.count { !$0.contains("X-Sum") && $0.hasSuffix("\r\n0\r\n\r\n") } == 1)
    #expect(rig.trailersLent == 0)
    _ = try rig.end()
  }

  @Test("an exchange that is cut off gives its buffers back")
  func cutOff() throws {
    let (rig, client, server) = try start(
      post("TE: trailers\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum", "5\r\nhello\r\n"))
    server.connections[0].send(Self.head + "Trailer: X-Sum\r\n\r\n5\r\nhello\r\n")
    rig.settle()
    #expect(rig.trailersLent == 2)
    client.reset()
    rig.settle()
    #expect(rig.trailersLent == 0)
    _ = try rig.end()
  }
}
