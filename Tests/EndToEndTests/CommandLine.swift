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
