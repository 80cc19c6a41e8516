package import Policy

extension Settings {
  /// How clients find their environments. That no two claim the same clients was seen to where the file was
  /// read (`ConfigurationFile.checkClients`), which can say the line.
  func clientRules() throws(ConfigurationError) -> ClientRules {
    guard !environments.isEmpty else {
      var rules = ClientRules.everyone(0)
      rules.headerPeers = headerPeers
      return rules
    }
    guard environments.count <= Settings.environmentsMax else {
      throw ConfigurationError(
        "environments", "more than \(Settings.environmentsMax)",
        remedy: "run several processes, each with some of them")
    }
    var numbers: [String: Int] = [:]
    for (index, environment) in environments.enumerated() {
      guard Environment.isValidName(environment.name) else { throw environment.nameError }
      guard numbers.updateValue(index, forKey: environment.name) == nil else {
        throw environment.error("the name of another one too", remedy: "give each its own name")
      }
    }
    var rules = ClientRules()
    rules.headerPeers = headerPeers
    rules.fallback = try defaultEnvironment.map { name throws(ConfigurationError) in
      try number(of: name, "default", numbers)
    }
    for (index, name) in listenerEnvironments.enumerated() {
      let places = listenerPlaces
      let place = index < places.count ? "listener \(places[index])" : "listener \(index + 1)"
      rules.listeners.append(
        try name.map { name throws(ConfigurationError) in try number(of: name, place, numbers) })
    }
    for (index, environment) in environments.enumerated() { add(environment, index, to: &rules) }
    guard
      rules.fallback != nil || rules.listeners.contains(where: { $0 != nil })
        || !(rules.networks.isEmpty && rules.tokens.isEmpty && rules.users.isEmpty
          && rules.groups.isEmpty && rules.cgroups.isEmpty)
    else {
      throw ConfigurationError(
        "environments", "no client would belong to any",
        remedy: "name a default, or give environments clients or credentials")
    }
    return rules
  }

  /// The environment that ``environmentName`` names, in a snapshot of these settings; of settings without
  /// ``environments`` the one there is.
  package func environmentIndex(in snapshot: PolicySnapshot) throws(ConfigurationError) -> Int {
    guard !environments.isEmpty else { return 0 }
    guard let index = snapshot.environment(named: environmentName) else {
      throw unknownEnvironment
    }
    return index
  }

  /// The environment that ``environmentName`` names; of settings without ``environments`` the one there
  /// is.
  package func selectedEnvironment() throws(ConfigurationError) -> EnvironmentSettings {
    guard !environments.isEmpty else { return onlyEnvironment }
    guard let environment = environments.first(where: { $0.name == environmentName }) else {
      throw unknownEnvironment
    }
    return environment
  }

  private var unknownEnvironment: ConfigurationError {
    SettingText("--environment", environmentName).error(
      "not the name of an environment", remedy: "name one of those that are configured")
  }

  private func number(
    of name: String, _ place: String, _ numbers: [String: Int]
  ) throws(ConfigurationError) -> Int {
    guard let number = numbers[name] else {
      throw SettingText(place, name).error(
        "not the name of an environment", remedy: "name one of those that are configured")
    }
    return number
  }

  private func add(_ environment: EnvironmentSettings, _ index: Int, to rules: inout ClientRules) {
    for range in environment.clients {
      rules.networks.append(ClientRules.Network(range, environment: index))
    }
    for peer in environment.unixPeers {
      switch peer {
      case .user(let id): rules.users.append(ClientRules.Peer(id, environment: index))
      case .group(let id): rules.groups.append(ClientRules.Peer(id, environment: index))
      case .cgroup(let path): rules.cgroups.append(ClientRules.Cgroup(path, environment: index))
      }
    }
    for credential in environment.credentials {
      rules.tokens.append(ClientRules.Token(credential, environment: index))
    }
  }
}
