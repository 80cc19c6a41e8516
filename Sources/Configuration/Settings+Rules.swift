package import Domains
import Policy

/// A list as an environment uses it, with what is said of one that stands in the configuration.
package struct EnvironmentSource: Sendable {
  package let source: Matcher.Source
  /// As records name it, `env/vm-7/deny`; `nil` of a list with a file of its own.
  package let name: String?
  /// Where its rules stand, in their order; empty of a list with a file of its own.
  package let places: [String]
}

extension Settings {
  /// Every list of an environment, in the order in which they count: those that it names, the floor,
  /// its own rules. One matcher of all of them decides as the proxy does.
  package func sources(
    of environment: EnvironmentSettings
  ) throws(ConfigurationError) -> [EnvironmentSource] {
    let lists = try ListLoader.load(environment.allowlists)
    try Settings.refuseTwins(lists)
    try Settings.refuseTooMuch(lists)
    let named =
      environment.access == .none
      ? Environment.sources(
        access: .none, lists: lists, essential: try ListLoader.load(essential))
      : lists.map { Matcher.Source(list: $0) }
    var sources = named.map { EnvironmentSource(source: $0, name: nil, places: []) }
    func add(_ rules: [InlineRule], _ list: Allowlist, _ name: String, _ use: Matcher.Use) {
      sources.append(
        EnvironmentSource(
          source: Matcher.Source(list: list, use: use), name: name, places: rules.map(\.place)))
    }
    if let list = try floorList() { add(floor, list, "floor", .hardDeniesOnly) }
    if !environment.allow.isEmpty {
      add(
        environment.allow, try InlineRule.allows(environment.allow),
        "env/\(environment.name)/allow", environment.access == .none ? .hardDeniesOnly : .all)
    }
    if !environment.deny.isEmpty {
      add(
        environment.deny, try InlineRule.denies(environment.deny),
        "env/\(environment.name)/deny", .all)
    }
    return sources
  }

  /// The compiled list, if it is one that the environment names.
  package func image(
    of environment: EnvironmentSettings
  ) throws(ConfigurationError) -> Matcher? {
    var images: [String: Matcher] = [:]
    for name in environment.allowlists { images[name] = try ListLoader.image(name) }
    return try EnvironmentCompiler.image(
      of: environment.allowlists, access: environment.access, images)
  }
}
