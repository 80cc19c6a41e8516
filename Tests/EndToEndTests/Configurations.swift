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
  private func connect(_ port: UInt16, _ target: String) throws -> String {
    let client = try Socket.connect(port)
    client.send("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\r\n")
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
