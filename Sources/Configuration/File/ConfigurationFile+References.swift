import Domains
import Policy

extension ConfigurationFile {
  /// Complains about names of environments that are none, circles of bases, and what two places claim.
  func checkReferences(_ reader: inout FileReader) {
    var index: [String: Int] = [:]
    for (number, environment) in environments.value.enumerated() {
      index[environment.name] = number
    }
    checkListeners(index, &reader)
    checkBases(index, &reader)
    checkClients(&reader)
    checkWays(&reader)
  }

  /// What is said of a proxy that there is not, and more name servers than a worker asks.
  private func checkWays(_ reader: inout FileReader) {
    var sets: Set<[Endpoint]> = []
    for environment in environments.value {
      let proxy = environment.upstreamProxy.value
      if proxy.address.value.authority == nil, proxy.address.isSet {
        for (isSaid, name, position) in [
          (proxy.credentialsFile.value != nil, "credentials_file", proxy.credentialsFile.position),
          (!proxy.noProxy.value.isEmpty, "no_proxy", proxy.noProxy.position),
        ] where isSaid {
          reader.complain(
            position, "\(name) of no proxy", remedy: "write the proxy's address, or remove this")
        }
      }
      let servers = environment.dns.value.map(\.value)
      if !servers.isEmpty, sets.insert(servers).inserted,
        sets.count > PolicySnapshot.nameServerSetsMax
      {
        reader.complain(
          environment.dns.position,
          "dns: more than \(PolicySnapshot.nameServerSetsMax) different lists of name servers",
          remedy: "let environments have the same list, in the same order")
      }
    }
  }

  /// What leads to two environments has no answer. This is the only place that looks for it; the tables of
  /// `Policy` rely on it.
  private func checkClients(_ reader: inout FileReader) {
    var ranges: [AddressRange: Claim<AddressRange>] = [:]
    var users: [UInt32: Claim<Account>] = [:]
    var groups: [UInt32: Claim<Account>] = [:]
    var cgroups: [CgroupPath: Claim<CgroupPath>] = [:]
    var tokens: [UInt64: Claim<Credential>] = [:]
    for (number, environment) in environments.value.enumerated() {
      for range in environment.clients.value {
        if range.value.isMappedIPv4 {
          reader.complain(
            range.position, "clients \(range.value) is an IPv4 network in IPv6 form",
            remedy: "write it as IPv4")
        }
        claim(range, range.value, "clients \(range.value)", number, &ranges, &reader)
      }
      for user in environment.users.value {
        claim(user, user.value.id, "user \(user.value)", number, &users, &reader)
      }
      for group in environment.groups.value {
        claim(group, group.value.id, "group \(group.value)", number, &groups, &reader)
      }
      for cgroup in environment.cgroups.value {
        claim(cgroup, cgroup.value, "control group \(cgroup.value)", number, &cgroups, &reader)
      }
      for credential in environment.credentials.value {
        claim(credential, credential.value.id, "this credential", number, &tokens, &reader)
      }
    }
  }

  private typealias Claim<Value> = (environment: Int, value: Value)

  /// One that stands twice in one environment in different forms, as a user's name and number, is as wrong as
  /// one of two environments. The same form twice was complained about when the list was read.
  private func claim<Value: Equatable, Key: Hashable>(
    _ item: Placed<Value>, _ key: Key, _ what: String, _ number: Int,
    _ claims: inout [Key: Claim<Value>], _ reader: inout FileReader
  ) {
    guard let other = claims.updateValue((number, item.value), forKey: key) else { return }
    if other.environment != number {
      let name = environments.value[other.environment].name
      reader.complain(
        item.position, "\(what) of environment '\(name)' too", remedy: "write it in one of them")
    } else if other.value != item.value {
      reader.complain(item.position, "\(what) stands here already", remedy: "write it once")
    }
  }

  private func checkListeners(_ index: [String: Int], _ reader: inout FileReader) {
    if listeners.isSet, listeners.value.isEmpty {
      reader.complain(
        listeners.position, "no listener", remedy: "write one, as `- proxy: 127.0.0.1:3128`")
    }
    var lines: [ListenPlace: Int] = [:]
    for listener in listeners.value where listener.proxy.isSet {
      let line = listener.proxy.position.line
      if let first = lines.updateValue(line, forKey: listener.proxy.value) {
        reader.complain(
          listener.proxy.position,
          "\(listener.proxy.value) is a listener already, on line \(first)",
          remedy: "write each listener once")
      }
      checkKeys(of: listener, &reader)
      if let name = listener.environment.value, index[name] == nil {
        reader.complain(
          listener.environment.position, "no environment is called '\(name)'",
          remedy: remedy(for: name, reader))
      }
    }
  }

  /// Some keys are of Unix sockets that this process opens, and peers are of the kind of the listener.
  private func checkKeys(of listener: ListenerValues, _ reader: inout FileReader) {
    var isUnix = false
    if case .unix = listener.proxy.value { isUnix = true }
    let keys = [
      ("mode", listener.mode.isSet, listener.mode.position),
      ("owner", listener.owner.isSet, listener.owner.position),
      ("group", listener.group.isSet, listener.group.position),
    ]
    for (name, isSet, position) in keys where isSet && !isUnix {
      reader.complain(
        position, "\(name) of a listener that is no Unix socket of this process",
        remedy: "remove it, or listen on unix:/PATH")
    }
    for peer in listener.headerPeers.value {
      switch (listener.proxy.value, peer.value) {
      case (.unix, .network):
        reader.complain(
          peer.position, "an address where clients are processes", remedy: "write unix")
      case (.address, .process):
        reader.complain(
          peer.position, "processes where clients have addresses",
          remedy: "write the load balancer's address or network")
      case (.inherited, _), (.unix, .process), (.address, .network): break
      }
    }
  }

  private func checkBases(_ index: [String: Int], _ reader: inout FileReader) {
    for environment in environments.value {
      guard let first = environment.base.value else { continue }
      guard index[first] != nil else {
        reader.complain(
          environment.base.position, "no environment is called '\(first)'",
          remedy: remedy(for: first, reader))
        continue
      }
      var steps = 1
      var base = environments.value[index[first] ?? 0]
      while steps <= EnvironmentValues.baseLimit, base.name != environment.name,
        let next = base.base.value, let number = index[next]
      {
        base = environments.value[number]
        steps += 1
      }
      if base.name == environment.name {
        reader.complain(
          environment.base.position, "'\(environment.name)' inherits from itself",
          remedy: "let one of the environments in this circle have no base")
      } else if steps > EnvironmentValues.baseLimit {
        reader.complain(
          environment.base.position,
          "more than \(EnvironmentValues.baseLimit) environments inherit one from the other",
          remedy: "name a base that is nearer")
      }
    }
  }

  private func remedy(for name: String, _ reader: FileReader) -> String {
    // Nobody will see it, and looking for a name among thousands takes its time.
    guard !reader.isFull, environments.value.count <= 1000 else {
      return "write the name of an environment"
    }
    let names = environments.value.map(\.name)
    if let close = Suggestion.closest(to: name, among: names) { return "did you mean '\(close)'?" }
    return names.count <= 12
      ? "write one of: \(names.joined(separator: ", "))" : "write the name of an environment"
  }

  /// The same with every environment complete: what it does not say is what its base says. Idempotent.
  package func resolved() -> ConfigurationFile {
    var result = self
    var index: [String: Int] = [:]
    for (number, environment) in environments.value.enumerated() {
      index[environment.name] = number
    }
    for number in environments.value.indices {
      var environment = environments.value[number]
      let clients = environment.clients
      let (users, groups) = (environment.users, environment.groups)
      let cgroups = environment.cgroups
      let credentials = environment.credentials
      var next = environment.base.value
      // The circle that would not end here was refused; the count holds for what flags make.
      for _ in 0...EnvironmentValues.baseLimit {
        guard let name = next, let base = index[name] else { break }
        EnvironmentValues.schema.inherit(&environment, from: environments.value[base])
        next = environments.value[base].base.value
      }
      environment.base = Placed(nil)
      // Two environments cannot have the same.
      environment.clients = clients
      (environment.users, environment.groups) = (users, groups)
      environment.cgroups = cgroups
      environment.credentials = credentials
      result.environments.value[number] = environment
    }
    return result
  }
}

extension AddressRange {
  /// Whether all of it is IPv4 in IPv6 form (RFC 4291 §2.5.5.2), which no client is: they are IPv4.
  fileprivate var isMappedIPv4: Bool {
    base.family == .v6 && base.high == 0 && base.low >> 32 == 0xFFFF && prefixLength >= 96
  }
}
