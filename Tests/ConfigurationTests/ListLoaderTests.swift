import Configuration
import Domains
import Foundation
import Policy
import Testing

/// A folder that goes away with the test.
struct TemporaryFolder: ~Copyable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file and returns its path.
  func write(_ text: String, to name: String) throws -> String {
    let file = url.appending(path: name)
    try Data(text.utf8).write(to: file)
    return file.path
  }
}

@Suite("lists by name and file") struct ListLoaderTests {
  @Test(
    "the built-in lists load by name with the digest of their text",
    arguments: ["default", "essential"])
  func builtIn(_ name: String) throws {
    let list = try ListLoader.load(name)
    #expect(list.name == name)
    #expect(list.file == "\(name).allow (built in)")
    #expect(list.digest.count == 64)
    #expect(!list.rules.isEmpty)
  }

  @Test("a file loads by path, and its digest is that of its bytes")
  func file() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "sluice-allowlist 1\nname: x\nversion: 1\n\na.com\n", to: "team.allow")
    let list = try ListLoader.load(path)
    #expect(list.label == "x@1")
    #expect(list.file == path)
    #expect(
      list.digest == "d122f6e17bd238d2c56a804b7b73cf9ae9e107cece6b415706f2793aa83d4af7")
  }

  @Test("what is wrong in a file is told with line and column")
  func broken() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "sluice-allowlist 1\nname: x\nversion: 1\n\nGitHub.com\n", to: "team.allow")
    let message = try #require(
      complaint { () throws(ConfigurationError) in _ = try ListLoader.load(path) })
    #expect(message.hasPrefix("\(path):5:"))
    #expect(message.contains("; "))
  }

  @Test("a name that is neither a list nor a file says what there is")
  func unknown() {
    #expect(
      complaint { () throws(ConfigurationError) in _ = try ListLoader.load("defualt") }
        == "allowlist 'defualt': no list has this name, and no file either; write default, essential "
        + "or the path of a file")
    for name in ["", "a\0b"] {
      let message = complaint { () throws(ConfigurationError) in _ = try ListLoader.load(name) }
      #expect(message?.contains("not a name of a list or file") == true)
    }
  }

  @Test("a file that cannot be read says why")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    let missing = folder.url.appending(path: "missing.allow").path
    #expect(
      complaint { () throws(ConfigurationError) in _ = try ListLoader.load(missing) }?
        .hasSuffix(
          "cannot be read (No such file or directory); check the path and its permissions") == true)
    let directory = folder.url.path
    #expect(
      complaint { () throws(ConfigurationError) in _ = try ListLoader.load(directory) }?
        .contains("a directory") == true)
  }

  @Test("the built-in list wins over a file of its name in the working directory")
  func builtInWins() throws {
    #expect(try ListLoader.load("default").file == "default.allow (built in)")
  }
}

@Suite("settings into a snapshot") struct SettingsTests {
  private let day = Day("2026-11-22")

  private func reason(_ snapshot: PolicySnapshot, _ host: String, _ number: UInt16) throws
    -> ReasonCode
  {
    var key = HostKey()
    let error = key.load(Array(host.utf8).span)
    try #require(error == nil)
    return snapshot.decide(
      key, port: try #require(Port(number)), environment: 0, on: try #require(day)
    ).reason
  }

  @Test("without any setting the default list decides")
  func defaults() throws {
    let settings = Settings()
    #expect(settings.listen.map(\.description) == ["127.0.0.1:3128"])
    let snapshot = try settings.makeSnapshot(generation: 1)
    #expect(try reason(snapshot, "github.com", 443) == .allowlisted)
    #expect(try reason(snapshot, "github.com", 22) == .portNotAllowed)
    #expect(try reason(snapshot, "evil.com", 443) == .notAllowlisted)
    #expect(snapshot.generation == 1)
    #expect(snapshot.access(of: 0) == .limited)
  }

  @Test("level none lets the essential list through, and nothing of the default list")
  func none() throws {
    var settings = Settings()
    settings.access = .none
    let snapshot = try settings.makeSnapshot(generation: 2)
    #expect(try reason(snapshot, "api.anthropic.com", 443) == .allowlisted)
    #expect(try reason(snapshot, "github.com", 443) == .notEssential)
  }

  @Test("the lab's settings allow bench.test on loopback, and never the listener itself")
  func lab() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "sluice-allowlist 1\nname: lab\nversion: 1\n\nbench.test :9000-9003\n", to: "lab.allow")
    var settings = Settings()
    settings.listen = [try Endpoint.listener(SettingText("--listen", "127.0.0.1:4100"))]
    settings.allowlists = [path]
    settings.allowAddresses = [
      try AddressRule.parse(SettingText("--allow-address", "127.0.0.0/8"))
    ]
    let snapshot = try settings.makeSnapshot(generation: 1)
    let loopback = try #require(IPAddress("127.0.0.1"))
    #expect(try reason(snapshot, "bench.test", 9001) == .allowlisted)
    #expect(snapshot.admits(loopback, port: try #require(Port(9001)), environment: 0))
    #expect(!snapshot.admits(loopback, port: try #require(Port(4100)), environment: 0))
  }

  @Test("a wildcard listener is never dialled on an address of this machine")
  func wildcard() throws {
    let local = LocalAddresses.current()
    let loopback = try #require(IPAddress("127.0.0.1"))
    #expect(local.contains(loopback))
    var settings = Settings()
    settings.listen = [try Endpoint.listener(SettingText("--listen", "0.0.0.0:4100"))]
    settings.allowAddresses = [
      try AddressRule.parse(SettingText("--allow-address", "0.0.0.0/0")),
      try AddressRule.parse(SettingText("--allow-address", "::/0")),
    ]
    let snapshot = try settings.makeSnapshot(generation: 1, localAddresses: local)
    for address in local {
      #expect(!snapshot.admits(address, port: try #require(Port(4100)), environment: 0))
      #expect(snapshot.admits(address, port: try #require(Port(4101)), environment: 0))
    }
  }

  @Test("settings that contradict each other are refused")
  func contradictions() throws {
    func message(_ change: (inout Settings) -> Void) -> String? {
      var settings = Settings()
      change(&settings)
      return complaint { () throws(ConfigurationError) in
        _ = try settings.makeSnapshot(generation: 1)
      }
    }
    #expect(
      message { $0.listen = [] } == "--listen: no listener; write one, as 127.0.0.1:3128")
    #expect(
      message { $0.listen += $0.listen }
        == "--listen '127.0.0.1:3128': the same listener twice; write each listener once")
    #expect(
      message { $0.allowlists = ["default", "default"] }?.hasSuffix(
        "; name each list once, or give one of them another name or version") == true)
    #expect(
      message { $0.allowlists = Array(repeating: "default", count: 65) }
        == "--allowlist: given 65 times; give it at most 64 times")
  }
}

@Suite("lists that are too much together") struct ListTotalTests {
  @Test("rules, bytes and labels of all lists together are bounded, each with a message")
  func bounded() throws {
    let text = Array("sluice-allowlist 1\nname: a\nversion: 1\na.com\nb.com\n".utf8)
    let list = try ListLoader.parse(text, file: "a.allow")
    try Settings.refuseTooMuch([list, list], rulesMax: 5, textMax: 2 * text.count)
    let rules = #expect(throws: ConfigurationError.self) {
      try Settings.refuseTooMuch([list, list], rulesMax: 4)
    }
    #expect(rules?.description == "--allowlist: more than 4 rules in all; use fewer lists")
    let bytes = #expect(throws: ConfigurationError.self) {
      try Settings.refuseTooMuch([list, list], textMax: 2 * text.count - 1)
    }
    #expect(bytes?.description == "--allowlist: lists of more than 0 MiB in all; use fewer lists")
    try Settings.refuseTooMuch([list, list], labelsMax: 8)
    let labels = #expect(throws: ConfigurationError.self) {
      try Settings.refuseTooMuch([list, list], of: "--with", labelsMax: 7)
    }
    #expect(
      labels?.description == "--with: names of more than 7 labels in all; "
        + "use fewer lists, or a wildcard where many names are below one")
  }
}

@Suite("messages about settings") struct ConfigurationErrorTests {
  @Test("a message is one line without control characters, whatever a file is called")
  func oneLine() throws {
    let name = "a\n::set-output name=x::\u{1B}[31m\u{202E}.allow"
    let error = try #require(throws: ConfigurationError.self) {
      try ListLoader.parse(Array("no list".utf8), file: name)
    }
    #expect(error.description.hasPrefix("a?::set-output name=x::?[31m?.allow:1:1: "))
  }
}
