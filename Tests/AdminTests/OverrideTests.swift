import Audit
import Configuration
import Domains
import Foundation
import Policy
import Testing

@testable import Admin

@Suite("changes of environments by the administration") struct OverrideTests {
  private func read(_ body: String) throws -> EnvironmentChange {
    try EnvironmentChange(environment: "vm-7", body: Array(body.utf8))
  }

  @Test("a change says what is set, what goes back, and what stays")
  func body() throws {
    let change = try read(
      #"{"access":"none","mode":null,"allow":["a.example","*.b.example :443"],"persist":true,"generation":3}"#
    )
    #expect(change.access == .set(AccessLevel.none) && change.mode == .clear)
    #expect(change.allow == .set(["a.example", "*.b.example :443"]) && change.deny == .leave)
    #expect(change.isKept && change.generation == 3)
    #expect(try read("{}") == EnvironmentChange(environment: "vm-7"))
  }

  @Test(
    "a body that is not understood whole changes nothing",
    arguments: [
      "", "[]", "{", #"{"acess":"none"}"#, #"{"access":"off"}"#, #"{"access":7}"#,
      #"{"allow":"a.example"}"#, #"{"allow":[1]}"#, #"{"allow":["a","a"]}"#, #"{"persist":1}"#,
      #"{"generation":0}"#, #"{"generation":1.5}"#, #"{"access":"none","access":"full"}"#,
    ])
  func broken(_ body: String) {
    #expect(throws: EnvironmentChange.Refusal.self) { try read(body) }
  }

  @Test("what was changed and kept is there in the next process, and nothing else")
  func kept() throws {
    let folder = NSTemporaryDirectory() + "sluice-overrides-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/audit.jsonl.overrides.json"
    var overrides = try Overrides(path: path)
    #expect(overrides.current.isEmpty)
    overrides = overrides.with(
      try read(#"{"access":"none","deny":["x.example"],"persist":true}"#), by: "uid:0", time: 5)
    try overrides.save()
    overrides = overrides.with(try read(#"{"mode":"report"}"#), by: "token:ops", time: 6)
    #expect(overrides.current["vm-7"]?.mode == .report && !overrides.isKept("vm-7"))
    let next = try Overrides(path: path).current
    #expect(next["vm-7"]?.access == AccessLevel.none && next["vm-7"]?.mode == nil)
    #expect(next["vm-7"]?.deny == ["x.example"] && next["vm-7"]?.by == "uid:0")
    // An environment that goes takes its override with it: another of its name may come.
    let without = overrides.only(["vm-8"])
    #expect(without.current.isEmpty && without.kept.isEmpty)
    #expect(overrides.only(["vm-7"]).current["vm-7"]?.access == AccessLevel.none)
    overrides = overrides.with(.reset("vm-7", isKept: true), by: "uid:0", time: 7)
    try overrides.save()
    #expect(try Overrides(path: path).current.isEmpty)

    for broken in [
      "", "{}", #"{"version":2,"environments":{}}"#,
      #"{"version":1,"environments":{"a":{"access":"none"}}}"#,
      #"{"version":1,"environments":{"a":{"acces":"none","by":"x","time_us":1}}}"#,
    ] {
      try broken.write(toFile: path, atomically: true, encoding: .utf8)
      #expect(throws: ConfigurationError.self, "\(broken)") { try Overrides(path: path) }
    }
  }

  @Test("an override lies over the configuration, also over that of flags alone")
  func overridden() throws {
    var override = EnvironmentOverride()
    override.access = AccessLevel.none
    override.allow = ["a.example"]
    var settings = Settings()
    settings.allowlists = []
    #expect(settings.overridden(by: ["other": override]).environments.isEmpty)
    let one = settings.overridden(by: ["default": override])
    let snapshot = try one.makeSnapshot(generation: 2)
    #expect(snapshot.environments.map(\.name) == ["default"])
    #expect(snapshot.access(of: 0) == AccessLevel.none)

    settings.environments = ["a", "b"].map { EnvironmentSettings(name: $0) }
    settings.environments[1].allow = [InlineRule("b.example", place: "here")]
    settings.defaultEnvironment = "a"
    let two = settings.overridden(by: ["b": override]).environments
    #expect(two[0].access == .limited && two[1].access == AccessLevel.none)
    #expect(two[1].allow.map(\.text) == ["b.example", "a.example"])
  }

  @Test("the difference of two policies is said line by line")
  func changes() throws {
    func policy(
      _ generation: UInt64, _ change: (inout EnvironmentSettings) -> Void
    ) throws -> (settings: Settings, snapshot: PolicySnapshot) {
      var settings = Settings()
      settings.environments = [EnvironmentSettings(name: "a"), EnvironmentSettings(name: "b")]
      settings.environments[0].allowlists = []
      settings.environments[1].allowlists = []
      settings.defaultEnvironment = "a"
      change(&settings.environments[1])
      return (settings, try settings.makeSnapshot(generation: generation))
    }
    let old = try policy(1) { $0.allow = [InlineRule("x.example", place: "")] }
    let new = try policy(2) {
      $0.access = .full
      $0.serverNameCheck = .enforce
      $0.deny = [InlineRule("x.example", place: "")]
    }
    let changes = PolicyChanges(from: old, to: new, time: 9)
    #expect(
      changes.lines.map { "\($0.isNew ? "+" : "-") \($0.environment) \($0.text)" } == [
        "+ b access: full", "+ b deny: x.example", "- b access: limited", "- b allow: x.example",
      ])
    #expect(PolicyChanges(from: new, to: new, time: 9).lines == [])
  }

  @Test("of a list that changed, the rules that came and went are said")
  func lists() throws {
    let path = NSTemporaryDirectory() + "sluice-list-\(UUID().uuidString).allow"
    defer { try? FileManager.default.removeItem(atPath: path) }
    func texts(_ version: Int, _ rules: String...) throws -> ListTexts {
      let text = "sluice-allowlist 1\nname: team\nversion: \(version)\n\n"
      try (text + rules.map { $0 + "\n" }.joined()).write(
        toFile: path, atomically: true, encoding: .utf8)
      var settings = Settings()
      settings.allowlists = [path]
      return ListTexts(try settings.makeSnapshot(generation: UInt64(version)))
    }
    let old = try texts(1, "a.example", "b.example :22", "c.example")
    let new = try texts(2, "a.example", "b.example", "c.example", "*.d.example")
    #expect(
      old.changes(to: new).map { "\($0.isNew ? "+" : "-") \($0.text)" } == [
        "+ team@2: b.example", "+ team@2: *.d.example", "- team@1: b.example :22",
      ])
    #expect(new.changes(to: new).isEmpty)
  }

  @Test("a refusal says which rule would open the name, if one would")
  func remedies() {
    func rule(_ reason: ReasonCode, _ port: UInt16 = 443) -> String? {
      DenialRemedy(
        host: "a.example", port: port, reason: reason, rule: "team@1:7", environment: "vm-7"
      ).rule
    }
    #expect(rule(.notAllowlisted) == "a.example" && rule(.notAllowlisted, 80) == "a.example")
    #expect(
      rule(.notAllowlisted, 22) == "a.example :22" && rule(.portNotAllowed, 22) == "a.example :22")
    for reason in ReasonCode.allCases where !reason.allows {
      let remedy = DenialRemedy(
        host: "a.example", port: 443, reason: reason, rule: "team@1:7", environment: "vm-7")
      #expect(!remedy.text.isEmpty, "\(reason)")
      if let rule = remedy.rule {
        #expect(throws: Never.self) {
          try Allowlist.parse(
            Array("sluice-allowlist 1\nname: x\nversion: 1\n\(rule)\n".utf8), file: "x")
        }
      }
    }
  }
}
