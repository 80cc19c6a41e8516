internal import Domains
internal import Policy
internal import Reactor

// The way that an allowed request leaves: to the host itself, or by the environment's upstream proxy, which
// resolves the host's name instead of us. docs/policy.md says what the address guard can do then.
extension Worker {
  /// Finds the way of the request whose host ``key`` holds.
  mutating func chooseRoute(_ index: Int) {
    let environment = environment(index)
    // Of a policy before, and it will not be dialled again.
    guard environment != PolicySnapshot.noEnvironment else { return }
    guard connections[index].isLiteral else {
      connections[index].isProxied = snapshot.goesByProxy(key, environment: environment)
      return
    }
    let address = literalAddress(index)
    connections[index].isProxied = snapshot.goesByProxy(address, environment: environment)
    // What is dialled is what stands in records.
    connections[index].upstreamAddress =
      connections[index].isProxied
      ? SocketAddress(address, port: 0) : SocketAddress(address, port: connections[index].port)
  }

  /// The address that the client wrote as its target.
  func literalAddress(_ index: Int) -> IPAddress {
    let address = connections[index].upstreamAddress.address
    guard connections[index].isProxied else { return address }
    let count = Int(connections[index].hostLength)
    // The canonical text that was kept reads as what it was made from.
    return
      (count <= Self.nameBytes
      ? parseAddress(names, index * Self.nameBytes, count)
      : parseAddress(longNames, index * 256, count)) ?? address
  }

  /// The port that is dialled.
  @inline(__always) func dialPort(_ index: Int) -> UInt16 {
    connections[index].isProxied
      ? snapshot.proxyPort(environment(index)) : connections[index].port
  }

  /// Whether the guard lets the request be dialled at `address`.
  @inline(__always) func admits(_ index: Int, _ address: IPAddress) -> Bool {
    if connections[index].isProxied {
      return snapshot.admitsProxy(address, environment: environment(index))
    }
    guard let port = Port(connections[index].port) else { return false }
    return snapshot.admits(address, port: port, environment: environment(index))
  }

  /// Whether the policy in force sends the way that it goes what is under way; ``key`` holds its name.
  /// `before`: its environment in the numbers of the snapshot before.
  func keepsRoute(_ index: Int, before: Int) -> Bool {
    let environment = environment(index)
    let isProxied =
      connections[index].isLiteral
      ? snapshot.goesByProxy(literalAddress(index), environment: environment)
      : snapshot.goesByProxy(key, environment: environment)
    guard isProxied == connections[index].isProxied else { return false }
    return !isProxied || succession.upstream(Int32(before)) == snapshot.upstream(of: environment)
  }
}
