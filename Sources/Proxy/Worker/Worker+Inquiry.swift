internal import Audit
internal import Domains
internal import Policy
internal import Reactor

// Questions of the administration: what is under way, and its end if that is wanted. Answered some records
// a turn, as a change of policy is; none of it is taken into the loop's own code.
extension Worker {
  /// How far the worker is in answering.
  struct Inquiring {
    var inquiry: Inquiry?
    var number: UInt64 = 0
    /// The record to look at next.
    var next = 0
  }

  /// Begins with the next question, if there is one.
  @inline(never) mutating func takeUpInquiry() {
    guard !isInquiring, let found = shared.inquiry(after: inquiring.number) else { return }
    inquiring = Inquiring(inquiry: found.inquiry, number: found.number)
    isInquiring = true
  }

  /// The loop has ended: nothing is under way any more.
  @inline(never) mutating func retire() {
    if isInquiring, let inquiry = inquiring.inquiry, inquiry.finish() {
      shared.forget(inquiry: inquiring.number)
    }
    isInquiring = false
    shared.retire(after: inquiring.number)
  }

  /// The turn's share of the answer.
  @inline(never) mutating func continueInquiry() {
    guard let inquiry = inquiring.inquiry else { return }
    let wanted = inquiry.filter.environment.map { policy.environment(named: $0) ?? -2 }
    let end = min(inquiring.next + limits.settledPerTurn, connections.highWater)
    var index = inquiring.next
    var ended = 0
    while index < end, ended < limits.closesPerTurn {
      if let phase = phase(index), isMeant(index, inquiry.filter, environment: wanted) {
        inquiry.add { describe(index, phase) }
        if inquiry.ends {
          abandon(index, .killed)
          ended += 1
        }
      }
      index += 1
    }
    inquiring.next = index
    guard index >= connections.highWater else { return }
    isInquiring = false
    inquiring.inquiry = nil
    if inquiry.finish() { shared.forget(inquiry: inquiring.number) }
    takeUpInquiry()
  }

  /// What of a request is under way; `nil`: nothing is, or it is gone by the policy in force.
  private mutating func phase(_ index: Int) -> Flow.Phase? {
    guard connections[index].state != .free, isInOrder(index) else { return nil }
    switch connections[index].state {
    case .free, .head, .lingering: return nil
    case .resolving: return .resolving
    case .connecting: return .connecting
    case .handshake: return .handshake
    case .hello: return .hello
    case .tunnel: return .tunnel
    case .exchange: return .exchange
    }
  }

  private func isMeant(_ index: Int, _ filter: Inquiry.Filter, environment wanted: Int?) -> Bool {
    if let wanted, wanted != environment(index) { return false }
    if let id = filter.id, id != connections[index].requestID { return false }
    if let client = filter.client {
      guard !isProcess(index), client.contains(connections[index].clientAddress.address) else {
        return false
      }
    }
    guard let host = filter.host else { return true }
    let name = hostName(index)
    return name == host.text || name.hasSuffix(".\(host.text)")
  }

  private func describe(_ index: Int, _ phase: Flow.Phase) -> Flow {
    let connection = connections[index]
    let upstream = connection.upstreamAddress
    let place = environment(index)
    return Flow(
      id: connection.requestID, phase: phase, isConnect: connection.isConnect,
      environment: place == PolicySnapshot.noEnvironment ? "" : policy.environments[place].name,
      client: isProcess(index)
        ? "unix:\(peers[index].process.user)" : Self.text(connection.clientAddress),
      host: hostName(index), port: connection.port,
      address: upstream.port == 0 ? "" : Self.text(upstream), age: now - connection.started,
      idle: now - min(max(connection.lastActivity, connection.started), now),
      bytesUp: connection.up.bytes, bytesDown: connection.down.bytes, worker: number)
  }

  private static func text(_ address: SocketAddress) -> String {
    address.address.family == .v6
      ? "[\(address.address)]:\(address.port)" : "\(address.address):\(address.port)"
  }

  private func hostName(_ index: Int) -> String {
    let count = Int(connections[index].hostLength)
    let bytes =
      count <= Self.nameBytes
      ? names.span(index * Self.nameBytes, count) : longNames.span(index * 256, count)
    return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
  }
}
