internal import Configuration

extension Settings {
  /// What of `new` the process that runs with these settings cannot take up, by the names that people
  /// know it by.
  func restartNeeded(for new: Settings) -> [String] {
    var names: [String] = []
    func compare(_ name: String, _ value: (Settings) -> String) {
      if value(self) != value(new) { names.append(name) }
    }
    compare("listeners") { "\($0.listen) \($0.inherited) \($0.unixListeners)" }
    compare("workers") { "\($0.workers ?? 0)" }
    compare("limits") { "\($0.limits)" }
    compare("dns") { "\($0.dns)" }
    compare("log") { "\($0.logFormat) \($0.logLevel)" }
    compare("audit") {
      "\($0.auditPath ?? "") \($0.stateDirectory ?? "") \($0.auditWhenFull) \($0.auditChain) "
        + "\($0.auditOutputs)"
    }
    compare("admin") { "\($0.admin)" }
    return names
  }

  /// These settings on the listeners that are open: what a listener says of its clients counts for the
  /// one of that address. One that is open and no longer named leads to the environment it led to.
  func on(_ running: Settings) throws(ConfigurationError) -> Settings {
    var settings = self
    settings.listen = running.listen
    settings.inherited = running.inherited
    settings.unixListeners = running.unixListeners
    settings.admin = running.admin
    let open = running.listenerPlaces
    let places = open.map { listenerPlaces.firstIndex(of: $0) }
    settings.headerPeers = places.enumerated().map { index, place in
      let (peers, at) = place.map { (headerPeers, $0) } ?? (running.headerPeers, index)
      return at < peers.count ? peers[at] : []
    }
    guard !environments.isEmpty else {
      settings.listenerEnvironments = []
      return settings
    }
    let names = Set(environments.map(\.name))
    settings.listenerEnvironments = []
    for (index, place) in places.enumerated() {
      if let place {
        settings.listenerEnvironments.append(
          place < listenerEnvironments.count ? listenerEnvironments[place] : nil)
        continue
      }
      let before =
        index < running.listenerEnvironments.count ? running.listenerEnvironments[index] : nil
      if let before, !names.contains(before) {
        throw ConfigurationError(
          "listener \(open[index])", "is still open, and its environment '\(before)' is gone",
          remedy: "keep the environment until the restart, or restart now")
      }
      settings.listenerEnvironments.append(before)
    }
    return settings
  }
}
