package import Domains

/// What the place of a connection says about its environment: the listener that took it, and the
/// network or the process at its other end.
package enum Placement: Hashable, Sendable, BitwiseCopyable {
  case nowhere
  case environment(Int)
  /// The listener names one environment and the network or process another.
  case conflict
  /// It cannot be said where it stands: nobody is let in.
  case unknown
}

/// What is known of the control group of a process.
package enum CgroupFinding: Hashable, Sendable, BitwiseCopyable {
  /// The environment that names it, or one above it; -1: none does.
  case environment(Int32)
  /// It could not be read.
  case unknown
}

/// What a request presents.
package enum PresentedCredential: Hashable, Sendable, BitwiseCopyable {
  case nothing
  /// It is that of an environment.
  case valid(Int)
  case invalid
}

/// Which environment a request belongs to, or why none.
package enum Admission: Hashable, Sendable, BitwiseCopyable {
  case environment(Int)
  case refused(ReasonCode)
}

// The rules of docs/policy.md, "Whose request it is". Where two of them disagree the answer is no.
extension PolicySnapshot {
  /// Stands where an index of an environment would: none is known.
  package static var noEnvironment: Int { -1 }

  /// Where a TCP connection stands. An IPv4 address in IPv6 form is the IPv4 address.
  package func place(listener: Int, client: IPAddress) -> Placement {
    place(listener: listener, clients.network(of: client))
  }

  /// Where a connection to a Unix socket stands: by its user, or else by its primary group.
  package func place(listener: Int, user: UInt32, group: UInt32) -> Placement {
    place(listener: listener, clients.peer(user: user, group: group))
  }

  /// As above, where environments name control groups: the process belongs to the one of its group, and
  /// its user must not belong to another.
  package func place(
    listener: Int, user: UInt32, group: UInt32, cgroup: CgroupFinding
  ) -> Placement {
    guard case .environment(let named) = cgroup else { return .unknown }
    let client = clients.peer(user: user, group: group)
    if named < 0 { return place(listener: listener, client) }
    return client < 0 || client == named ? place(listener: listener, named) : .conflict
  }

  /// Whether control groups lead to environments, so that a process's is worth a look.
  package var hasCgroups: Bool { !clients.cgroups.isEmpty }

  /// What the path of a control group leads to.
  package func cgroup(_ path: Span<UInt8>) -> CgroupFinding {
    .environment(clients.cgroups.environment(of: path))
  }

  /// Whether a connection from `client` begins with a PROXY header.
  package func headerDuty(listener: Int, client: IPAddress) -> HeaderDuty {
    clients.headerPeers.duty(listener: listener, client: client)
  }

  /// Whether a connection of a process to a Unix listener begins with one.
  package func headerDutyOfProcess(listener: Int) -> HeaderDuty {
    clients.headerPeers.dutyOfProcess(listener: listener)
  }

  private func place(listener: Int, _ client: Int32) -> Placement {
    let named = listener < clients.listeners.count ? clients.listeners[listener] : -1
    if named < 0 { return client < 0 ? .nowhere : .environment(Int(client)) }
    return client < 0 || client == named ? .environment(Int(named)) : .conflict
  }

  /// Whether there is any credential, so that one that a request brings is worth a look.
  package var hasCredentials: Bool { clients.hasTokens }

  /// What is stored of the token of this name, and the environment that it leads to; `nil`: there is
  /// no such token.
  package func credential(named id: UInt64) -> (credential: Credential, environment: Int)? {
    let place = clients.token(id)
    guard place >= 0 else { return nil }
    let row = clients.token(at: place)
    return (row.credential, Int(row.environment))
  }

  /// Decides whose request it is.
  package func admit(_ place: Placement, _ credential: PresentedCredential) -> Admission {
    if place == .conflict { return .refused(.identityConflict) }
    if place == .unknown { return .refused(.unknownClient) }
    switch (place, credential) {
    case (_, .invalid): return .refused(.credentialInvalid)
    case (.environment(let here), .valid(let there)):
      if here == there { return .environment(here) }
      guard rows[here].letsCredentialsChoose else { return .refused(.identityConflict) }
      return enter(there)
    case (.environment(let here), .nothing):
      return rows[here].needsCredential ? .refused(.credentialRequired) : .environment(here)
    case (_, .valid(let there)): return enter(there)
    case (_, .nothing):
      guard clients.fallback >= 0 else {
        return .refused(hasCredentials ? .credentialRequired : .unknownClient)
      }
      let fallback = Int(clients.fallback)
      return rows[fallback].needsCredential
        ? .refused(.credentialRequired) : .environment(fallback)
    }
  }

  /// The environment of every request from a place that is let in, whatever it presents;
  /// ``noEnvironment`` where there is none, or where a credential has a say.
  package func certainEnvironment(_ place: Placement) -> Int {
    switch place {
    case .conflict, .unknown: Self.noEnvironment
    case .environment(let here):
      rows[here].needsCredential || rows[here].letsCredentialsChoose && hasCredentials
        ? Self.noEnvironment : here
    // Which is -1 where there is none.
    case .nowhere: hasCredentials ? Self.noEnvironment : Int(clients.fallback)
    }
  }

  /// With a credential, and from elsewhere than the places of its environment.
  private func enter(_ environment: Int) -> Admission {
    rows[environment].needsPlace ? .refused(.identityConflict) : .environment(environment)
  }
}
