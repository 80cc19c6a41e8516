internal import Configuration

extension Settings {
  /// What of `new` the process that runs with these settings cannot take up, by the names that people
  /// know it by.
  func restartNeeded(for new: Settings) -> [String] {
    var names: [String] = []
    func compare(_ name: String, _ value: (Settings) -> String) {
      if value(self) != value(new) { names.append(name) }
    }
    compare("listeners") { "\($0.listen) \($0.inherited)" }
    compare("workers") { "\($0.workers ?? 0)" }
    compare("limits") { "\($0.limits)" }
    compare("dns") { "\($0.dns)" }
    compare("audit") { "\($0.auditPath ?? "") \($0.stateDirectory ?? "") \($0.auditWhenFull)" }
    compare("admin") { "\($0.adminPath ?? "")" }
    return names
  }

  /// These settings on the listeners that are open: what a listener says of its clients counts for the
  /// one of that address. One that is open and no longer named leads to the environment it led to.
  func on(_ running: Settings) throws(ConfigurationError) -> Settings {
    var settings = self
    settings.listen = running.listen
    settings.inherited = running.inherited
    guard !environments.isEmpty else {
      settings.listenerEnvironments = []
      return settings
    }
    let names = Set(environments.map(\.name))
    settings.listenerEnvironments = []
    // Those with addresses first, then those that the service manager passed, by name.
    let places =
      running.listen.map { listen.firstIndex(of: $0) }
      + running.inherited.map { inherited.firstIndex(of: $0).map { listen.count + $0 } }
    let open = running.listen.map(\.description) + running.inherited.map { "systemd:\($0)" }
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
