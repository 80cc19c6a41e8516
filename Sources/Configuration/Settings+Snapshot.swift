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
    try validate()
    let matcher =
      if let image = try image() { image } else {
        Matcher(try sources(), seed: MatcherSeed.random())
      }
    return try makeSnapshot(
      matcher, generation: generation, localAddresses: localAddresses,
      otherListeners: otherListeners)
  }

  /// The compiled list, if it is one that is named: then it is all there is, because its rules cannot
  /// be taken apart and put together with others.
  private func image() throws(ConfigurationError) -> Matcher? {
    for name in allowlists {
      guard let image = try ListLoader.image(name) else { continue }
      let setting = SettingText("--allowlist", name)
      guard allowlists.count == 1 else {
        throw setting.error(
          "a compiled list beside others",
          remedy: "compile all of them into one: sluice allowlist compile LIST... -o IMAGE")
      }
      guard access != .none else {
        throw setting.error(
          "a compiled list, of which access level none would take the hard denies only",
          remedy: "give the text that it was compiled from")
      }
      return image
    }
    return nil
  }

  /// Reads the lists, and says how each takes part.
  package func sources() throws(ConfigurationError) -> [Matcher.Source] {
    try validate()
    let lists = try ListLoader.load(allowlists)
    try Settings.refuseTwins(lists)
    try Settings.refuseTooMuch(lists)
    return Environment.sources(
      access: access, lists: lists, essential: try ListLoader.essential())
  }

  /// As ``makeSnapshot(generation:localAddresses:otherListeners:)``, of what ``sources()`` gave.
  package func makeSnapshot(
    of sources: [Matcher.Source], generation: UInt64, localAddresses: [IPAddress] = [],
    otherListeners: [Endpoint] = []
  ) throws(ConfigurationError) -> PolicySnapshot {
    try makeSnapshot(
      Matcher(sources, seed: MatcherSeed.random()), generation: generation,
      localAddresses: localAddresses, otherListeners: otherListeners)
  }

  private func makeSnapshot(
    _ matcher: Matcher, generation: UInt64, localAddresses: [IPAddress],
    otherListeners: [Endpoint]
  ) throws(ConfigurationError) -> PolicySnapshot {
    guard
      let environment = Environment(
        name: environmentName, access: access, addressRules: allowAddresses, matcher: matcher,
        serverNameCheck: serverNameCheck)
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

  /// What one matcher can hold: it traps above. With this many rules at most, the names of texts of
  /// 256 MiB take less than the 256 MiB that its records have room for.
  package static func refuseTooMuch(
    _ lists: [Allowlist], rulesMax: Int = rulesMax, textMax: Int = Allowlist.textLimit
  ) throws(ConfigurationError) {
    guard lists.reduce(0, { $0 + $1.rules.count }) < rulesMax else {
      throw ConfigurationError(
        "--allowlist", "more than \(rulesMax) rules in all", remedy: "use fewer lists")
    }
    guard lists.reduce(0, { $0 + $1.byteCount }) <= textMax else {
      throw ConfigurationError(
        "--allowlist", "lists of more than \(textMax >> 20) MiB in all", remedy: "use fewer lists")
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
