import Foundation
import Testing

@testable import Configuration

/// `upstream_proxy` and `dns` of an environment in the file.
@Suite struct UpstreamProxyTests {
  @Test("the proxy is inherited as a whole, and `none` takes it away")
  func inheritance() throws {
    let file = try configuration(
      """
      environments:
        default:
          upstream_proxy: { address: proxy.corp.example:3128, credentials_file: x, no_proxy: [10.0.0.0/8, "*.corp.example"] }
          dns: [10.0.0.53, "[fd00::53]:5353"]
        same: { base: default }
        other: { base: default, upstream_proxy: { address: "[fd00::1]:8080" }, dns: [] }
        straight: { base: default, upstream_proxy: { address: none } }
      """)
    let environments = file.settings(file: "f.yaml").environments
    #expect(
      environments.map { $0.upstreamProxy?.authority.description }
        == ["proxy.corp.example:3128", "proxy.corp.example:3128", "[fd00::1]:8080", nil])
    #expect(environments.map { $0.upstreamProxy?.credentialsFile } == ["x", "x", nil, nil])
    #expect(
      environments[1].upstreamProxy?.direct.map(\.description)
        == ["10.0.0.0/8", "*.corp.example"])
    #expect(environments.map(\.dns.count) == [2, 2, 0, 2])
    #expect(environments[0].dns[1].description == "[fd00::53]:5353")
    // What is shown says the same.
    let shown = try configuration(file.resolved().yaml(file: "f.yaml"))
    #expect(
      shown.settings(file: "f.yaml").environments.map(\.upstreamProxy)
        == environments.map(\.upstreamProxy))
  }

  @Test(
    "what is wrong is told with its place and what to write",
    arguments: [
      ("{ addres: x }", "1:47: 'addres' is no key of an upstream proxy; did you mean 'address'?"),
      ("{}", "1:45: no `address` in an upstream proxy; write one"),
      ("none", "1:45: a single value where an upstream proxy takes keys; "),
      (
        "{ address: proxy.corp.example }",
        "1:56: address 'proxy.corp.example': "
      ),
      (
        "{ address: 'http://u:p@proxy.example:3128' }",
        "1:56: address: a URL where HOST:PORT stands; write HOST:PORT, as proxy.corp.example:3128, or none"
      ),
      (
        "{ address: 'u:p@proxy.example:3128' }",
        "1:56: address: credentials in the address; write them into credentials_file"
      ),
      (
        "{ address: 'p:1', no_proxy: [.corp.example] }",
        "1:74: no_proxy '.corp.example': a name that starts with a dot; "
          + "write *.corp.example for what is below it, or +.corp.example for it too"
      ),
      (
        "{ address: 'p:1', no_proxy: ['x.example :80'] }",
        "1:74: no_proxy 'x.example :80': not a pattern or a network; "
      ),
      ("{ address: 'p:1', no_proxy: [10.0.0.1/8] }", "1:74: no_proxy '10.0.0.1/8': "),
      ("{ address: none, credentials_file: x }", "1:62: credentials_file of no proxy; "),
    ])
  func complaint(_ text: String, _ expected: String) {
    let lines = complaints("environments: { default: { upstream_proxy: \(text) } }")
    #expect(lines.count == 1, "\(lines)")
    #expect(lines.first?.hasPrefix("f.yaml:\(expected)") == true, "\(lines)")
    #expect(!lines.joined().contains("u:p"))
  }

  @Test("sixteen lists of name servers are taken, and a seventeenth is refused where it stands")
  func nameServerSets() throws {
    let lines = (1...17).map { "  e\($0): { dns: [10.0.0.\($0)] }" }
    let same = "  again: { dns: [10.0.0.1] }"
    #expect(
      complaints((["environments:"] + lines.prefix(16) + [same]).joined(separator: "\n")) == [])
    let refused = complaints((["environments:"] + lines).joined(separator: "\n"))
    #expect(refused.count == 1)
    #expect(refused.first?.hasPrefix("f.yaml:18:10: dns: more than 16 different lists") == true)
  }

  @Test("credentials are one line that not everybody may read, and no message repeats them")
  func credentials() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("corp.secret").path
    func complaint(_ text: String, mode: Int = 0o600) throws -> String? {
      #expect(
        FileManager.default.createFile(
          atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
      let file = try configuration(
        "environments:\n  default:\n    upstream_proxy:\n      address: p.example:1\n"
          + "      credentials_file: \(path)\n")
      let found = file.listComplaints(file: "f.yaml")?.lines
      #expect(found?.joined().contains("s3cret") != true)
      return found?.first
    }
    #expect(try complaint("user:s3cret\n") == nil)
    #expect(try complaint("user:s3cret:with colon\r\n") == nil)
    #expect(
      try complaint("user:s3cret\n", mode: 0o644)?.hasPrefix(
        "f.yaml:5:7: credentials_file '\(path)': everybody on this machine may read it; ") == true)
    for text in ["", "\n", "s3cret", ":s3cret", "user:s3cret\nmore:s3cret\n", "u:\u{7}s3cret"] {
      #expect(
        try complaint(text)?.contains("not one line of USER:PASSWORD") == true, "\(text)")
    }
    try FileManager.default.removeItem(atPath: path)
    let file = try configuration(
      "environments: { default: { upstream_proxy: { address: 'p.example:1', credentials_file: \(path) } } }"
    )
    #expect(file.listComplaints(file: "f.yaml")?.lines.first?.contains("cannot be read") == true)
    #expect(throws: ConfigurationError.self) {
      _ = try file.settings(file: "f.yaml").makeSnapshot(generation: 1)
    }
  }
}
