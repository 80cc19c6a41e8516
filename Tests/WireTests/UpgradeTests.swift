import Foundation
import Testing

@testable import Wire

/// Changes of protocol (RFC 9110 §7.8): a WebSocket handshake passes, and nothing else does.
@Suite struct UpgradeTests {
  static let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="

  static func request(_ lines: String, method: String = "GET", version: String = "1.1") -> String {
    "\(method) http://a.test/chat HTTP/\(version)\r\nHost: a.test\r\n\(lines)\r\n\r\n"
  }

  @Test(
    "a handshake goes on with its key, and says itself what the hop is asked for",
    arguments: [
      "Upgrade: websocket\r\nConnection: Upgrade\r\n\(key)",
      "connection: keep-alive, UPGRADE\r\nupgrade: WebSocket\r\n\(key)",
    ])
  func handshake(lines: String) throws {
    let text = Self.request(lines)
    let head = try acceptedRequest(text)
    #expect(head.asksWebSocket)
    #expect(
      rebuilt(head, latin1(text)) == "GET /chat HTTP/1.1\r\nHost: example.test\r\n\(Self.key)\r\n"
        + "Via: 1.1 sluice-5f3a9c21\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
  }

  @Test(
    "any other offer is left out, and the request is an ordinary one",
    arguments: [
      (
        "GET", "1.1",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk"
      ),
      ("GET", "1.1", "Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n\(key)"),
      ("GET", "1.1", "Upgrade: websocket\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\(key)"),
      ("GET", "1.1", "Upgrade: websocket\r\n\(key)"),
      ("GET", "1.1", "Upgrade: TLS/1.0\r\nConnection: Upgrade"),
      ("GET", "1.1", "Upgrade: websocket/13\r\nConnection: Upgrade\r\n\(key)"),
      ("GET", "1.0", "Upgrade: websocket\r\nConnection: Upgrade\r\n\(key)"),
      ("POST", "1.1", "Upgrade: websocket\r\nConnection: Upgrade\r\n\(key)\r\nContent-Length: 2"),
      ("OPTIONS", "1.1", "Upgrade: websocket\r\nConnection: Upgrade\r\n\(key)"),
    ])
  func stripped(method: String, version: String, lines: String) throws {
    let text = Self.request(lines, method: method, version: version)
    let head = try acceptedRequest(text)
    #expect(!head.asksWebSocket)
    let upstream = try #require(rebuilt(head, latin1(text))).lowercased()
    #expect(!upstream.contains("upgrade") && !upstream.contains("http2-settings"))
  }

  @Test(
    "a handshake without a good key, or with a body, is refused",
    arguments: [
      "", "Sec-WebSocket-Key:", "Sec-WebSocket-Key: short", "\(key)\r\n\(key)",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=a", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!==",
      "\(key)\r\nContent-Length: 1", "\(key)\r\nTransfer-Encoding: chunked",
    ])
  func malformed(lines: String) {
    let text = Self.request(
      "Upgrade: websocket\r\nConnection: Upgrade" + (lines.isEmpty ? "" : "\r\n" + lines))
    guard case .refused(.malformedRequest, .webSocketMalformed) = parseRequest(latin1(text)) else {
      Issue.record("accepted")
      return
    }
  }

  @Test("Connection cannot take the key away")
  func keyNamed() {
    let text = Self.request("Connection: Sec-WebSocket-Key\r\n\(Self.key)")
    guard case .refused(_, .connectionNamesProtected) = parseRequest(latin1(text)) else {
      Issue.record("accepted")
      return
    }
  }

  static let agreed =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

  @Test("the answer to a handshake is final, and is rebuilt with what the client waits for")
  func answer() throws {
    let head = try acceptedResponse(Self.agreed, asksWebSocket: true)
    #expect(head.switchesProtocols && !head.isInterim && head.framing == .none)
    #expect(
      rebuilt(head, latin1(Self.agreed)) == "HTTP/1.1 101 Switching Protocols\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nDate: \(receivedDate)\r\n"
        + "Via: 1.1 sluice-5f3a9c21\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
  }

  @Test(
    "a 101 that was not asked for, or agrees to something else, is refused",
    arguments: [
      (false, "Upgrade: websocket\r\nConnection: Upgrade", RefusalDetail.switchingUnasked),
      (true, "Upgrade: h2c\r\nConnection: Upgrade", .switchingUnasked),
      (true, "Upgrade: websocket", .switchingUnasked),
      (true, "Connection: Upgrade", .switchingUnasked),
      (true, "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0", .codedWithoutBody),
      (
        true, "Upgrade: websocket\r\nConnection: Upgrade\r\nTransfer-Encoding: chunked",
        .codedWithoutBody
      ),
    ])
  func unasked(asks: Bool, lines: String, detail: RefusalDetail) {
    let text = "HTTP/1.1 101 Switching Protocols\r\n\(lines)\r\n\r\n"
    guard case .refused(let found) = parseResponse(latin1(text), asksWebSocket: asks) else {
      Issue.record("accepted")
      return
    }
    #expect(found == detail)
  }

  @Test(
    "Max-Forwards is counted down for OPTIONS, and left alone for every other method",
    arguments: [
      ("OPTIONS", "Max-Forwards: 3", UInt32(3), "Max-Forwards: 2"),
      ("OPTIONS", "max-forwards: 0", 0, "Max-Forwards: 0"),
      ("OPTIONS", "Max-Forwards: 99999999999999999999999", 999_999_999, "Max-Forwards: 999999998"),
      ("GET", "Max-Forwards: 3", nil, "Max-Forwards: 3"),
      ("GET", "Max-Forwards: x", nil, "Max-Forwards: x"),
    ] as [(String, String, UInt32?, String)])
  func maxForwards(method: String, line: String, count: UInt32?, goesOn: String) throws {
    for other in ["", "X:y\r\n"] {
      let text = Self.request(other + line, method: method)
      let head = try acceptedRequest(text)
      #expect(head.maxForwards == count)
      let lines = try #require(rebuilt(head, latin1(text))).components(separatedBy: "\r\n")
      #expect(lines.filter { $0.lowercased().hasPrefix("max-forwards") } == [goesOn])
    }
  }

  @Test(
    "a Max-Forwards of OPTIONS that is no number is refused",
    arguments: [
      "Max-Forwards:", "Max-Forwards: -1", "Max-Forwards: 1,2",
      "Max-Forwards: 1\r\nMax-Forwards: 1",
    ])
  func maxForwardsMalformed(lines: String) {
    guard
      case .refused(.malformedRequest, .maxForwardsMalformed) = parseRequest(
        latin1(Self.request(lines, method: "OPTIONS")))
    else {
      Issue.record("accepted")
      return
    }
  }
}
