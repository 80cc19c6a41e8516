import Configuration
import Domains
import Policy
import Testing

@Suite("the configuration file") struct ConfigurationFileTests {
  @Test(
    "a file that says nothing is the configuration without a file", arguments: ["{}", "# x\n{}"])
  func empty(_ text: String) throws {
    #expect(try configuration(text) == ConfigurationFile())
    let plain = ConfigurationFile()
    #expect(plain.listeners.value.map(\.proxy.value.description) == ["127.0.0.1:3128"])
    #expect(plain.environments.value.map(\.name) == ["default"])
    #expect(plain.environments.value[0].access.value == .limited)
    #expect(plain.environments.value[0].allowlists.value.map(\.value) == ["default"])
  }

  @Test("a file that was cut behind a name is refused, not taken for the defaults")
  func cut() {
    for text in ["environments:\n  default:\n", "environments:\n", "limits:\n"] {
      #expect(throws: ConfigurationErrors.self) { try configuration(text) }
    }
    #expect(throws: Never.self) { try configuration("environments: {default: {}}") }
  }

  @Test("every key is taken, with its place")
  func everything() throws {
    let file = try configuration(
      """
      listeners:
        - proxy: 127.0.0.1:3128
        - { proxy: "[::1]:8080", environment: vm-7 }
      dns: [9.9.9.9, "[::1]:5353"]
      workers: 4
      drain: 5s
      audit: { file: audit.jsonl, state_directory: /var/lib/sluice, on_full: drop }
      limits: { connections: 100, head: 8KiB, pipes: 8 }
      timeouts: { head: 5s, idle: 1h, attempt_delay: 100ms }
      environments:
        default:
          access: full
        vm-7:
          base: default
          allowlists: [essential, lists/team.allow, /etc/other.allow]
          allow: [crates.io, "*.example.org :8443"]
          deny: ["x.example.org", "!!tracker.example"]
          allow_addresses: [10.1.0.0/16, "[fd00:1::/32]:8080"]
      """)
    #expect(
      file.listeners.value.map(\.proxy.value.description) == ["127.0.0.1:3128", "[::1]:8080"])
    #expect(file.listeners.value[1].environment.value == "vm-7")
    #expect(file.dns.value.map(\.value.description) == ["9.9.9.9:53", "[::1]:5353"])
    #expect(file.workers.value == 4)
    #expect(file.workers.origin == .file(SourcePosition(line: 5, column: 1)))
    #expect(file.drainMilliseconds.value == 5000)
    #expect(file.audit.file.value == "audit.jsonl")
    #expect(file.audit.whenFull.value == .drop)
    #expect(file.limits.limits.connections == 100)
    #expect(file.limits.limits.headBytes == 8192)
    #expect(file.limits.limits.headTimeout == 5_000_000_000)
    #expect(file.limits.limits.attemptDelay == 100_000_000)
    let environment = file.environments.value[1]
    #expect(environment.position == SourcePosition(line: 13, column: 3))
    #expect(environment.access == Placed(.limited))
    #expect(
      environment.allowlists.value.map(\.value)
        == ["essential", "lists/team.allow", "/etc/other.allow"])
    #expect(environment.allow.value.map(\.value) == ["crates.io", "*.example.org :8443"])
    #expect(environment.allow.value[1].position == SourcePosition(line: 16, column: 24))
    #expect(environment.deny.value.map(\.value) == ["x.example.org", "!!tracker.example"])
    #expect(environment.allowAddresses.value[1].value.text == "[fd00:1::/32]:8080")
  }

  @Test("paths start at the folder of the file, names of built-in lists stay")
  func paths() throws {
    let text = """
      audit: { file: audit.jsonl, state_directory: state }
      environments: { default: { allowlists: [default, team.allow, ../x, /abs] } }
      """
    let file = try ConfigurationFile.read(
      Array(text.utf8), file: "f.yaml", folder: "/etc/sluice")
    #expect(
      file.environments.value[0].allowlists.value.map(\.value)
        == ["default", "/etc/sluice/team.allow", "/etc/sluice/../x", "/abs"])
    #expect(file.audit.file.value == "/etc/sluice/audit.jsonl")
    #expect(file.audit.stateDirectory.value == "/etc/sluice/state")
  }

  @Test("an environment takes from its base what it does not say, over several steps")
  func inheritance() throws {
    let file = try configuration(
      """
      environments:
        c: { base: b, deny: [c.example] }
        b: { base: a, allowlists: [] }
        a: { access: none, allowlists: [essential], deny: [a.example], allow: [d.example] }
      """
    ).resolved()
    let c = file.environments.value[0]
    #expect(c.access.value == .none)
    #expect(c.access.origin == .file(SourcePosition(line: 4, column: 8)))
    #expect(c.allowlists.value.isEmpty)
    #expect(c.deny.value.map(\.value) == ["c.example"])
    #expect(c.allow.value.map(\.value) == ["d.example"])
    #expect(c.base.value == nil)
    #expect(file.resolved() == file)
  }

  @Test(
    "what is wrong is told with its place and what to write",
    arguments: [
      (
        "acces: full",
        "1:1: 'acces' is no key of the configuration; write one of: listeners, environments, "
      ),
      (
        "environments: { default: { acces: full } }",
        "1:28: 'acces' is no key of an environment; did you mean 'access'? If not, write one of: base, access, "
      ),
      (
        "environments: { default: { access: ful } }",
        "1:36: access 'ful': not an access level; write none, limited or full"
      ),
      (
        "environments: { default: { access: [full] } }",
        "1:36: a list where access takes a single value; write one value"
      ),
      (
        "environments: { default: { access: { a: b } } }",
        "1:36: a mapping where access takes a single value; write one value"
      ),
      (
        "environments:\n  default:\n    access:\n",
        "3:12: nothing where access takes a single value; write the value, or remove the key"
      ),
      (
        "environments: { default: { allowlists: default } }",
        "1:40: a single value where allowlists takes a list; write it as a list: [ … ]"
      ),
      (
        "environments: { default: { allowlists: [a, b, a] } }",
        "1:47: allowlists: the same as on line 1; write it once"
      ),
      (
        "environments: { default: x }",
        "1:26: a single value where an environment takes keys; write `KEY: VALUE` lines, with keys of: base, "
      ),
      (
        "environments: [a]",
        "1:15: no names of environments behind environments; write `NAME:` and below it the environment's keys, or remove the key"
      ),
      (
        "environments: {}",
        "1:15: no names of environments behind environments; write `NAME:` and below it the environment's keys, or remove the key"
      ),
      (
        "environments: { VM: {} }",
        "1:17: 'VM' is no name of an environment; write 1 to 64 of a-z 0-9 - _ ."
      ),
      (
        "environments: { \"a\\e[31m\": {} }",
        "1:17: 'a?[31m' is no name of an environment; write 1 to 64 of a-z 0-9 - _ ."
      ),
      ("environments: { a: { base: b } }", "1:22: no environment is called 'b'; write one of: a"),
      (
        "environments: { vm-1: {}, a: { base: vm1 } }",
        "1:32: no environment is called 'vm1'; did you mean 'vm-1'?"
      ),
      (
        "environments: { a: { base: a } }",
        "1:22: 'a' inherits from itself; let one of the environments in this circle have no base"
      ),
      ("listeners: []", "1:1: no listener; write one, as `- proxy: 127.0.0.1:3128`"),
      ("listeners: [{}]", "1:13: no `proxy` in a listener; write one"),
      (
        "listeners: [127.0.0.1:3128]",
        "1:13: a single value where a listener takes keys; write `KEY: VALUE` lines, with keys of: proxy, environment"
      ),
      (
        "listeners: [{ proxy: 3128 }]",
        "1:22: proxy '3128': not an IP address; write an address, not a name, as in 127.0.0.1:3128 or [::1]:3128"
      ),
      (
        "listeners: [{ proxy: ':3128' }]",
        "1:22: proxy ':3128': no address; write 127.0.0.1:3128 for this machine only, or 0.0.0.0:3128 for every IPv4 interface"
      ),
      (
        "listeners: [{ proxy: 'systemd:' }]",
        "1:22: proxy 'systemd:': not a name of a socket; write systemd: and the FileDescriptorName= of its unit"
      ),
      (
        "listeners: [{ proxy: 127.0.0.1:1 }, { proxy: 127.0.0.1:1 }]",
        "1:39: 127.0.0.1:1 is a listener already, on line 1; write each listener once"
      ),
      (
        "listeners: [{ proxy: 127.0.0.1:1, environment: vm }]",
        "1:35: no environment is called 'vm'; write one of: default"
      ),
      ("workers: 0", "1:10: workers '0': not a number in range; write a number from 1 to 256"),
      (
        "workers: 0x10", "1:10: workers '0x10': not a number in range; write a number from 1 to 256"
      ),
      ("workers: 1e1", "1:10: workers '1e1': not a number in range; write a number from 1 to 256"),
      ("workers: ~", "1:10: workers '~': not a number in range; write a number from 1 to 256"),
      ("drain: 5", "1:8: drain '5': not a time; write a number and ms, s, m or h, as in 30s"),
      ("timeouts: { idle: 0s }", "1:19: idle '0s': out of range; write a time from 1ms to 24h"),
      (
        "limits: { head: 64KiB }",
        "1:17: head '64KiB': out of range; write a size from 1KiB to 32KiB"
      ),
      (
        "limits: { head: 8kb }",
        "1:17: head '8kb': not a size; write a number and B, KiB, MiB or GiB, as in 64KiB"
      ),
      ("audit: { on_full: yes }", "1:19: on_full 'yes': not a choice; write block or drop"),
      (
        "dns: [dns.example]",
        "1:7: dns 'dns.example': not an IP address; write an address, not a name, as in 9.9.9.9, 127.0.0.1:5353 or [::1]:5353"
      ),
      (
        "environments: { a: { allow_addresses: [10.0.0.1/8] } }",
        "1:40: allow_addresses '10.0.0.1/8': not a range of addresses; write an address, or a network"
      ),
      ("environments: { a: { allow: [GitHub.com] } }", "1:30: allow 'GitHub.com': "),
      (
        "environments: { a: { allow: [\"!a.com\"] } }",
        "1:30: allow: a rule with a mark; write the pattern without ! here"
      ),
      ("environments: { a: { deny: [\"!a.com\"] } }", "1:29: deny: a rule with a mark; "),
      (
        "environments: { a: { allow: [\"[x]\"] } }", "1:30: allow: no rule; write a pattern, as in "
      ),
      ("environments: { a: { allow: ['# x'] } }", "1:30: allow: no rule; write a pattern, as in "),
      ("environments: { a: { allow: [''] } }", "1:30: allow: an empty rule; remove it"),
      (
        "environments: { a: { allow: [\"a.com\\nb.com\"] } }",
        "1:30: allow: a control or invisible character; remove it"
      ),
      ("audit: { file: \"a\\0b\" }", "1:16: file: a control or invisible character; remove it"),
      (
        "- a",
        "1:1: a list where the configuration takes keys; write `KEY: VALUE` lines, with keys of: listeners, "
      ),
      (
        "hello",
        "1:1: a single value where the configuration takes keys; write `KEY: VALUE` lines, "
      ),
      (
        "environments: { a: { ports: [443, 0] } }",
        "1:35: ports '0': neither a port nor a range of ports; write 1 to 65535, as 443 or 8000-8100"
      ),
      (
        "environments: { a: { ports: [8000-8100, 8050] } }",
        "1:41: ports: 8050 holds what 8000-8100 holds too; write each port once"
      ),
      ("environments: { a: { ports: [] } }", "1:29: ports: no port; write at least one, "),
      ("environments: { a: { ports: ['*'] } }", "1:30: ports '*': neither a port nor a range"),
      (
        "environments: { a: { timeouts: { idle: 0s } } }",
        "1:40: idle '0s': out of range; write a time from 1ms to 24h"
      ),
      (
        "environments: { a: { timeouts: { head: 1s } } }",
        "1:34: 'head' is no key of an environment's timeouts; "
      ),
      (
        "environments: { a: { limits: { connections: 0 } } }",
        "1:45: connections '0': not a number in range; write a number from 1 to 1000000"
      ),
      (
        "environments: { a: { response_fields: [x] } }",
        "1:39: a list where response_fields takes fields; write `NAME: VALUE` lines, or {} for none"
      ),
      (
        "environments: { a: { response_fields: { 'X Y': a } } }",
        "1:41: response_fields: not a name of a field; write 1 to 64 letters, digits and -"
      ),
      (
        "environments: { a: { response_fields: { Transfer-Encoding: a } } }",
        "1:41: response_fields: the field Transfer-Encoding, which says where a message ends; "
      ),
      (
        "environments: { a: { response_fields: { X-A: 1, x-a: 2 } } }",
        "1:49: response_fields: the field x-a twice, because case does not count; write it once"
      ),
      (
        "environments: { a: { response_fields: { X-A: ä } } }",
        "1:41: response_fields: X-A: not a value of a field; write 1 to 256 printable ASCII"
      ),
      (
        "environments: { a: { response_fields: { X-A: \"a\\r\\nB: c\" } } }",
        "1:46: response_fields X-A: a control or invisible character; remove it"
      ),
      (
        "workers: 1\nworkers: 2",
        "2:1: 'workers' for the second time, after line 1; write each key once"
      ),
      ("a: [", "2:1: not YAML: "),
    ])
  func refused(_ text: String, _ expected: String) {
    let lines = complaints(text)
    #expect(lines.count == 1, "\(lines)")
    #expect(lines.first?.hasPrefix("f.yaml:" + expected) == true, "\(lines)")
  }

  @Test("all that is wrong is told at once, up to 50 complaints, and how many more there are")
  func everythingWrong() {
    let two = complaints("workers: 0\ndrain: x\nenvironments: { a: { access: b, base: c } }")
    #expect(two.count == 4, "\(two)")
    let many = complaints((0..<200).map { "key\($0): 1\n" }.joined())
    #expect(many.count == 51)
    #expect(many.last == "and 150 more")
  }

  @Test("what an environment sets beside its rules is taken, and inherited key by key")
  func treatment() throws {
    let text = """
      environments:
        default:
          ports: [443, 8000-8100, 80]
          timeouts: { idle: 1h, connect: 5s }
          limits: { connections: 100 }
          response_fields: { X-Sluice-Environment: vm-7, X-Team: "a: b" }
          forwarded: forwarded
        vm-1:
          base: default
          timeouts: { idle: 30s, keep_alive: 1500ms }
          response_fields: {}
        vm-2: {}
        vm-3: { base: default, forwarded: x-forwarded-for }
        vm-4: { base: default, forwarded: off }
      """
    let settings = try configuration(text).settings(file: "f.yaml")
    let (base, derived, plain) = (
      settings.environments[0], settings.environments[1], settings.environments[2]
    )
    #expect(base.ports?.description == "80,443,8000-8100")
    #expect(base.treatment.timeLimits.idle == 3_600_000_000_000)
    #expect(base.treatment.timeLimits.connect == 5_000_000_000)
    #expect(base.treatment.timeLimits.write == 0)
    #expect(base.treatment.connectionsMax == 100)
    #expect(
      String(decoding: base.responseFields.lines, as: UTF8.self)
        == "X-Sluice-Environment: vm-7\r\nX-Team: a: b\r\n")
    #expect(derived.ports == base.ports)
    #expect(derived.treatment.timeLimits.idle == 30_000_000_000)
    #expect(derived.treatment.timeLimits.keepAlive == 1_500_000_000)
    #expect(derived.treatment.timeLimits.connect == 5_000_000_000)
    #expect(derived.treatment.connectionsMax == 100)
    #expect(derived.responseFields.isEmpty)
    #expect(plain.treatment == Treatment() && plain.responseFields.isEmpty)
    #expect(plain.ports == .standard)
    #expect(
      settings.environments.map(\.treatment.forwardedField) == [
        .forwarded, .forwarded, .off, .xForwardedFor, .off,
      ])
    let shown = try configuration(text).resolved().yaml(file: "f.yaml")
    #expect(shown.contains("      idle: 30s  # line 10\n"))
    #expect(shown.contains("      connect: 5s  # line 4\n"))
    #expect(shown.contains("      connections: 100  # line 5\n"))
  }

  @Test("a circle of bases and a long chain of them are refused")
  func bases() {
    let circle = complaints("environments: { a: {base: b}, b: {base: c}, c: {base: a} }")
    #expect(circle.count == 3)
    #expect(circle.allSatisfy { $0.contains("inherits from itself") })
    let tail = complaints("environments: { a: {base: b}, b: {base: c}, c: {base: b} }")
    #expect(tail.count == 3, "\(tail)")
    func chain(_ count: Int) -> String {
      "environments:\n  e0: {}\n"
        + (1...count).map { "  e\($0): { base: e\($0 - 1) }\n" }.joined()
    }
    #expect(complaints(chain(8)).isEmpty)
    #expect(
      complaints(chain(9))
        == [
          "f.yaml:11:9: more than 8 environments inherit one from the other; name a base that is nearer"
        ])
  }

  @Test("thousands of environments with a wrong base are refused soon")
  func wrongBases() {
    let text =
      "environments:\n"
      + (0..<16_000).map { "  environment-\($0): { base: environmentx-\($0) }\n" }.joined()
    #expect(complaints(text).last == "and 15950 more")
  }

  @Test("no file, a folder and a named pipe are told as what they are")
  func files() throws {
    let folder = try TemporaryFolder()
    let missing = folder.url.path + "/none.yaml"
    #expect(throws: ConfigurationErrors.self) { try ConfigurationFile.read(path: missing) }
    #expect(throws: ConfigurationErrors.self) { try ConfigurationFile.read(path: "/tmp") }
    let path = try folder.write(
      "environments: { default: { allowlists: [x.allow] } }", to: "sluice.yaml")
    let file = try ConfigurationFile.read(path: path)
    #expect(file.environments.value[0].allowlists.value[0].value == folder.url.path + "/x.allow")
  }
}
