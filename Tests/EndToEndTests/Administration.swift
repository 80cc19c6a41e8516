import Foundation
import Testing

@Suite("the administration's interface") struct Administration {
  @Test("all that the OpenAPI document names is served, and by no other method")
  func document() throws {
    let proxy = try AdministeredProxy()
    let document = try proxy.ask("GET", "/v1/openapi.json").json
    #expect(document["openapi"] as? String == "3.1.0")
    let paths = try #require(document["paths"] as? [String: [String: Any]])
    #expect(paths.count > 10)
    for (path, operations) in paths {
      let target = path.replacingOccurrences(of: "{name}", with: "nobody")
        .replacingOccurrences(of: "{id}", with: String(repeating: "0", count: 32))
      for method in ["get", "put", "post", "patch", "delete", "options"] {
        // What would end the process, or the test's other questions.
        if path == "/v1/drain", method == "post" { continue }
        if path == "/v1/decisions", method == "get" { continue }
        if path == "/v1/handover", method == "post" { continue }
        let operation = operations[method] as? [String: Any]
        let body = operation?["requestBody"] != nil ? "{}" : ""
        let answer = try proxy.ask(method.uppercased(), target, body: body)
        #expect((answer.status == 405) == (operation == nil), "\(method) \(path) \(answer.body)")
        if answer.status == 405 { #expect(answer.head.contains("\r\nAllow: ")) }
        if answer.status >= 400 {
          #expect(answer.head.contains("\r\nContent-Type: application/problem+json"))
          #expect(answer.json["status"] as? Int == answer.status)
        }
        guard let operation else { continue }
        let isOpen = (operation["security"] as? [Any])?.isEmpty == true
        let without = try proxy.ask(method.uppercased(), target, [], body: body)
        #expect((without.status == 401) == !isOpen, "\(method) \(path)")
      }
    }
    #expect(try proxy.ask("GET", "/v1/nothing").status == 404)
    #expect(try proxy.ask("GET", "/v1/nothing", []).status == 401)
    #expect(try proxy.ask("POST", "/v1/handover").status == 403)
  }

  @Test(
    "nobody reaches the administration through the proxy, not even where all addresses are open")
  func throughTheProxy() throws {
    let proxy = try AdministeredProxy()
    // The client of 127.0.0.2 has access level full and all of loopback opened.
    for request in [
      "GET http://127.0.0.1:\(proxy.adminPort)/metrics HTTP/1.1\r\nHost: 127.0.0.1:\(proxy.adminPort)",
      "CONNECT 127.0.0.1:\(proxy.adminPort) HTTP/1.1\r\nHost: 127.0.0.1:\(proxy.adminPort)",
      "GET http://site.test:\(proxy.adminPort)/ HTTP/1.1\r\nHost: site.test:\(proxy.adminPort)",
      "CONNECT site.test:\(proxy.adminPort) HTTP/1.1\r\nHost: site.test:\(proxy.adminPort)",
    ] {
      let client = try Socket.connect(proxy.port, from: "127.0.0.2")
      client.send(request + "\r\n\r\n")
      #expect(try client.receiveHead().hasPrefix("HTTP/1.1 403 "), "\(request)")
    }
    // What is not for the proxy to answer is no administration either.
    let client = try Socket.connect(proxy.port)
    client.send("GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1:\(proxy.port)\r\n\r\n")
    let head = try client.receiveHead()
    #expect(head.hasPrefix("HTTP/1.1 400 ") || head.hasPrefix("HTTP/1.1 421 "), "\(head)")
    var reasons: [String] = []
    try eventually("records of the refusals") {
      reasons = try auditLines(proxy.auditPath).compactMap { $0["reason"] }
      return reasons.count >= 5
    }
    // In no order: each worker has its own.
    #expect(reasons.count { $0 == "address_forbidden" } == 4, "\(reasons)")
  }

  @Test("names that lead here, pages of others and guesses of tokens get nothing")
  func strangers() throws {
    let proxy = try AdministeredProxy()
    #expect(try proxy.ask("GET", "/v1/status").status == 200)
    #expect(try proxy.ask("GET", "/v1/status", host: "sluice.test").status == 200)
    #expect(try proxy.ask("GET", "/v1/status", host: "evil.test").status == 421)
    let bearer = "Authorization: Bearer \(proxy.token)"
    let foreign = try proxy.ask("POST", "/v1/reload", [bearer, "Origin: http://evil.test"])
    #expect(foreign.status == 403)
    for path in ["/v1/../v1/status", "/v1//status", "/v1/status/", "/v1/%73tatus"] {
      #expect(try proxy.ask("GET", path).status / 100 == 4, "\(path)")
    }
    for _ in 0..<5 {
      #expect(try proxy.ask("GET", "/v1/status", ["Authorization: Bearer slc_guess"]).status == 401)
    }
    let answer = try proxy.ask("GET", "/v1/status", ["Authorization: Bearer slc_guess"])
    #expect(answer.status == 429 && answer.head.contains("\r\nRetry-After: "), "\(answer)")
    #expect(try proxy.askLocally("GET", "/v1/status").status == 200)
  }

  @Test(
    "an environment is changed while the process runs, for good or not, and it is on record who did"
  )
  func change() throws {
    let proxy = try AdministeredProxy()
    #expect(try proxy.get("site.test") == 200)
    let path = "/v1/environments/default"
    let denied = try proxy.ask("PATCH", path, body: #"{"deny":["site.test"]}"#)
    #expect(denied.status == 200 && denied.json["generation"] as? Int == 2, "\(denied.body)")
    #expect(try proxy.get("site.test") == 403)
    let shown = try proxy.ask("GET", path).json
    #expect((shown["override"] as? [String: Any])?["by"] as? String == "token:ops")
    #expect(shown["override_kept"] as? Bool == false)
    let status = try Child.run([SluiceProcess.binary, "status", "--admin", proxy.adminPath]).output
    #expect(status.contains("overrides     default\n"), "\(status)")

    let broken = try proxy.ask("PATCH", path, body: #"{"deny":["not a rule"]}"#)
    #expect(
      broken.status == 422 && broken.body.contains("override of default, deny:1"), "\(broken)")
    #expect(try proxy.ask("PATCH", path, body: #"{"dney":[]}"#).status == 400)
    #expect(try proxy.ask("PATCH", "/v1/environments/none", body: "{}").status == 404)
    let stale = try proxy.ask("PATCH", path, body: #"{"deny":null,"generation":1}"#)
    #expect(stale.status == 409)
    #expect(try proxy.get("site.test") == 403)

    // Kept, by somebody else; a reload of the configuration leaves it.
    let kept = try proxy.askLocally(
      "PATCH", path, body: #"{"deny":null,"access":"none","persist":true}"#)
    #expect(kept.status == 200, "\(kept.body)")
    #expect(try proxy.ask("POST", "/v1/reload").status == 200)
    #expect(try proxy.get("site.test") == 403)
    let policy = try proxy.ask("GET", "/v1/policy").json
    #expect((policy["overrides"] as? [String: Any])?.keys.sorted() == ["default"])
    try proxy.stop()
    try proxy.start()
    #expect(try proxy.get("site.test") == 403)
    #expect(try proxy.ask("DELETE", path + "/override").status == 200)
    #expect(try proxy.get("site.test") == 200)
    let changes = try proxy.ask("GET", "/v1/policy").json["changes"] as? [String: Any]
    let lines = (changes?["lines"] as? [[String: Any]] ?? []).compactMap { $0["text"] as? String }
    #expect(lines.contains("access: limited") && lines.contains("access: none"), "\(lines)")
    var records: [AuditLine] = []
    try eventually("a record of the last change") {
      records = try auditLines(proxy.auditPath).filter { $0["cause"] == "change" }
      return records.count == 5
    }
    #expect(records.compactMap { $0["by"] }.filter { $0 == "token:ops" }.count == 4)
    #expect(records[3]["by"] == "uid:\(geteuid())")
  }

  @Test("tunnels are listed, found and ended, with a record of who ended them")
  func tunnels() throws {
    let proxy = try AdministeredProxy()
    let first = try proxy.tunnel()
    let second = try proxy.tunnel()
    let listed = try proxy.ask("GET", "/v1/tunnels?environment=default&host=site.test").json
    let tunnels = try #require(listed["tunnels"] as? [[String: Any]])
    #expect(tunnels.count == 2 && tunnels.allSatisfy { $0["kind"] as? String == "tunnel" })
    let id = try #require(tunnels[0]["id"] as? String)
    #expect(try proxy.ask("DELETE", "/v1/tunnels/\(id)").json["ended"] as? Int == 1)
    #expect(try proxy.ask("DELETE", "/v1/tunnels/\(id)").status == 404)
    #expect(first.receive(within: 20) == .reset)
    #expect(try proxy.ask("DELETE", "/v1/tunnels").status == 400)
    #expect(try proxy.ask("DELETE", "/v1/tunnels?host=other.test").json["ended"] as? Int == 0)
    #expect(try proxy.ask("DELETE", "/v1/tunnels?host=test").json["ended"] as? Int == 1)
    #expect(second.receive(within: 20) == .reset)
    try eventually("records of the ends") {
      let lines = try auditLines(proxy.auditPath)
      let ends = lines.filter { $0["end"] == "killed" }.count
      return ends == 2 && lines.contains { $0.event == "admin" && $0["by"] == "token:ops" }
    }
  }

  @Test("sluice tunnels and sluice denials show the same, and end what they show")
  func commands() throws {
    let proxy = try AdministeredProxy()
    let tunnel = try proxy.tunnel()
    #expect(try proxy.get("denied.test") == 403)
    func run(_ arguments: String...) throws -> Child.Finished {
      try Child.run([SluiceProcess.binary] + arguments + ["--admin", proxy.adminPath])
    }
    let port = proxy.site.plainPort
    let shown = try run("tunnels", "--environment", "default", "--client", "127.0.0.0/8")
    #expect(shown.output.contains("1 under way\n") && shown.output.contains("site.test:\(port)"))
    try eventually("a refused name") {
      try run("denials").output.contains(
        "denied.test:\(port)  not_allowlisted  denied.test :\(port)")
    }
    let refused = try run("tunnels", "--end")
    #expect(refused.end == .exit(2) && refused.errors.contains("all=true"), "\(refused.text)")
    #expect(try run("tunnels", "--host", "site.test", "--end").output == "1 ended\n")
    #expect(tunnel.receive(within: 20) == .reset)
  }

  @Test(
    "decisions come as they are made, filtered, and refused names with the rule that opens them")
  func decisions() throws {
    let proxy = try AdministeredProxy()
    let stream = try Socket.connect(proxy.adminPort)
    stream.send(
      "GET /v1/decisions?verdict=deny&host=test HTTP/1.1\r\nHost: localhost\r\n"
        + "Authorization: Bearer \(proxy.token)\r\n\r\n")
    let head = try stream.receiveHead()
    #expect(head.contains("\r\nContent-Type: text/event-stream"), "\(head)")
    #expect(try proxy.get("site.test") == 200)
    #expect(try proxy.get("denied.test") == 403)
    var text = ""
    while !text.contains("\n\n") {
      guard case .bytes(let bytes) = stream.receive(within: 20) else { break }
      text += String(decoding: bytes, as: UTF8.self)
    }
    #expect(text.hasPrefix("event: decision\ndata: {\"v\":1,"), "\(text)")
    #expect(text.contains("denied.test") && !text.contains("site.test"))
    let denials = try proxy.ask("GET", "/v1/denials").json["denials"] as? [[String: Any]]
    #expect(denials?.first?["host"] as? String == "denied.test")
    #expect(denials?.first?["allow"] as? String == "denied.test :\(proxy.site.plainPort)")
    // The rule is taken as it is.
    let rule = try #require(denials?.first?["allow"] as? String)
    let change = try proxy.ask(
      "PATCH", "/v1/environments/default", body: "{\"allow\":[\"\(rule)\"]}")
    #expect(change.status == 200, "\(change.body)")
    let talkers = try proxy.ask("GET", "/v1/talkers").json
    #expect((talkers["clients"] as? [[String: Any]])?.first?["name"] as? String == "127.0.0.1")
  }

  @Test("a client that follows and never reads is dropped, and keeps nobody else from anything")
  func neverReads() throws {
    let proxy = try AdministeredProxy()
    let client = try Socket.connect(proxy.port)
    let request = "GET http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n"
    func ask(_ count: Int) throws {
      client.send(String(repeating: request, count: count))
      var text = ""
      while text.components(separatedBy: "HTTP/1.1 403").count - 1 < count {
        guard case .bytes(let bytes) = client.receive(within: 30) else {
          throw TroubleError("no answer: \(text.suffix(500))")
        }
        text += String(decoding: bytes, as: UTF8.self)
      }
    }
    try ask(1)
    let sockets = try proxy.socketCount()
    let stream = try Socket.connect(proxy.adminPort)
    stream.shrinkBuffers()
    stream.send(
      "GET /v1/decisions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(proxy.token)\r\n\r\n"
    )
    _ = try stream.receiveHead()
    // More than the kernel takes for a socket (tcp_wmem).
    for round in 1...200 {
      try ask(100)
      // A debug build writes the log more slowly than it answers, and then answers 503.
      guard round % 10 == 0 else { continue }
      try eventually("an audit log that keeps up") {
        let audit = try proxy.ask("GET", "/v1/status").json["audit"] as? [String: Any]
        return audit?["waiting_bytes"] as? Int == 0
      }
    }
    #expect(try proxy.ask("GET", "/v1/status").status == 200)
    try eventually("the end of a stream that nobody reads") {
      try proxy.socketCount() == sockets
    }
    let (bytes, last) = stream.receiveAll(within: 30)
    #expect(last == .end || last == .reset)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.components(separatedBy: "event: decision").count < 20_000)
    var written = 0
    try eventually("every decision in the audit log") {
      written = try auditLines(proxy.auditPath).filter { $0.event == "decision" }.count
      return written >= 20_001
    }
    #expect(written == 20_001)
  }
}
