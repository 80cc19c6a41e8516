import CEndToEnd
import Foundation
import Testing

@Suite("limits, drain and recovery")
struct Overload {
  static let denied = "CONNECT denied.test:443 HTTP/1.1\r\nHost: denied.test:443\r\n\r\n"

  @Test("the connection over --max-connections gets a clean 503, and one that leaves makes room")
  func connectionLimit() throws {
    let sluice = try SluiceProcess(
      rules: ["allowed.test"], arguments: ["--max-connections", "4"])
    var clients: [Socket] = []
    for _ in 0..<4 {
      let client = try sluice.connect()
      // Each has been answered once, so each is a connection that the proxy has taken.
      client.send("GET http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n")
      #expect(try client.receiveHead().hasPrefix("HTTP/1.1 403 "))
      clients.append(client)
    }
    let answer = try sluice.exchange(Overload.denied)
    #expect(answer.status == 503, "\(answer.text)")
    #expect(answer.field("Retry-After") != nil, "\(answer.text)")
    #expect(answer.field("Proxy-Status")?.hasPrefix("sluice") == true, "\(answer.text)")
    #expect(answer.last == .end, "a clean end, not a reset")

    clients.removeLast().close()
    try eventually("service again") { try sluice.exchange(Overload.denied).status == 403 }
    try eventually("a record of the refusal") {
      try sluice.audit().contains { $0["reason"] == "overloaded" }
    }
  }

  @Test("without descriptors a client gets a clean 503, and service returns by itself")
  func descriptorLimit() throws {
    let sluice = try SluiceProcess(rules: ["allowed.test"])
    #expect(try sluice.exchange(Overload.denied).status == 403)
    let used = sluice.openDescriptors()
    #expect(e2e_limit_descriptors(sluice.child.pid, UInt(used)) == 0)
    var clients: [Socket] = []
    var refused: Answer?
    for _ in 0..<8 where refused == nil {
      let client = try sluice.connect()
      client.send("GET http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n")
      let head = try client.receiveHead()
      if head.hasPrefix("HTTP/1.1 503 ") {
        refused = Answer(
          bytes: Array(head.utf8) + client.receiveAll().bytes, last: .end)
      } else {
        clients.append(client)
      }
    }
    let answer = try #require(refused, "no 503 with \(used) descriptors")
    #expect(answer.field("Retry-After") != nil, "\(answer.text)")
    #expect(e2e_limit_descriptors(sluice.child.pid, 1_024) == 0)
    try eventually("service again") { try sluice.exchange(Overload.denied).status == 403 }
  }

  @Test("a full proxy does not spin: it uses no processor time while it waits")
  func noSpin() throws {
    let sluice = try SluiceProcess(
      rules: ["allowed.test"], arguments: ["--max-connections", "1"])
    let holder = try sluice.connect()
    holder.send("GET http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n")
    _ = try holder.receiveHead()
    let waiting = try (0..<5).map { _ in try sluice.connect() }
    func ticks() -> Int {
      let fields =
        textOfFile("/proc/\(sluice.child.pid)/stat").split(separator: ")").last?
        .split(separator: " ") ?? []
      return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }
    let before = ticks()
    _ = never(1) { false }
    // 100 ticks a second: a loop that spins takes nearly all of them.
    #expect(ticks() - before < 20)
    _ = waiting
  }

  @Test("SIGTERM drains: no new connection, the open tunnel goes on to its end, exit 0")
  func drain() throws {
    let origin = try Origin()
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(origin.port)"], dns: names.port, arguments: ["--drain", "20s"])
    let client = try sluice.tunnel("allowed.test:\(origin.port)")
    let upstream = try origin.accept()
    sluice.child.send(SIGTERM)
    try eventually("new connections refused") { try Socket.tryConnect(sluice.port) == nil }
    for _ in 0..<3 {
      client.send("still")
      #expect(try upstream.receive(exactly: 5) == Array("still".utf8))
      upstream.send("here")
      #expect(try client.receive(exactly: 4) == Array("here".utf8))
    }
    #expect(sluice.child.isRunning)
    client.close()
    upstream.close()
    #expect(try sluice.child.wait(within: 30) == .exit(0))
    let lines = try sluice.audit()
    #expect(isGapless(lines))
    #expect(lines.last?.event == "stop", "\(lines.last?.text ?? "")")
    #expect(lines.filter { $0.event == "close" }.count == 1)
  }

  @Test("a tunnel that outlives --drain is cut, its record says drained, exit 0")
  func drainDeadline() throws {
    let origin = try Origin()
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(origin.port)"], dns: names.port, arguments: ["--drain", "1s"])
    let client = try sluice.tunnel("allowed.test:\(origin.port)")
    let upstream = try origin.accept()
    let start = monotonicSeconds()
    sluice.child.send(SIGTERM)
    #expect(try sluice.child.wait(within: 10) == .exit(0))
    let took = monotonicSeconds() - start
    #expect(took > 0.8 && took < 5, "\(took) s")
    #expect(client.receive(within: 1) != .timeout)
    #expect(upstream.receive(within: 1) != .timeout)
    let closes = try sluice.audit().filter { $0.event == "close" }
    #expect(closes.map { $0["end"] } == ["drained"])
  }

  @Test(
    "with nothing open SIGTERM and SIGINT end at once with exit 0", arguments: [SIGTERM, SIGINT])
  func stopIdle(_ signal: Int32) throws {
    let sluice = try SluiceProcess(rules: ["allowed.test"])
    sluice.child.send(signal)
    #expect(try sluice.child.wait(within: 30) == .exit(0))
  }

  @Test("a head that comes too slowly is answered 408 after --head-timeout, counted from its start")
  func slowHead() throws {
    let sluice = try SluiceProcess(
      rules: ["allowed.test"], arguments: ["--head-timeout", "1s"])
    let client = try sluice.connect()
    let start = monotonicSeconds()
    let head = Array("CONNECT allowed.test:443 HTTP/1.1\r\nHost: allowed.test:443\r\nX: ".utf8)
    var answer: Socket.Received = .timeout
    for index in 0..<200 {
      client.send([index < head.count ? head[index] : UInt8(ascii: "x")])
      answer = client.receive(within: 0.02)
      if answer != .timeout { break }
    }
    guard case .bytes(let bytes) = answer else {
      Issue.record("no answer: \(answer)")
      return
    }
    #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
    #expect(monotonicSeconds() - start < 4)
    #expect(try sluice.audit("decision", count: 1)[0]["reason"] == "head_timeout")
  }

  @Test("a client that hangs up during the connect leaves nothing behind")
  func impatientClient() throws {
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let origin = try Origin()
    let sluice = try SluiceProcess(rules: ["allowed.test :\(origin.port)"], dns: names.port)
    _ = try sluice.exchange(Overload.denied)
    let before = sluice.openDescriptors()
    for _ in 0..<50 {
      let client = try sluice.connect()
      client.send(
        "CONNECT allowed.test:\(origin.port) HTTP/1.1\r\nHost: allowed.test:\(origin.port)\r\n\r\n")
      client.reset()
    }
    try eventually("descriptors given back") { sluice.openDescriptors() <= before + 2 }
    #expect(try sluice.exchange(Overload.denied).status == 403)
  }
}
