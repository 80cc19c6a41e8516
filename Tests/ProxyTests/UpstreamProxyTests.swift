import Domains
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// Requests that leave by the environment's upstream proxy.
@Suite struct UpstreamProxyTests {
  static let asked =
    "CONNECT allowed.example:443 HTTP/1.1\r\nHost: allowed.example:443\r\n"
    + "Proxy-Authorization: \(authorization)\r\n\r\n"

  @Test("a tunnel goes by the proxy, and only the proxy's name is resolved here")
  func tunnel() throws {
    let (rig, proxy) = try proxiedRig()
    let client = try rig.client(sending: connect("allowed.example:443"))
    let upstream = try #require(proxy.connections.last)
    #expect(upstream.receivedText == Self.asked)
    #expect(client.receivedText == "")
    upstream.clear()
    upstream.send("HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n")
    rig.settle()
    #expect(client.receivedText == established)
    client.clear()
    client.send("hello")
    upstream.send("welcome")
    rig.settle()
    #expect(upstream.receivedText == "hello" && client.receivedText == "welcome")
    #expect(Set(rig.names.questions) == ["proxy.corp.example"])
    #expect(rig.world.dialled == [upstreamPlace])
    client.finish()
    rig.settle()
    upstream.finish()
    rig.settle()
    let records = try rig.end()
    #expect(records.map(\.summary) == ["allow allowlisted", "close client_eof"])
    #expect(records.map(\.upstreamProxy) == ["proxy.corp.example:3129", "proxy.corp.example:3129"])
    #expect(records.map(\.host) == ["allowed.example", "allowed.example"])
    #expect(records[0].address == "10.0.0.99" && records[1].address == "10.0.0.99")
    #expect(records[1].up == 5 && records[1].down == 7)
  }

  @Test(
    "an answer in any pieces, with interim ones before and the host's bytes behind it, is one answer"
  )
  func pieces() throws {
    let answer = Array(
      ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nContent-Length: 0\r\nVia: x\r\n\r\nbanner")
        .utf8)
    for step in [1, 2, 3, 7, 50] {
      let (rig, proxy) = try proxiedRig()
      let client = try rig.client(sending: connect("allowed.example:443") + "early")
      let upstream = try #require(proxy.connections.last)
      #expect(upstream.receivedText == Self.asked)
      upstream.clear()
      for start in stride(from: 0, to: answer.count, by: step) {
        upstream.send(answer[start..<min(start + step, answer.count)])
        rig.settle()
      }
      #expect(client.receivedText == established + "banner")
      #expect(upstream.receivedText == "early")
      client.close()
      upstream.close()
      rig.settle()
      _ = try rig.end()
    }
  }

  @Test("a denied name goes nowhere")
  func denied() throws {
    let (rig, _) = try proxiedRig()
    let client = try rig.client(sending: connect("denied.example:443"))
    #expect(status(client) == 403)
    #expect(rig.world.dialled == [] && rig.names.questions == [])
    #expect(try rig.end().map(\.upstreamProxy) == [nil])
  }

  @Test("no_proxy names and networks go straight to the host, and the guard judges them")
  func direct() throws {
    let (rig, proxy) = try proxiedRig(
      upstreamProxy(direct: ["*.direct.example", "second.example"], ranges: ["10.9.1.0/24"]))
    rig.names.records["a.direct.example"] = [v4(10, 1, 2, 3)]
    let origin = rig.world.server(at: SocketAddress(v4(151, 101, 2, 2), port: 443))
    let near = rig.world.server(at: SocketAddress(v4(10, 9, 1, 1), port: 443))
    #expect(try rig.client(sending: connect("second.example:443")).receivedText == established)
    #expect(origin.connections.count == 1)
    #expect(try rig.client(sending: connect("10.9.1.1:443")).receivedText == established)
    #expect(near.connections.count == 1)
    #expect(try status(rig.client(sending: connect("a.direct.example:443"))) == 403)
    #expect(proxy.connections.count == 0)
    // An opened address that no_proxy does not name.
    let far = try rig.client(sending: connect("10.9.2.1:443"))
    #expect(far.receivedText == "")
    #expect(proxy.connections[0].receivedText.hasPrefix("CONNECT 10.9.2.1:443 HTTP/1.1\r\n"))
    let records = try rig.end()
    #expect(records.filter { $0.upstreamProxy != nil }.allSatisfy { $0.host == "10.9.2.1" })
    #expect(records.contains { $0.summary == "deny address_forbidden" })
  }

  @Test("a plain request is sent whole, with our credentials and never the client's")
  func plain() throws {
    let (rig, proxy) = try proxiedRig()
    let client = try rig.client(
      sending: "GET http://allowed.example:8080/ HTTP/1.1\r\nHost: allowed.example:8080\r\n\r\n")
    #expect(status(client) == 403)
    client.clear()
    client.send(
      "GET http://allowed.example/a?b HTTP/1.1\r\nHost: allowed.example\r\n"
        + "Proxy-Authorization: Basic Y2xpZW50OnNlY3JldA==\r\nX: y\r\n\r\n")
    rig.settle()
    let upstream = try #require(proxy.connections.last)
    #expect(
      upstream.receivedText
        == "GET http://allowed.example/a?b HTTP/1.1\r\nHost: allowed.example\r\n"
        + "Proxy-Authorization: \(authorization)\r\nX: y\r\nVia: 1.1 sluice-test\r\n\r\n")
    upstream.clear()
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nProxy-Authenticate: Basic\r\n\r\nhi")
    rig.settle()
    #expect(status(client) == 200 && client.receivedText.hasSuffix("\r\n\r\nhi"))
    #expect(!client.receivedText.contains("Proxy-Authenticate"))
    client.clear()
    // The same connection, for the same host.
    client.send("OPTIONS http://allowed.example HTTP/1.1\r\nHost: allowed.example\r\n\r\n")
    rig.settle()
    #expect(upstream.receivedText.hasPrefix("OPTIONS http://allowed.example HTTP/1.1\r\n"))
    upstream.send("HTTP/1.1 204 No\r\n\r\n")
    rig.settle()
    #expect(status(client) == 204)
    #expect(proxy.connections.count == 1)
    let records = try rig.end()
    #expect(records.filter { $0.verdict == "allow" }.allSatisfy { $0.upstreamProxy != nil })
    #expect(Set(rig.names.questions) == ["proxy.corp.example"])
  }

  @Test(
    "a request for an address goes by the proxy as it was written, and is found again in the pool")
  func literals() throws {
    let (rig, proxy) = try proxiedRig(upstreamProxy("10.0.0.99:3129", credentials: nil))
    let client = try rig.client(sending: get("/", host: "10.9.2.1"))
    let upstream = try #require(proxy.connections.last)
    for path in ["/", "/again"] {
      #expect(
        upstream.receivedText == "GET http://10.9.2.1\(path) HTTP/1.1\r\nHost: 10.9.2.1\r\n"
          + "Via: 1.1 sluice-test\r\n\r\n")
      upstream.clear()
      upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
      rig.settle()
      #expect(status(client) == 200)
      client.clear()
      client.send(get("/again", host: "10.9.2.1"))
      rig.settle()
    }
    #expect(proxy.connections.count == 1 && rig.names.questions == [])
    _ = try rig.end()
  }

  @Test("an idle connection that the proxy closes is replaced, and the request is sent again whole")
  func again() throws {
    let (rig, proxy) = try proxiedRig()
    let client = try rig.client(sending: get("/"))
    proxy.connections[0].send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
    rig.settle()
    client.clear()
    client.send(get("/2"))
    proxy.connections[0].finish()
    rig.settle()
    #expect(proxy.connections.count == 2)
    #expect(
      proxy.connections[1].receivedText.hasPrefix("GET http://allowed.example/2 HTTP/1.1\r\n"))
    proxy.connections[1].send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nho")
    rig.settle()
    #expect(client.receivedText.hasSuffix("ho"))
    _ = try rig.end()
  }

  @Test("407 is the operator's affair: the client gets 502, and no challenge")
  func unauthorized() throws {
    let answer =
      "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"corp\"\r\n"
      + "Content-Length: 5\r\n\r\nlogin"
    for request in [connect("allowed.example:443"), get("/")] {
      let (rig, proxy) = try proxiedRig()
      let client = try rig.client(sending: request)
      proxy.connections[0].send(answer)
      rig.settle()
      #expect(status(client) == 502)
      #expect(client.receivedText.contains(#""error":"upstream_proxy_unauthorized""#))
      for secret in ["Proxy-Authenticate", "login", "corp", "c2x1aWNl", "s3cret"] {
        #expect(!client.receivedText.contains(secret))
      }
      let records = try rig.end()
      #expect(
        records.map(\.summary) == ["allow allowlisted", "close upstream_proxy_unauthorized"])
      #expect(records[1].upstreamStatus == 407 && records[1].status == 502)
      #expect(records[0].upstreamStatus == 0)
    }
  }

  @Test("a tunnel by the proxy is judged by its server name like any other")
  func serverName() throws {
    let (rig, proxy) = try proxiedRig(sni: .enforce)
    let client = try rig.client(sending: connect("allowed.example:443"))
    let upstream = proxy.connections[0]
    upstream.clear()
    upstream.send("HTTP/1.1 200 OK\r\n\r\n")
    rig.settle()
    client.send("SSH-2.0-x\r\n")
    rig.settle()
    #expect(upstream.receivedText == "")
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close not_tls"])
  }

  @Test("an upstream proxy that leads back here is refused, by name and by address")
  func loop() throws {
    let rig = try Rig()
    rig.names.records["self.example"] = [Rig.proxy.address]
    for name in ["self.example:3128", "10.0.0.1:3128"] {
      let list = try environment("vm-7", ["allowed.example"], proxy: upstreamProxy(name))
      try rig.publish(
        PolicySnapshot(
          generation: rig.inForce.generation + 1, environments: [list],
          ownAddresses: OwnAddresses(
            listeners: [
              OwnAddresses.Listener(
                address: Rig.proxy.address, port: try #require(Port(Rig.proxy.port)))
            ], localAddresses: [])))
      rig.settle()
      let client = try rig.client(sending: connect("allowed.example:443"))
      #expect(status(client) == 400)
    }
    let records = try rig.end()
    #expect(records.map(\.summary) == ["deny loop_detected", "deny loop_detected"])
    #expect(records.map(\.upstreamProxy) == ["self.example:3128", "10.0.0.1:3128"])
    #expect(rig.world.dialled == [])
  }
}
