package import Domains
package import Policy

extension Settings {
  /// Reads and compiles the lists; one environment, `default`.
  ///
  /// `localAddresses` are those of the machine's interfaces: they matter when a listener is bound
  /// to a wildcard address. `otherListeners` are sockets of this process beside ``listen``.
  package func makeSnapshot(
    generation: UInt64, localAddresses: [IPAddress] = [], otherListeners: [Endpoint] = []
  ) throws(ConfigurationError) -> PolicySnapshot {
    try makeSnapshot(
      of: try sources(), generation: generation, localAddresses: localAddresses,
      otherListeners: otherListeners)
  }

  /// Reads the lists, and says how each takes part.
  package func sources() throws(ConfigurationError) -> [Matcher.Source] {
    try validate()
    var lists: [Allowlist] = []
    for name in allowlists { lists.append(try ListLoader.load(name)) }
    try Settings.refuseTwins(lists)
    guard lists.reduce(0, { $0 + $1.rules.count }) < Settings.rulesMax else {
      throw ConfigurationError(
        "--allowlist", "more than \(Settings.rulesMax) rules in all", remedy: "use fewer lists")
    }
    return Environment.sources(
      access: access, lists: lists, essential: try ListLoader.essential())
  }

  /// As ``makeSnapshot(generation:localAddresses:otherListeners:)``, of what ``sources()`` gave.
  package func makeSnapshot(
    of sources: [Matcher.Source], generation: UInt64, localAddresses: [IPAddress] = [],
    otherListeners: [Endpoint] = []
  ) throws(ConfigurationError) -> PolicySnapshot {
    let matcher = Matcher(sources, seed: MatcherSeed.random())
    guard
      let environment = Environment(
        name: environmentName, access: access, addressRules: allowAddresses, matcher: matcher)
    else {
      throw ConfigurationError(
        "--environment '\(environmentName)'", "not a name of an environment",
        remedy: "write 1 to 64 of a-z 0-9 - _ .")
    }
    let own = OwnAddresses(
      listeners: (listen + otherListeners).map {
        OwnAddresses.Listener(address: $0.address, port: $0.port)
      }, localAddresses: localAddresses)
    return PolicySnapshot(
      generation: generation, environments: [environment], ownAddresses: own)
  }

  /// What no setting alone can say.
  package func validate() throws(ConfigurationError) {
    guard !listen.isEmpty else {
      throw ConfigurationError("--listen", "no listener", remedy: "write one, as 127.0.0.1:3128")
    }
    for (index, endpoint) in listen.enumerated() where listen[..<index].contains(endpoint) {
      throw SettingText("--listen", endpoint.description).error(
        "the same listener twice", remedy: "write each listener once")
    }
    let counts = [
      ("--listen", listen.count), ("--allowlist", allowlists.count),
      ("--allow-address", allowAddresses.count), ("--dns", dns.count),
    ]
    for (name, count) in counts where count > Settings.repeatsMax {
      throw ConfigurationError(
        name, "given \(count) times", remedy: "give it at most \(Settings.repeatsMax) times")
    }
  }

  /// Two lists of one label would make every record that names it ambiguous.
  private static func refuseTwins(_ lists: [Allowlist]) throws(ConfigurationError) {
    for (index, list) in lists.enumerated() {
      guard let twin = lists[..<index].first(where: { $0.label == list.label }) else { continue }
      throw ConfigurationError(
        list.file, "name and version, \(list.label), are those of \(twin.file)",
        remedy: "name each list once, or give one of them another name or version")
    }
  }
}
