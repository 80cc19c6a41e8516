package import Domains

/// How clients are told apart: which environment, by its index in the snapshot, a connection and a
/// request belong to. ``PolicySnapshot/place(listener:client:)`` and
/// ``PolicySnapshot/admit(_:_:)`` apply it; docs/policy.md has the rules in words.
package struct ClientRules: Sendable {
  /// The clients of one network.
  package struct Network: Hashable, Sendable {
    package let range: AddressRange
    package let environment: Int

    package init(_ range: AddressRange, environment: Int) {
      self.range = range
      self.environment = environment
    }
  }

  package struct Token: Hashable, Sendable {
    package let credential: Credential
    package let environment: Int

    package init(_ credential: Credential, environment: Int) {
      self.credential = credential
      self.environment = environment
    }
  }

  /// A user or a group of processes behind a Unix listener.
  package struct Peer: Hashable, Sendable {
    package let id: UInt32
    package let environment: Int

    package init(_ id: UInt32, environment: Int) {
      self.id = id
      self.environment = environment
    }
  }

  /// The processes of a control group (cgroups(7), version 2) and of those below it.
  package struct Cgroup: Hashable, Sendable {
    /// As /proc/PID/cgroup writes it: `/system.slice/ci.service`.
    package let path: String
    package let environment: Int

    package init(_ path: String, environment: Int) {
      self.path = path
      self.environment = environment
    }
  }

  /// Who has to begin a connection with a header of the PROXY protocol.
  package enum HeaderPeer: Hashable, Sendable {
    case network(AddressRange)
    /// Every process behind a Unix listener.
    case process
  }

  /// By the number of the listener; one that is not there says nothing.
  package var listeners: [Int?] = []
  /// No range twice, none inside ::ffff:0:0/96: an IPv4 client is one whatever socket takes it.
  package var networks: [Network] = []
  /// No number twice.
  package var users: [Peer] = []
  package var groups: [Peer] = []
  /// No path twice.
  package var cgroups: [Cgroup] = []
  /// By the number of the listener. Where there is any, nobody else is let in there.
  package var headerPeers: [[HeaderPeer]] = []
  /// No name of a token twice.
  package var tokens: [Token] = []
  /// Of clients that nothing else places.
  package var fallback: Int?

  package init() {}

  /// One environment for every client.
  package static func everyone(_ environment: Int) -> ClientRules {
    var rules = ClientRules()
    rules.fallback = environment
    return rules
  }
}
