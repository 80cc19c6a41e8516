import Foundation
import Testing

@Suite("the audit log, line by line")
struct AuditTrail {
  @Test("an allowed tunnel, a denied tunnel, an exchange: each has its records, members in order")
  func records() throws {
    let street = try Street()
    let sluice = street.sluice
    let secure = street.site.securePort
    let plain = street.site.plainPort
    let ca = street.site.authority.authorityFile
    _ = try street.run(["curl", "-sS", "--cacert", ca, street.secure("hello.txt")])
    _ = try street.run(["curl", "-sS", "--cacert", ca, street.secure("", host: "denied.test")])
    _ = try street.run(["curl", "-sS", street.plain("hello.txt")])
    _ = try street.run(["curl", "-sS", street.plain("", host: "denied.test")])

    let decisions = try sluice.audit("decision", count: 4)
    let closes = try sluice.audit("close", count: 2)
    let lines = try sluice.audit()
    #expect(isGapless(lines))
    #expect(lines.allSatisfy { $0.number("v") == 1 })
    #expect(lines.allSatisfy { $0.order.prefix(4) == ["v", "seq", "time", "event"] })
    #expect(lines.allSatisfy { Set($0.order).count == $0.order.count }, "a member stands twice")
    let time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/
    #expect(lines.allSatisfy { ($0["time"] ?? "").wholeMatch(of: time) != nil })

    #expect(decisions.map { $0["verdict"] } == ["allow", "deny", "allow", "deny"])
    #expect(
      decisions.map { $0["reason"] }
        == ["allowlisted", "not_allowlisted", "allowlisted", "not_allowlisted"])
    #expect(decisions.map { $0["method"] } == ["CONNECT", "CONNECT", "GET", "GET"])
    #expect(
      decisions.map { $0["host"] } == [
        "allowed.test", "denied.test", "allowed.test", "denied.test",
      ])
    #expect(
      decisions.map { $0.number("port") } == [Int(secure), Int(secure), Int(plain), Int(plain)])
    let allowed = decisions[0]
    #expect(allowed["rule"] == "\(SluiceProcess.listLabel):6")
    #expect(allowed["address"] == street.site.address)
    #expect(allowed["environment"] == "default")
    #expect(allowed["client"]?.hasPrefix("127.0.0.1:") == true)
    let order = [
      "v", "seq", "time", "event", "id", "environment", "client", "listener", "method", "host",
      "port", "verdict", "reason", "rule", "generation", "address", "dns_us",
    ]
    #expect(allowed.order.filter { order.contains($0) } == order, "\(allowed.text)")
    #expect(decisions[1]["address"] == nil, "a denied request dialled nothing")
    #expect(decisions[1]["rule"] == nil, "no rule decided")

    #expect(Set(closes.map { $0["id"] }) == [decisions[0]["id"], decisions[2]["id"]])
    let tunnel = try #require(closes.first { $0["id"] == decisions[0]["id"] })
    #expect((tunnel.number("bytes_up") ?? 0) > 100, "\(tunnel.text)")
    #expect((tunnel.number("bytes_down") ?? 0) > 500, "\(tunnel.text)")
    #expect(tunnel.number("duration_us") != nil)
    #expect(tunnel.number("connect_us") != nil, "\(tunnel.text)")
    #expect(tunnel["address"] == street.site.address, "the address that was connected")
    #expect(["client_eof", "upstream_eof"].contains(tunnel["end"] ?? ""), "\(tunnel.text)")
    let exchange = try #require(closes.first { $0["id"] == decisions[2]["id"] })
    #expect(exchange.number("status") == 200, "\(exchange.text)")
    #expect(exchange["end"] == "complete", "\(exchange.text)")
  }

  @Test("whatever a client sends, its record is valid JSON on one line")
  func hostileTargets() throws {
    let sluice = try SluiceProcess(rules: ["allowed.test"])
    let targets: [[UInt8]] = [
      Array(#"a"b\c.test:443"#.utf8), Array("a\u{1}b\u{7f}.test:443".utf8),
      [0xff, 0xfe, 0x80] + Array(".test:443".utf8), Array("\u{2028}é.test:443".utf8),
      Array("{\"seq\":1}:443".utf8),
    ]
    for target in targets {
      let answer = try sluice.exchange(
        Array("CONNECT ".utf8) + target + Array(" HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
      #expect(answer.status == 400, "\(answer.text)")
    }
    let records = try sluice.audit("decision", count: targets.count)
    #expect(records.count == targets.count)
    #expect(records.allSatisfy { $0["verdict"] == "deny" })
    #expect(isGapless(try sluice.audit()))
  }

  @Test("SIGUSR1 reopens the log: after a rename the new file goes on with the next number")
  func reopen() throws {
    let sluice = try SluiceProcess(rules: ["allowed.test"])
    let request = "CONNECT denied.test:443 HTTP/1.1\r\nHost: denied.test:443\r\n\r\n"
    _ = try sluice.exchange(request)
    _ = try sluice.audit("decision", count: 1)
    let old = sluice.auditPath + ".1"
    try FileManager.default.moveItem(atPath: sluice.auditPath, toPath: old)
    sluice.child.send(SIGUSR1)
    try eventually("a new audit file") {
      FileManager.default.fileExists(atPath: sluice.auditPath)
    }
    _ = try sluice.exchange(request)
    _ = try sluice.audit("decision", count: 1)
    let all = try auditLines(old) + sluice.audit()
    #expect(isGapless(all))
    #expect(all.filter { $0.event == "decision" }.count == 2)
  }

  @Test("after kill -9 under load, every tunnel that the origin saw has its decision record")
  func killed() throws {
    let seen = Names()
    let origin = try Origin { socket in
      if case .bytes(let name) = socket.receive(within: 30) {
        seen.insert(String(decoding: name, as: UTF8.self))
        socket.send("ok")
        _ = socket.receive(within: 30)
      }
    }
    defer { origin.stop() }
    let names = try NameServer(["address=/allowed.test/127.0.0.1"])
    let folder = try TemporaryFolder()
    let audit = folder.path("audit.jsonl")
    let rules = ["*.allowed.test :\(origin.port)"]
    let first = try SluiceProcess(rules: rules, dns: names.port, audit: audit)
    let proxyPort = first.port
    let originPort = origin.port
    let isOver = Names()
    for thread in 0..<8 {
      Thread {
        for turn in 0..<10_000 where isOver.isEmpty {
          let name = "n\(thread)-\(turn).allowed.test"
          guard let client = try? Socket.tryConnect(proxyPort) else { return }
          client.send(
            "CONNECT \(name):\(originPort) HTTP/1.1\r\nHost: \(name):\(originPort)\r\n\r\n")
          guard let head = try? client.receiveHead(within: 30), head.contains(" 200 ") else {
            return
          }
          client.send(name)
          _ = client.receive(within: 30)
        }
      }.start()
    }
    try eventually("300 tunnels at the origin", within: 20) { seen.count >= 300 }
    first.child.send(SIGKILL)
    #expect(try first.child.wait() == .signal(SIGKILL))
    isOver.insert("over")
    // Bytes that had left the proxy before its death may still be on their way to the origin.
    _ = never(0.3) { false }

    let second = try SluiceProcess(rules: rules, dns: names.port, audit: audit)
    let all = seen.all
    var lines: [AuditLine] = []
    try eventually("a decision record of each of \(all.count) tunnels") {
      lines = try second.audit()
      return all.isSubset(of: lines.filter { $0.event == "decision" }.compactMap { $0["host"] })
    }
    #expect(isGapless(lines))
    let ids = lines.filter { $0.event == "decision" }.compactMap { $0["id"] }
    #expect(Set(ids).count == ids.count, "a decision is recorded twice")
    #expect(all.count >= 300)
  }

  @Test("a full disk stops new requests with 503 audit_unavailable, and service returns with space")
  func fullDisk() throws {
    let folder = try TemporaryFolder()
    let mountPoint = try folder.makeFolder("disk")
    let mount = try Child.run(
      ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", mountPoint])
    guard mount.end == .exit(0) else {
      print("full disk not tried: mounting a tmpfs needs root (\(mount.errors))")
      return
    }
    defer { _ = try? Child.run(["umount", "-l", mountPoint]) }
    let sluice = try SluiceProcess(
      rules: ["allowed.test"], audit: mountPoint + "/audit.jsonl",
      arguments: ["--audit-on-full", "block"])
    let request = "CONNECT denied.test:443 HTTP/1.1\r\nHost: denied.test:443\r\n\r\n"
    #expect(try sluice.exchange(request).status == 403)
    _ = try sluice.audit("decision", count: 1)

    // The rest of the disk goes to a file of somebody else.
    let filler = open(mountPoint + "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    let block = [UInt8](repeating: 7, count: 4_096)
    while write(filler, block, block.count) > 0 {}
    var answer = try sluice.exchange(request)
    for _ in 0..<20_000 where answer.status == 403 { answer = try sluice.exchange(request) }
    #expect(answer.status == 503, "\(answer.text)")
    #expect(answer.text.contains("audit_unavailable"), "\(answer.text)")
    #expect(answer.field("Retry-After") != nil, "\(answer.text)")

    close(filler)
    unlink(mountPoint + "/filler")
    try eventually("service after space is freed", within: 20) {
      try sluice.exchange(request).status == 403
    }
    #expect(isGapless(try sluice.audit()))
    sluice.child.send(SIGTERM)
    #expect(try sluice.child.wait() == .exit(0))
  }
}
