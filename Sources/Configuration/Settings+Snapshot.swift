package import Domains
package import Policy

extension Settings {
  /// Reads and compiles the lists of all environments.
  ///
  /// `localAddresses` are those of the machine's interfaces: they matter when a listener is bound
  /// to a wildcard address. `otherListeners` are sockets of this process beside ``listen``.
  package func makeSnapshot(
    generation: UInt64, localAddresses: [IPAddress] = [], otherListeners: [Endpoint] = []
  ) throws(ConfigurationError) -> PolicySnapshot {
    try validate()
    let described = environments.isEmpty ? [onlyEnvironment] : environments
    let clients = try clientRules()
    var compiler = EnvironmentCompiler(floor: try floorList(), essential: essential)
    try compiler.read(described)
    var compiled: [Environment] = []
    compiled.reserveCapacity(described.count)
    for environment in described { compiled.append(try compiler.compile(environment)) }
    return PolicySnapshot(
      generation: generation, environments: compiled,
      ownAddresses: ownAddresses(localAddresses, otherListeners), clients: clients)
  }

  /// The one that the settings without ``environments`` describe.
  package var onlyEnvironment: EnvironmentSettings {
    var only = EnvironmentSettings(name: environmentName)
    only.access = access
    only.serverNameCheck = serverNameCheck
    only.allowlists = allowlists
    only.allowAddresses = allowAddresses
    only.place = "--environment '\(environmentName)'"
    return only
  }

  private func ownAddresses(_ local: [IPAddress], _ others: [Endpoint]) -> OwnAddresses {
    OwnAddresses(
      listeners: (listen + adminEndpoints + others).map {
        OwnAddresses.Listener(address: $0.address, port: $0.port)
      }, localAddresses: local)
  }

  /// The compiled list, if it is one that ``allowlists`` names.
  package func image() throws(ConfigurationError) -> Matcher? {
    var images: [String: Matcher] = [:]
    for name in allowlists { images[name] = try ListLoader.image(name) }
    return try EnvironmentCompiler.image(of: allowlists, access: access, images)
  }

  /// Reads the lists, and says how each takes part.
  package func sources() throws(ConfigurationError) -> [Matcher.Source] {
    try sources(of: try lists())
  }

  /// Reads the lists that ``allowlists`` names, and refuses those that do not go together.
  package func lists() throws(ConfigurationError) -> [Allowlist] {
    try validate()
    let lists = try ListLoader.load(allowlists)
    try Settings.refuseTwins(lists)
    try Settings.refuseTooMuch(lists)
    return lists
  }

  /// How each of the lists takes part at this access level.
  package func sources(
    of lists: [Allowlist]
  ) throws(ConfigurationError) -> [Matcher.Source] {
    Environment.sources(
      access: access, lists: lists, essential: try ListLoader.load(essential),
      floor: try floorList())
  }

  /// As ``makeSnapshot(generation:localAddresses:otherListeners:)``, of what ``sources()`` gave: one
  /// environment.
  package func makeSnapshot(
    of sources: [Matcher.Source], generation: UInt64, localAddresses: [IPAddress] = [],
    otherListeners: [Endpoint] = []
  ) throws(ConfigurationError) -> PolicySnapshot {
    try makeSnapshot(
      Matcher(sources, seed: MatcherSeed.random()), generation: generation,
      localAddresses: localAddresses, otherListeners: otherListeners)
  }

  /// As ``makeSnapshot(generation:localAddresses:otherListeners:)``, of what ``image()`` gave.
  package func makeSnapshot(
    _ matcher: Matcher, generation: UInt64, localAddresses: [IPAddress] = [],
    otherListeners: [Endpoint] = []
  ) throws(ConfigurationError) -> PolicySnapshot {
    guard
      let environment = Environment(
        name: environmentName, access: access, addressRules: allowAddresses, matcher: matcher,
        serverNameCheck: serverNameCheck)
    else { throw onlyEnvironment.nameError }
    return PolicySnapshot(
      generation: generation, environments: [environment],
      ownAddresses: ownAddresses(localAddresses, otherListeners))
  }

  /// The list of the floor, if there is one.
  func floorList() throws(ConfigurationError) -> Allowlist? {
    floor.isEmpty ? nil : try InlineRule.list("floor", floor, prefix: "!!")
  }

  /// What no setting alone can say.
  package func validate() throws(ConfigurationError) {
    guard !listenerPlaces.isEmpty else {
      throw ConfigurationError("--listen", "no listener", remedy: "write one, as 127.0.0.1:3128")
    }
    for (index, endpoint) in listen.enumerated() where listen[..<index].contains(endpoint) {
      throw SettingText("--listen", endpoint.description).error(
        "the same listener twice", remedy: "write each listener once")
    }
    try validateAdmin()
    let counts = [
      ("--listen", listenerPlaces.count), ("--allowlist", allowlists.count),
      ("--allow-address", allowAddresses.count), ("--dns", dns.count),
    ]
    for (name, count) in counts where count > Settings.repeatsMax {
      throw ConfigurationError(
        name, "given \(count) times", remedy: "give it at most \(Settings.repeatsMax) times")
    }
  }

  /// What one matcher can hold: it traps above. With this many rules at most, the names of texts of
  /// 256 MiB take less than the 256 MiB that its records have room for. The labels are bounded because
  /// each is a node until it is known to be needed.
  package static func refuseTooMuch(
    _ lists: [Allowlist], of setting: String = "--allowlist", rulesMax: Int = rulesMax,
    textMax: Int = Allowlist.textLimit, labelsMax: Int = labelsMax
  ) throws(ConfigurationError) {
    guard lists.reduce(0, { $0 + $1.rules.count }) < rulesMax else {
      throw ConfigurationError(
        setting, "more than \(rulesMax) rules in all", remedy: "use fewer lists")
    }
    guard lists.reduce(0, { $0 + $1.byteCount }) <= textMax else {
      throw ConfigurationError(
        setting, "lists of more than \(textMax >> 20) MiB in all", remedy: "use fewer lists")
    }
    // A label and its dot are two bytes at least, so short lists need not be counted.
    guard lists.reduce(0, { $0 + $1.byteCount }) / 2 > labelsMax else { return }
    guard lists.reduce(0, { $0 + $1.labelCount }) <= labelsMax else {
      throw ConfigurationError(
        setting, "names of more than \(labelsMax) labels in all",
        remedy: "use fewer lists, or a wildcard where many names are below one")
    }
  }

  /// Two lists of one label would make every record that names it ambiguous.
  static func refuseTwins(_ lists: [Allowlist]) throws(ConfigurationError) {
    for (index, list) in lists.enumerated() {
      guard let twin = lists[..<index].first(where: { $0.label == list.label }) else { continue }
      throw ConfigurationError(
        list.file, "name and version, \(list.label), are those of \(twin.file)",
        remedy: "name each list once, or give one of them another name or version")
    }
  }
}
