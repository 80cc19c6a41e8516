import Foundation
import Testing

@Suite("the command line")
struct CommandLineTests {
  private func sluice(
    _ arguments: [String], _ environment: [String: String] = [:]
  ) throws -> Child.Finished {
    try Child.run([SluiceProcess.binary] + arguments, environment: environment, within: 20)
  }

  @Test("version prints the version and exits 0")
  func version() throws {
    let finished = try sluice(["version"])
    #expect(finished.end == .exit(0), "\(finished.text)")
    #expect(finished.output.contains(/\d+\.\d+\.\d+/), "\(finished.text)")
  }

  @Test("--help names every command, and `run --help` every flag with its variable")
  func help() throws {
    let top = try sluice(["--help"])
    #expect(top.end == .exit(0))
    for command in ["run", "check", "version"] { #expect(top.output.contains(command)) }
    let run = try sluice(["run", "--help"])
    #expect(run.end == .exit(0))
    let flags = [
      "listen", "access", "allowlist", "allow-address", "dns", "audit", "audit-on-full", "workers",
      "drain", "max-connections", "environment", "head-timeout", "connect-timeout", "idle-timeout",
      "response-timeout", "state-directory",
    ]
    for flag in flags {
      #expect(run.output.contains("--\(flag)"), "--\(flag) is missing from the help")
      let variable = "SLUICE_" + flag.uppercased().replacingOccurrences(of: "-", with: "_")
      #expect(run.output.contains(variable), "\(variable) is missing from the help")
    }
  }

  /// The commands below some words, by the help: `check`, `allowlist lint`, `bench matcher`.
  private func commands(below words: [String] = []) throws -> [[String]] {
    let help = try sluice(["help"] + words).output
    guard let list = help.split(separator: "SUBCOMMANDS:").dropFirst().first else { return [words] }
    return try list.matches(of: /\n\s\s([a-z]+)\s/).flatMap {
      try commands(below: words + [String($0.1)])
    }
  }

  @Test("called wrongly, every command ends with 2, and `allowlist diff` with 64, as the help says")
  func usageErrors() throws {
    let commands = try commands()
    #expect(commands.count > 12, "\(commands)")
    for command in commands {
      let isDiff = command == ["allowlist", "diff"]
      let help = try sluice(["help"] + command).output
      if let codes = help.firstMatch(of: /Exit code:[^.]*\./) {
        let words = codes.0.split { $0.isWhitespace }.joined(separator: " ")
        #expect(words.contains(isDiff ? "64 an error" : "2 an error"), "\(command): \(words)")
      }
      // An unknown flag; and no argument, where one is needed.
      let needs = help.contains(/USAGE: sluice [a-z ]* (<(?!options)|--from|--allowlist)/)
      for arguments in [["--no-such-\u{1B}[31mflag"]] + (needs ? [[]] : []) {
        let finished = try sluice(command + arguments)
        #expect(finished.end == .exit(isDiff ? 64 : 2), "\(command + arguments): \(finished.text)")
        #expect(finished.output.isEmpty && finished.errors.contains("Usage: sluice"), "\(command)")
        #expect(!finished.errors.contains("\u{1B}"), "\(command)")
      }
    }
    for wrong in [
      ["--no-such-flag"], ["nonsense"], ["allowlist", "nonsense"], ["allowlist", "-x"],
    ] {
      #expect(try sluice(wrong).end == .exit(2), "\(wrong)")
    }
    for right in [[], ["--version"], ["--help"], ["help", "allowlist", "diff"], ["allowlist"]] {
      #expect(try sluice(right).end == .exit(0), "\(right)")
    }
  }

  @Test("token new makes another token each time, and what is stored does not hold it")
  func tokenNew() throws {
    var tokens: Set<String> = []
    for _ in 0..<3 {
      let finished = try sluice(["token", "new", "--environment", "vm-7"])
      #expect(finished.end == .exit(0), "\(finished.text)")
      let token = try #require(
        finished.output.firstMatch(of: /slc_[a-z2-7]{10}_([a-z2-7]{32})/), "\(finished.text)")
      let stored = try #require(
        finished.output.firstMatch(of: /sha256:([a-z2-7]{10}):[0-9a-f]{32}:[0-9a-f]{64}/))
      #expect(token.0.contains(stored.1) && !stored.0.contains(token.1))
      tokens.insert(String(token.0))
    }
    #expect(tokens.count == 3)
    let json = try sluice(["token", "new", "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: String]
    #expect(object.map { Set($0.keys) } == ["token", "credential"])
    #expect(try sluice(["token", "new", "--environment", "A b"]).end != .exit(0))
  }

  @Test("check answers allow with exit 0, the rule and its file and line")
  func checkAllows() throws {
    let folder = try TemporaryFolder()
    let list = try folder.write("mine.allow", SluiceProcess.list(["+.allowed.test"]))
    let finished = try sluice(["check", "www.allowed.test", "--allowlist", list])
    #expect(finished.end == .exit(0), "\(finished.text)")
    #expect(finished.output.contains("allow"), "\(finished.text)")
    #expect(finished.output.contains("allowlisted"), "\(finished.text)")
    #expect(finished.output.contains("\(list):6"), "\(finished.text)")
  }

  @Test("check answers deny with exit 1 and the reason")
  func checkDenies() throws {
    let folder = try TemporaryFolder()
    let list = try folder.write("mine.allow", SluiceProcess.list(["allowed.test"]))
    for host in ["denied.test", "allowed.test:22", "allowed.test.denied.test", "10.0.0.1"] {
      let finished = try sluice(["check", host, "--allowlist", list])
      #expect(finished.end == .exit(1), "\(host): \(finished.text)")
      #expect(finished.output.contains("deny"), "\(finished.text)")
    }
    // One denied name among allowed ones is enough.
    let mixed = try sluice(["check", "allowed.test", "denied.test", "--allowlist", list])
    #expect(mixed.end == .exit(1), "\(mixed.text)")
    #expect(mixed.output.contains("not_allowlisted"), "\(mixed.text)")
  }

  @Test("check --json prints one object for each host")
  func checkJSON() throws {
    let folder = try TemporaryFolder()
    let list = try folder.write("mine.allow", SluiceProcess.list(["allowed.test"]))
    let finished = try sluice(
      ["check", "allowed.test", "denied.test:443", "--allowlist", list, "--json"])
    #expect(finished.end == .exit(1), "\(finished.text)")
    let lines = try finished.output.split(separator: "\n").map { try AuditLine(String($0)) }
    #expect(lines.map { $0["host"] } == ["allowed.test", "denied.test"], "\(finished.text)")
    #expect(lines.map { $0["verdict"] } == ["allow", "deny"], "\(finished.text)")
    #expect(
      lines.map { $0["reason"] } == ["allowlisted", "not_allowlisted"], "\(finished.text)")
  }

  @Test("check does not take a malformed host for a denied one: exit 2 and what to write")
  func checkErrors() throws {
    for host in [
      "https://allowed.test/", "a..test", "0x7f.1", "allowed.test:0", "user@allowed.test",
    ] {
      let finished = try sluice(["check", host])
      #expect(finished.end == .exit(2), "\(host): \(finished.end) \(finished.text)")
      #expect(!finished.errors.isEmpty)
    }
  }

  @Test("the built-in default list allows what it names, and access none only the essential list")
  func levels() throws {
    #expect(try sluice(["check", "github.com"]).end == .exit(0))
    #expect(try sluice(["check", "github.com", "--access", "none"]).end == .exit(1))
    #expect(try sluice(["check", "api.anthropic.com", "--access", "none"]).end == .exit(0))
    #expect(try sluice(["check", "unlisted.example.org"]).end == .exit(1))
    #expect(try sluice(["check", "unlisted.example.org", "--access", "full"]).end == .exit(0))
    #expect(try sluice(["check", "10.0.0.1", "--access", "full"]).end == .exit(1))
  }

  @Test("a broken allowlist is refused with file:line:column, what is wrong and what to write")
  func brokenList() throws {
    let folder = try TemporaryFolder()
    let list = try folder.write(
      "broken.allow", SluiceProcess.list(["allowed.test", "Upper.Test"]))
    for command in [["check", "allowed.test"], ["run", "--listen", "127.0.0.1:1"]] {
      let finished = try sluice(command + ["--allowlist", list])
      #expect(finished.end == .exit(2), "\(finished.end) \(finished.text)")
      #expect(finished.errors.contains("\(list):7:1: "), "\(finished.errors)")
      #expect(finished.errors.contains("; write "), "what to write: \(finished.errors)")
    }
  }

  @Test(
    "a value that makes no sense is an error that names the flag",
    arguments: [
      ["--listen", "nowhere"], ["--listen", ":3128"], ["--workers", "0"], ["--drain", "30"],
      ["--access", "some"], ["--allow-address", "10.0.0.1/8"], ["--dns", "dns.test:53"],
      ["--allowlist", "no-such-list"], ["--max-connections", "-1"], ["--no-such-flag", "1"],
    ])
  func badFlag(_ arguments: [String]) throws {
    let finished = try sluice(["run"] + arguments)
    #expect(finished.end != .exit(0), "\(finished.text)")
    #expect(finished.errors.contains(arguments[0].dropFirst(2)), "\(finished.errors)")
  }

  @Test("every setting can come from a SLUICE_ variable, and a flag wins over it")
  func variables() throws {
    let folder = try TemporaryFolder()
    let list = try folder.write("mine.allow", SluiceProcess.list(["allowed.test"]))
    let variables = ["SLUICE_ALLOWLIST": list]
    #expect(try sluice(["check", "allowed.test"], variables).end == .exit(0))
    #expect(try sluice(["check", "github.com"], variables).end == .exit(1))
    #expect(
      try sluice(["check", "github.com", "--allowlist", "default"], variables).end == .exit(0))
    let port = try FreePort.take()
    let child = try Child(
      [SluiceProcess.binary, "run"],
      environment: [
        "SLUICE_LISTEN": "127.0.0.1:\(port)", "SLUICE_ALLOWLIST": list, "SLUICE_WORKERS": "1",
        "SLUICE_AUDIT": folder.path("audit.jsonl"),
      ])
    try eventually("listening where SLUICE_LISTEN says: \(child.standardError)") {
      try child.isRunning && Socket.tryConnect(port) != nil
    }
    child.send(SIGTERM)
    #expect(try child.wait() == .exit(0))
    #expect(FileManager.default.fileExists(atPath: folder.path("audit.jsonl")))
  }

  @Test("a port that is taken is an error that names it, and an audit file in use likewise")
  func conflicts() throws {
    let running = try SluiceProcess(rules: ["allowed.test"])
    let origin = try Origin()
    let port = try sluice(
      [
        "run", "--listen", "127.0.0.1:\(origin.port)", "--audit",
        "/tmp/sluice-e2e-none-\(getpid())",
      ])
    #expect(port.end != .exit(0))
    #expect(port.errors.contains("127.0.0.1:\(origin.port)"), "\(port.errors)")
    let other = try FreePort.take()
    let audit = try sluice(
      ["run", "--listen", "127.0.0.1:\(other)", "--audit", running.auditPath])
    #expect(audit.end != .exit(0))
    #expect(audit.errors.contains(running.auditPath), "\(audit.errors)")
  }
}
