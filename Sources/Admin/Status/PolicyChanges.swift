internal import Configuration
internal import Domains
internal import Policy
internal import Review

/// What a policy has that the one before had not, and the other way round: line by line, for each
/// environment, and for lists that are small enough rule by rule.
package struct PolicyChanges: Sendable {
  struct Line: Hashable, Sendable {
    let environment: String
    let isNew: Bool
    let text: String
  }

  /// Lines that are kept; the others are counted.
  static let linesMax = 500

  private(set) var lines: [Line] = []
  private(set) var more = 0
  /// The generation before; 0: there was none.
  private(set) var previous: UInt64 = 0
  /// When it was replaced: Unix time, microseconds.
  private(set) var time: UInt64 = 0

  /// There was no policy before.
  init() {}

  init(
    from old: (settings: Settings, snapshot: PolicySnapshot),
    to new: (settings: Settings, snapshot: PolicySnapshot), lists: [Line] = [], time: UInt64
  ) {
    previous = old.snapshot.generation
    self.time = time
    let before = Self.described(old.settings, old.snapshot)
    let after = Self.described(new.settings, new.snapshot)
    for (name, texts) in after.sorted(by: { $0.key < $1.key }) {
      add(name, texts, without: before[name] ?? [], isNew: true)
      add(name, before[name] ?? [], without: texts, isNew: false)
    }
    for (name, texts) in before.sorted(by: { $0.key < $1.key }) where after[name] == nil {
      add(name, texts, without: [], isNew: false)
    }
    for line in lists { add(line) }
  }

  private mutating func add(
    _ environment: String, _ texts: [String], without others: [String], isNew: Bool
  ) {
    guard texts != others else { return }
    let others = Set(others)
    for text in texts where !others.contains(text) {
      add(Line(environment: environment, isNew: isNew, text: text))
    }
  }

  private mutating func add(_ line: Line) {
    if lines.count < Self.linesMax { lines.append(line) } else { more += 1 }
  }

  private static func described(
    _ settings: Settings, _ snapshot: PolicySnapshot
  ) -> [String: [String]] {
    var all: [String: [String]] = [:]
    let described =
      settings.environments.isEmpty ? [settings.onlyEnvironment] : settings.environments
    for (environment, compiled) in zip(described, snapshot.environments) {
      all[compiled.name] = lines(of: environment, compiled)
    }
    return all
  }

  /// What an environment is made of, a line each.
  static func lines(of settings: EnvironmentSettings, _ environment: Environment) -> [String] {
    var lines = [
      "access: \(environment.access.rawValue)", "mode: \(environment.mode.rawValue)",
      "sni: \(environment.serverNameCheck.rawValue)",
    ]
    lines += environment.matcher.lists.map {
      "list: \($0.label) sha256:\($0.digest.prefix(16))"
    }
    lines += settings.allow.map { "allow: \($0.text)" }
    lines += settings.deny.map { "deny: \($0.text)" }
    lines += settings.allowAddresses.map { "allow_addresses: \($0.text)" }
    if let ports = environment.ports { lines.append("ports: \(ports)") }
    if let proxy = settings.upstreamProxy { lines.append("upstream_proxy: \(proxy.authority)") }
    lines += settings.dns.map { "dns: \($0)" }
    lines += settings.clients.map { "clients: \($0)" }
    lines += settings.credentials.map { "credentials: \(TokenText.text(ofID: $0.id))" }
    let limit = environment.treatment.connectionsMax
    if limit != 0 { lines.append("limits.connections: \(limit)") }
    return lines
  }

  /// As JSON.
  var json: String {
    let shown = lines.map {
      JSONText.object([
        ("environment", JSONText.quoted($0.environment)), ("added", "\($0.isNew)"),
        ("text", JSONText.quoted($0.text)),
      ])
    }
    return JSONText.object([
      ("from_generation", "\(previous)"), ("time_us", "\(time)"), ("lines", JSONText.array(shown)),
      ("more", "\(more)"),
    ])
  }
}
