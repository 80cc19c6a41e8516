import Foundation
import Testing

/// A proxy process made from a configuration file.
private struct Configured {
  let port: UInt16
  let child: Child
  let folder: TemporaryFolder

  /// `text` follows what is the same in all; `files` are written beside it, for nobody else to read.
  init(_ text: String, files: [String: String] = [:]) throws {
    folder = try TemporaryFolder()
    port = try FreePort.take()
    for (name, content) in files { try folder.write(name, content, mode: 0o600) }
    let path = try folder.write(
      "sluice.yaml",
      """
      listeners: [{ proxy: 127.0.0.1:\(port) }]
      workers: 1
      admin: none
      audit: { file: audit.jsonl }
      \(text)
      """)
    child = try Child([SluiceProcess.binary, "run", "--config", path])
    let started = child
    let place = "listening on 127.0.0.1:\(port)"
    try eventually("`\(place)`; it said: \(started.standardError)") {
      if let end = started.poll() {
        throw TroubleError("sluice ended with \(end): \(started.standardError)")
      }
      return started.standardError.contains(place)
    }
  }

  var clientEnvironment: [String: String] {
    let url = "http://127.0.0.1:\(port)"
    return ["http_proxy": url, "https_proxy": url, "HTTP_PROXY": url, "HTTPS_PROXY": url]
  }

  func run(_ command: [String]) throws -> Child.Finished {
    try Child.run(command, environment: clientEnvironment, within: 60)
  }

  /// The records once there are `count` of this event.
  func audit(_ event: String, count: Int) throws -> [AuditLine] {
    var found: [AuditLine] = []
    try eventually("\(count) \(event) records") {
      found = try auditLines(folder.path("audit.jsonl")).filter { $0.event == event }
      return found.count >= count
    }
    return found
  }
}

/// A proxy that asks for credentials, as a company has one, and a site that is reached through it.
private struct Company {
  let site: WebSite
  let names: NameServer
  let proxy: Configured
  let token: String

  init() throws {
    site = try WebSite(names: ["allowed.test", "direct.test"])
    names = try NameServer(["host-record=allowed.test,\(site.address)"])
    let made = try Child.run(
      [SluiceProcess.binary, "token", "new", "--json"], environment: [:], within: 60)
    let members = try AuditLine(made.output.trimmingCharacters(in: .newlines))
    token = try #require(members["token"])
    let credential = try #require(members["credential"])
    proxy = try Configured(
      """
      dns: ["127.0.0.1:\(names.port)"]
      environments:
        branch:
          credentials: ["\(credential)"]
          allowlists: []
          allow: ["allowed.test :\(site.plainPort),\(site.securePort)"]
          allow_addresses: ["127.0.0.0/8"]
      """)
  }
}

@Suite("an upstream proxy and name servers of an environment")
struct UpstreamProxies {
  private func front(_ company: Company, _ names: NameServer, password: String) throws -> Configured
  {
    let ports = "\(company.site.plainPort),\(company.site.securePort)"
    return try Configured(
      """
      dns: ["127.0.0.1:\(names.port)"]
      environments:
        default:
          allowlists: []
          allow: ["allowed.test :\(ports)", "direct.test :\(ports)"]
          allow_addresses: ["127.0.0.0/8"]
          upstream_proxy:
            address: proxy.corp.test:\(company.proxy.port)
            credentials_file: corp.secret
            no_proxy: [direct.test]
      """, files: ["corp.secret": "branch:\(password)\n"])
  }

  @Test("curl reaches a site by both proxies, and what no_proxy names by one")
  func both() throws {
    let company = try Company()
    let site = company.site
    let names = try NameServer([
      "host-record=proxy.corp.test,127.0.0.1", "host-record=direct.test,\(site.address)",
    ])
    let front = try front(company, names, password: company.token)
    let ca = site.authority.authorityFile
    let hello = "hello through the sluice\n"
    let secure = "https://allowed.test:\(site.securePort)/hello.txt"
    let tunnel = try front.run(["curl", "-sS", "--cacert", ca, secure])
    #expect(tunnel.output == hello, "\(tunnel.text)")
    let plain = try front.run(["curl", "-sS", "http://allowed.test:\(site.plainPort)/hello.txt"])
    #expect(plain.output == hello, "\(plain.text)")
    #expect(try company.proxy.audit("decision", count: 2).count == 2)
    let direct = try front.run(["curl", "-sS", "http://direct.test:\(site.plainPort)/hello.txt"])
    #expect(direct.output == hello, "\(direct.text)")
    let denied = try front.run(["curl", "-sS", "http://denied.test/"])
    #expect(denied.output.contains("not_allowlisted"), "\(denied.text)")

    let records = try front.audit("decision", count: 4)
    let via = "proxy.corp.test:\(company.proxy.port)"
    #expect(records.map { $0["upstream_proxy"] } == [via, via, nil, nil])
    #expect(
      records.map { $0["host"] } == ["allowed.test", "allowed.test", "direct.test", "denied.test"])
    #expect(
      try company.proxy.audit("decision", count: 2).map { $0["host"] }
        == ["allowed.test", "allowed.test"])
    #expect(!names.questions.contains { $0.hasSuffix(" allowed.test") })
    #expect(!company.names.questions.contains { $0.hasSuffix(" direct.test") })
    for text in [
      textOfFile(front.folder.path("audit.jsonl")), front.child.standardError,
      tunnel.text, plain.text,
    ] {
      #expect(!text.contains(company.token))
    }
  }

  @Test("a wrong password is 502 and no question to the client; a corrected file is taken up")
  func wrongPassword() throws {
    let company = try Company()
    let names = try NameServer(["host-record=proxy.corp.test,127.0.0.1"])
    let front = try front(company, names, password: "wrong")
    let plain = "http://allowed.test:\(company.site.plainPort)/hello.txt"
    for url in [plain, "https://allowed.test:\(company.site.securePort)/"] {
      let answer = try front.run(["curl", "-sSi", url])
      #expect(answer.text.contains("502"), "\(answer.text)")
      #expect(!answer.text.contains(" 407") && !answer.text.contains("Proxy-Authenticate"))
    }
    let ends = try front.audit("close", count: 2)
    #expect(ends.allSatisfy { $0["end"] == "upstream_proxy_unauthorized" })
    #expect(ends.allSatisfy { $0.number("upstream_status") == 407 })
    try front.folder.write("corp.secret", "branch:\(company.token)\n", mode: 0o600)
    try eventually("the site, by the corrected password", within: 30) {
      try front.run(["curl", "-sS", plain]).output == "hello through the sluice\n"
    }
  }

  @Test("each of two environments gets the addresses that its own name server tells")
  func nameServers() throws {
    let first = try NameServer(["host-record=name.test,127.0.0.1"])
    let second = try NameServer(["host-record=name.test,127.0.0.2"])
    let origin = try Origin(script: { _ in })
    defer { origin.stop() }
    let other = try FreePort.take()
    let folder = try TemporaryFolder()
    let port = try FreePort.take()
    let path = try folder.write(
      "sluice.yaml",
      """
      listeners:
        - proxy: 127.0.0.1:\(port)
        - { proxy: 127.0.0.1:\(other), environment: second }
      workers: 1
      admin: none
      audit: { file: audit.jsonl }
      environments:
        default:
          allowlists: []
          allow: ["name.test :\(origin.port)"]
          allow_addresses: ["127.0.0.0/8"]
          dns: ["127.0.0.1:\(first.port)"]
        second: { base: default, dns: ["127.0.0.1:\(second.port)"] }
      """)
    let child = try Child([SluiceProcess.binary, "run", "--config", path])
    try eventually("`listening on`; it said: \(child.standardError)") {
      child.standardError.contains("listening on 127.0.0.1:\(port)")
    }
    for port in [port, other, port, other] {
      let client = try Socket.connect(port)
      client.send(Resolution.connect("name.test", origin.port))
      _ = try client.receiveHead()
    }
    var addresses: [String?] = []
    try eventually("four decisions") {
      addresses = try auditLines(folder.path("audit.jsonl")).filter { $0.event == "decision" }
        .map { $0["address"] }
      return addresses.count == 4
    }
    #expect(addresses == ["127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.2"])
    #expect(Set(first.questions) == ["A name.test", "AAAA name.test"])
    #expect(Set(second.questions) == ["A name.test", "AAAA name.test"])
  }
}
