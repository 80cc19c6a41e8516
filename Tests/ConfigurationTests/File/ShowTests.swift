import Configuration
import Domains
import Foundation
import Policy
import Testing

/// A stream of numbers from a seed (SplitMix64).
struct Numbers {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((word ^ (word >> 31)) % UInt64(bound))
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  mutating func some<Element>(_ elements: [Element]) -> [Element] {
    elements.filter { _ in below(2) == 0 }
  }
}

@Suite("what config show prints") struct ShowTests {
  /// A random file that is right.
  private func text(_ numbers: inout Numbers) -> String {
    var text = ""
    func quoted(_ words: [String]) -> String {
      "[" + words.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }
    func maybe(_ line: @autoclosure () -> String) { if numbers.below(2) == 0 { text += line() } }
    let names = ["default", "vm-1", "vm_2", "a.b", "-x", "7", "yes", "0x1f", "null"]
    let count = 1 + numbers.below(names.count)
    maybe("listeners: [{ proxy: 127.0.0.1:1 }, { proxy: \"[::1]:2\", environment: \(names[0]) }]\n")
    maybe("workers: \(1 + numbers.below(256))\n")
    maybe("drain: \(numbers.below(100_000))ms\n")
    maybe("dns: \(quoted(numbers.some(["9.9.9.9", "[::1]:53", "1.1.1.1:5353"])))\n")
    maybe("floor: \(quoted(numbers.some(["evil.example", "bad.example"])))\n")
    maybe("essential: \(numbers.pick(["essential", "\"/x/y: z.allow\"", "\"a # b\"", "\"'\""]))\n")
    maybe(
      "audit: { file: \"\(numbers.pick(["-", "a b", "ä", "x\\\"y", "{}"]))\", on_full: drop }\n")
    maybe(
      "limits: { connections: \(1 + numbers.below(99)), half_open: 7, head: \(1 + numbers.below(32))KiB }\n"
    )
    maybe("timeouts: { head: \(1 + numbers.below(99))s, lifetime: \(1 + numbers.below(9999))ms }\n")
    text += "environments:\n"
    for (index, name) in names.prefix(count).enumerated() {
      text += "  \(name):\n    mode: \(numbers.pick(["enforce", "report"]))\n"
      if index > 0 { maybe("    base: \(names[numbers.below(index)])\n") }
      maybe("    access: \(numbers.pick(["none", "limited", "full"]))\n")
      maybe("    allowlists: \(quoted(numbers.some(["default", "essential", "x", "- y", "*z"])))\n")
      maybe("    allow: \(quoted(numbers.some(["a.com", "*.b.com :1-9", "?.c.com", "d-*.com"])))\n")
      maybe("    deny: \(quoted(numbers.some(["a.com", "!!b.com", "+.c.com"])))\n")
      maybe("    allow_addresses: \(quoted(numbers.some(["10.0.0.0/8", "[fd00::/8]:1,3-4"])))\n")
      maybe("    clients: \(quoted(numbers.some(["10.0.\(index).0/24", "fd00::\(index)"])))\n")
      maybe("    ports: \(quoted(numbers.some(["22", "443", "8000-8100"]) + ["80"]))\n")
      maybe(
        "    timeouts: { idle: \(1 + numbers.below(9999))ms, body: \(1 + numbers.below(9))s }\n")
      maybe(
        "    limits: { connections: \(1 + numbers.below(9999)), upload: \(1 + numbers.below(99))KiB/s, "
          + "download: 5MiB/s burst \(1 + numbers.below(20))MiB }\n")
      maybe("    response_fields: { X-A: \(numbers.pick(["yes", "\"a: b\"", "'#'"])), \"1\": x }\n")
      maybe("    forwarded: \(numbers.pick(["off", "x-forwarded-for", "forwarded"]))\n")
      maybe("    credential_use: optional\n    other_credentials: follow\n")
    }
    return text
  }

  @Test("is a file that says the same", arguments: 0..<200)
  func same(_ seed: Int) throws {
    var numbers = Numbers(state: UInt64(seed))
    let text = text(&numbers)
    let file = try configuration(text).resolved()
    let shown = file.yaml(file: "f.yaml")
    let again = try configuration(shown)
    let isSame = again == file && again.resolved() == file
    #expect(isSame, "\(text)\n\(shown)")
    _ = try JSONSerialization.jsonObject(with: Data(file.json.utf8))
  }

  @Test("says of each value where it comes from")
  func origins() throws {
    var file = try configuration("workers: 3\nenvironments:\n  default: { access: full }\n")
    try file.override { flag, _ in
      flag == "drain" ? [SettingText("SLUICE_DRAIN", "1s")] : []
    }
    let lines = file.resolved().yaml(file: "f.yaml").split(separator: "\n")
    for line in [
      "workers: 3  # line 1", "drain: 1s  # SLUICE_DRAIN", "    access: full  # line 3",
      "    deny: []  # default", "listeners:  # default", "  - proxy: 127.0.0.1:3128  # default",
      "  # state_directory: beside the file",
    ] {
      #expect(lines.contains(Substring(line)), "\(line)")
    }
  }

  @Test("flags lie over the file, and those of an environment change the default one only")
  func overrides() throws {
    var file = try configuration(
      """
      listeners: [{ proxy: 10.0.0.1:1 }]
      environments:
        default: { access: full, allowlists: [] }
        other: { access: full }
        heir: { base: default }
      """)
    let given = [
      "access": ["none"], "listen": ["127.0.0.1:1", "127.0.0.1:2"], "allowlist": ["x", "y"],
      "max-connections": ["7"], "head-timeout": ["3s"],
    ]
    try file.override { flag, _ in (given[flag] ?? []).map { SettingText("--\(flag)", $0) } }
    let settings = file.settings(file: "f.yaml")
    #expect(settings.listen.map(\.description) == ["127.0.0.1:1", "127.0.0.1:2"])
    #expect(settings.environments.map(\.access) == [.none, .full, .none])
    #expect(settings.environments.map(\.allowlists) == [["x", "y"], ["default"], ["x", "y"]])
    #expect(settings.limits.connections == 7)
    #expect(settings.limits.headTimeout == 3_000_000_000)
  }

  @Test("a flag of an environment is refused where no environment is the default one")
  func noDefault() throws {
    let file = try configuration("environments: { a: { clients: [10.0.0.1] } }")
    let message = complaint { () throws(ConfigurationError) in
      var file = file
      try file.override { flag, _ in flag == "access" ? [SettingText("--access", "full")] : [] }
    }
    #expect(
      message
        == "--access 'full': the configuration file has no environment 'default', which this would "
        + "change; write it into the file, or call one of its environments 'default'")
    #expect(file.settings(file: "f.yaml").defaultEnvironment == nil)
  }

  @Test("the settings that a file means")
  func settings() throws {
    let token =
      "sha256:abcdefghij:\(String(repeating: "0f", count: 16)):\(String(repeating: "a1", count: 32))"
    let settings = try configuration(
      """
      listeners:
        - { proxy: systemd:web, environment: vm }
        - { proxy: 127.0.0.1:2 }
      floor: [evil.example]
      environments:
        default: {}
        vm:
          clients: [10.0.7.0/24]
          credentials: ["\(token)"]
          credential_use: optional
          other_credentials: follow
          allow: [crates.io]
          mode: report
      """
    ).settings(file: "f.yaml")
    #expect(settings.listen.map(\.description) == ["127.0.0.1:2"])
    #expect(settings.inherited == ["web"])
    #expect(settings.listenerEnvironments == [nil, "vm"])
    #expect(settings.defaultEnvironment == "default")
    #expect(settings.floor == [InlineRule("evil.example", place: "f.yaml:4:9")])
    let vm = settings.environments[1]
    #expect(vm.clients.map(\.description) == ["10.0.7.0/24"])
    #expect(vm.credentials.map(\.description) == [token])
    #expect(vm.credentialUse == .optional)
    #expect(vm.letsCredentialsChoose)
    #expect(vm.mode == .report)
    #expect(vm.allow == [InlineRule("crates.io", place: "f.yaml:12:13")])
    #expect(vm.place == "f.yaml:7:3")
    let snapshot = try settings.makeSnapshot(generation: 1)
    #expect(snapshot.environments.map(\.name) == ["default", "vm"])
  }

  @Test("two environments cannot have one client or one credential, and a token is never repeated")
  func identities() {
    let twice = "environments: { a: {clients: [10.0.0.1]}, b: {clients: [10.0.0.1/32]} }"
    #expect(
      complaints(twice)
        == [
          "f.yaml:1:57: clients 10.0.0.1 of environment 'a' too; write it in one of them"
        ])
    let token = complaints("environments: { a: { credentials: [slc_aaaaaaaaaa_secret] } }")
    #expect(
      token == [
        "f.yaml:1:36: credentials: not the hash of a token; write the credential that `sluice token new` "
          + "prints, never the token itself"
      ])
  }
}
