import Foundation
import Testing

@Suite("the configuration file")
struct Configurations {
  private func sluice(
    _ arguments: [String], _ environment: [String: String] = [:], folder: String? = nil
  ) throws -> Child.Finished {
    try Child.run(
      [SluiceProcess.binary] + arguments, environment: environment, workingFolder: folder,
      within: 60)
  }

  /// The status line that a CONNECT gets.
  private func connect(_ port: UInt16, _ target: String, _ token: String? = nil) throws -> String {
    let client = try Socket.connect(port)
    let field = token.map { "Proxy-Authorization: Bearer \($0)\r\n" } ?? ""
    client.send("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\(field)\r\n")
    return try client.receiveHead()
  }

  @Test("run --config serves several environments, each on its listener")
  func environments() throws {
    let folder = try TemporaryFolder()
    let origin = try Origin(script: { _ in })
    defer { origin.stop() }
    let open = try FreePort.take()
    let closed = try FreePort.take()
    let path = try folder.write(
      "sluice.yaml",
      """
      listeners:
        - proxy: 127.0.0.1:\(open)
        - { proxy: 127.0.0.1:\(closed), environment: closed }
      workers: 1
      audit: { file: audit.jsonl }
      environments:
        default: { allow_addresses: ["127.0.0.1:\(origin.port)"] }
        closed: { access: none }
      """)
    let child = try Child([SluiceProcess.binary, "run", "--config", path])
    try eventually("`listening on`; it said: \(child.standardError)") {
      child.standardError.contains("listening on 127.0.0.1:\(open), 127.0.0.1:\(closed)")
    }
    let allowed = try connect(open, "127.0.0.1:\(origin.port)")
    #expect(allowed.hasPrefix("HTTP/1.1 200 "), "\(allowed)")
    let refused = try connect(closed, "127.0.0.1:\(origin.port)")
    #expect(refused.hasPrefix("HTTP/1.1 403 "), "\(refused)")
    var places: [String?] = []
    try eventually("two decisions in the audit log") {
      places = try auditLines(folder.path("audit.jsonl")).filter { $0.event == "decision" }
        .map { $0["environment"] }
      return places.count == 2
    }
    #expect(places == ["default", "closed"])
  }

  @Test("a token of `sluice token new` leads to the environment whose credentials have its hash")
  func credentials() throws {
    let folder = try TemporaryFolder()
    let origin = try Origin(script: { socket in
      guard (try? socket.receiveHead()) != nil else { return }
      socket.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    })
    defer { origin.stop() }
    let port = try FreePort.take()
    let made = try sluice(["token", "new", "--json"])
    let members = try AuditLine(made.output.trimmingCharacters(in: .newlines))
    let token = try #require(members["token"])
    let credential = try #require(members["credential"])
    let path = try folder.write(
      "sluice.yaml",
      """
      listeners: [{ proxy: 127.0.0.1:\(port) }]
      workers: 1
      audit: { file: audit.jsonl }
      environments:
        vm:
          credentials: ["\(credential)"]
          allow_addresses: ["127.0.0.1:\(origin.port)"]
      """)
    let child = try Child([SluiceProcess.binary, "run", "--config", path])
    try eventually("`listening on`; it said: \(child.standardError)") {
      child.standardError.contains("listening on 127.0.0.1:\(port)")
    }
    let none = try connect(port, "127.0.0.1:\(origin.port)")
    #expect(none.hasPrefix("HTTP/1.1 407 "), "\(none)")
    let right = try connect(port, "127.0.0.1:\(origin.port)", token)
    #expect(right.hasPrefix("HTTP/1.1 200 "), "\(right)")
    // curl is told which scheme is wanted, and repeats its CONNECT on the same connection.
    let curl = try Child.run(
      [
        "curl", "-sSv", "--noproxy", "", "-p", "--proxy-anyauth", "-U", "x:\(token)",
        "-x", "http://127.0.0.1:\(port)", "http://127.0.0.1:\(origin.port)/",
      ], within: 30)
    #expect(curl.output == "ok" && curl.errors.contains("HTTP/1.1 407 "), "\(curl.errors)")
    #expect(curl.errors.components(separatedBy: "Trying ").count == 2, "\(curl.errors)")
    let wrong = try connect(port, "127.0.0.1:\(origin.port)", String(token.dropLast()) + "a")
    let other = try connect(port, "127.0.0.1:\(origin.port)", String(token.dropLast()) + "b")
    #expect(wrong.hasPrefix("HTTP/1.1 407 ") || other.hasPrefix("HTTP/1.1 407 "))
  }

  @Test("a socket that the service manager passes is served, and keeps what came before the start")
  func inheritedSocket() throws {
    let folder = try TemporaryFolder()
    let origin = try Origin(script: { _ in })
    defer { origin.stop() }
    let port = try FreePort.take()
    // What systemd does: the socket on descriptor 3, and variables that say so.
    let manager = """
      import os, socket, sys
      s = socket.socket(); s.bind(("127.0.0.1", \(port))); s.listen(16)
      if s.fileno() != 3: os.dup2(s.fileno(), 3)
      os.set_inheritable(3, True)
      early = socket.create_connection(("127.0.0.1", \(port)))
      os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="web")
      os.execv(sys.argv[1], sys.argv[1:])
      """
    let child = try Child([
      try Tool.python(), "-c", manager, SluiceProcess.binary, "run", "--listen", "systemd:web",
      "--audit", folder.path("audit.jsonl"), "--workers", "2", "--allow-address",
      "127.0.0.1:\(origin.port)",
    ])
    try eventually("the socket of the manager") { try Socket.tryConnect(port) != nil }
    let client = try Socket.connect(port)
    client.send(
      "CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\n\r\n")
    let head = try client.receiveHead()
    #expect(head.hasPrefix("HTTP/1.1 200 "), "\(head) \(child.standardError)")
    #expect(child.standardError.contains("listening on systemd:web ("), "\(child.standardError)")
    // Itself is no target.
    let own = try connect(port, "127.0.0.1:\(port)")
    #expect(own.hasPrefix("HTTP/1.1 403 "), "\(own)")
    child.send(SIGTERM)
    client.close()
  }

  @Test("a socket that was not passed is an error that says how it is")
  func missingSocket() throws {
    let finished = try sluice(["run", "--listen", "systemd:web"])
    #expect(finished.end == .exit(2))
    #expect(
      finished.errors
        == "sluice: listener 'systemd:web': no socket of this name was passed to the process; start "
        + "Sluice from a socket unit with FileDescriptorName=web\n")
  }

  @Test("run refuses a broken file with each complaint on a line, and does not listen")
  func broken() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("sluice.yaml", "workers: 0\nacces: full\n")
    for command in [
      ["run", "--config", path], ["config", "check", path], ["config", "show", path],
    ] {
      let finished = try sluice(command)
      #expect(finished.end == .exit(2))
      let lines = finished.errors.split(separator: "\n")
      #expect(lines.count == 2, "\(finished.text)")
      #expect(lines.first?.hasPrefix("sluice: \(path):1:10: workers '0': ") == true)
      #expect(lines.last?.hasPrefix("sluice: \(path):2:1: 'acces' is no key ") == true)
    }
  }

  @Test("config check reads the lists too, and says where each that is wrong is named")
  func lists() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("bad.allow", SluiceProcess.list(["GitHub.com", "a b c"]))
    _ = try folder.write("good.allow", SluiceProcess.list(["github.com"]))
    let bad = try folder.write(
      "bad.yaml", "environments:\n  default: { allowlists: [bad.allow, none.allow] }\n")
    let finished = try sluice(["config", "check", bad])
    #expect(finished.end == .exit(2))
    #expect(finished.errors.contains("\(folder.path)/bad.allow:6:"), "\(finished.errors)")
    #expect(finished.errors.contains("\(folder.path)/bad.allow:7:"), "\(finished.errors)")
    #expect(finished.errors.contains("bad.yaml:2:38: allowlist "), "\(finished.errors)")
    let good = try folder.write(
      "good.yaml", "environments: { default: { allowlists: [good.allow] } }")
    let passed = try sluice(["config", "check", good])
    #expect(passed.end == .exit(0), "\(passed.text)")
    #expect(passed.output == "\(good): 1 environment, can be used\n")
  }

  @Test("a flag wins over its variable, that over the file, and that over the default")
  func precedence() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "s.yaml", "drain: 1s\nworkers: 2\ntimeouts: { idle: 3s }\nenvironments: { default: {} }\n")
    let shown = try sluice(
      ["config", "show", "s.yaml", "--drain", "7s"],
      ["SLUICE_DRAIN": "8s", "SLUICE_WORKERS": "9"], folder: folder.path)
    #expect(shown.end == .exit(0), "\(shown.text)")
    for line in [
      "drain: 7s  # --drain\n", "workers: 9  # SLUICE_WORKERS\n", "  idle: 3s  # line 3\n",
      "  connect: 10s  # default\n",
    ] { #expect(shown.output.contains(line), "\(line) in \(shown.output)") }
    let variable = try sluice(["config", "show"], ["SLUICE_CONFIG": path])
    #expect(variable.output.contains("drain: 1s  # line 1\n"), "\(variable.text)")
  }

  @Test("check decides by the environment of a file")
  func check() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "sluice.yaml", "environments: { default: { allow: [a.example.org], allowlists: [] } }\n")
    let allowed = try sluice(["check", "--config", path, "a.example.org"])
    #expect(allowed.end == .exit(0), "\(allowed.text)")
    let denied = try sluice(["check", "--config", path, "b.example.org"])
    #expect(denied.end == .exit(1), "\(denied.text)")
  }

  @Test("10,000 environments are checked")
  func many() throws {
    let folder = try TemporaryFolder()
    var text = "environments:\n  base: { deny: [x.example] }\n"
    for number in 0..<10_000 {
      text +=
        "  vm-\(number):\n    base: base\n    clients: [10.\(number >> 8).\(number & 255).1]\n"
      text += "    mode: report\n"
    }
    let path = try folder.write("sluice.yaml", text)
    let finished = try sluice(["config", "check", path])
    #expect(finished.output == "\(path): 10001 environments, can be used\n", "\(finished.errors)")
  }
}
