import Audit
import Domains
import Policy

extension ConfigurationFile {
  /// The settings that hold. `file` names the configuration file in messages; `nil`: there is none,
  /// and the one environment is that of the flags.
  package func settings(file: String?) -> Settings {
    let complete = resolved()
    var settings = Settings()
    takeListeners(into: &settings)
    settings.essential = essential.value
    settings.dns = dns.value.map(\.value)
    settings.auditPath = audit.file.value
    settings.stateDirectory = audit.stateDirectory.value
    settings.auditWhenFull = audit.whenFull.value
    settings.auditChain = audit.chain.value
    settings.logFormat = log.format.value
    settings.logLevel = log.level.value
    settings.auditOutputs = audit.outputs.value.map {
      AuditOutput($0.target.value, $0.format.value)
    }
    settings.workers = workers.value
    settings.drainMilliseconds = drainMilliseconds.value
    settings.graceMilliseconds = graceMilliseconds.value
    settings.admin = admin.value.map(\.value)
    settings.adminTokens = adminTokens.value.compactMap { token in
      token.credential.value.map { AdminToken(name: token.name.value, credential: $0) }
    }
    settings.adminNames = adminNames.value.map(\.value)
    settings.limits = limits.limits
    guard let file else {
      let only = complete.environments.value[0]
      settings.environmentName = only.name
      settings.access = only.access.value
      settings.serverNameCheck = only.serverNameCheck.value
      settings.allowlists = only.allowlists.value.map(\.value)
      settings.allowAddresses = only.allowAddresses.value.map(\.value)
      return settings
    }
    settings.floor = floor.value.map { $0.rule(file) }
    settings.environments = complete.environments.value.map { $0.settings(file) }
    settings.defaultEnvironment = environment(named: Self.defaultName).map { _ in Self.defaultName }
    return settings
  }
}

extension ConfigurationFile {
  /// Those with addresses first, then those of the service manager, then Unix sockets.
  private func takeListeners(into settings: inout Settings) {
    settings.listen = []
    var places: [[ListenerValues]] = [[], [], []]
    for listener in listeners.value {
      switch listener.proxy.value {
      case .address(let endpoint):
        settings.listen.append(endpoint)
        places[0].append(listener)
      case .inherited(let name):
        settings.inherited.append(name)
        places[1].append(listener)
      case .unix(let path):
        settings.unixListeners.append(
          UnixListenerSettings(
            path: path,
            mode: listener.mode.value.map(UInt32.init) ?? UnixListenerSettings.standardMode,
            owner: listener.owner.value?.id, group: listener.group.value?.id))
        places[2].append(listener)
      }
    }
    let all = places.flatMap(\.self)
    settings.listenerEnvironments = all.map(\.environment.value)
    settings.headerPeers = all.map { $0.headerPeers.value.map(\.value) }
  }
}

extension EnvironmentValues {
  fileprivate func settings(_ file: String) -> EnvironmentSettings {
    var settings = EnvironmentSettings(name: name)
    settings.access = access.value
    settings.serverNameCheck = serverNameCheck.value
    settings.allowlists = allowlists.value.map(\.value)
    settings.allow = allow.value.map { $0.rule(file) }
    settings.deny = deny.value.map { $0.rule(file) }
    settings.allowAddresses = allowAddresses.value.map(\.value)
    settings.mode = mode.value
    settings.ports = ports.value.joined
    settings.treatment = treatment
    settings.limits = limits.limits
    settings.responseFields = responseFields.value.joined
    settings.clients = clients.value.map(\.value)
    settings.unixPeers =
      users.value.map { .user($0.value.id) } + groups.value.map { .group($0.value.id) }
      + cgroups.value.map { .cgroup($0.value.description) }
    settings.credentials = credentials.value.map(\.value)
    settings.credentialUse = credentialUse.value
    settings.letsCredentialsChoose = otherCredentials.value == .follow
    let way = upstreamProxy.position
    settings.upstreamProxy = upstreamProxy.value.settings("\(file):\(way.line):\(way.column)")
    settings.dns = dns.value.map(\.value)
    settings.place = "\(file):\(position.line):\(position.column)"
    return settings
  }
}

extension EnvironmentValues {
  private var treatment: Treatment {
    var treatment = Treatment()
    treatment.timeLimits = timeLimits.limits
    treatment.connectionsMax = UInt32(limits.connections.value ?? 0)
    treatment.upload = limits.upload.value?.bandwidth ?? .unlimited
    treatment.download = limits.download.value?.bandwidth ?? .unlimited
    treatment.clientUpload = limits.client.upload.value?.bandwidth ?? .unlimited
    treatment.clientDownload = limits.client.download.value?.bandwidth ?? .unlimited
    treatment.forwardedField = forwarded.value
    return treatment
  }
}

extension Placed<String> {
  fileprivate func rule(_ file: String) -> InlineRule {
    InlineRule(value, place: "\(file):\(position.line):\(position.column)")
  }
}
