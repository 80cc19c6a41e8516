internal import Policy
internal import Reactor

// How many connections an environment has. A connection counts in the environment of its place from its
// accepting or its PROXY header on, if no credential can lead it anywhere else: otherwise clients that say
// nothing would fill an environment that others only pass through on their way to their own. It counts in
// that of its last request from then on; so in one at a time, and in none any more once it is closed.
extension Worker {
  /// Counts the connection in an environment instead of the one before; no, and nothing is changed, if
  /// that has as many as it may.
  mutating func enter(_ index: Int, _ environment: Int) -> Bool {
    let number = UInt16(truncatingIfNeeded: snapshot.slot(of: environment) + 1)
    if connections[index].environmentSlot == number { return true }
    let limit = snapshot.treatment(of: environment).connectionsMax
    guard shared.environments.enter(Int(number) - 1, limit: Int(limit)) else { return false }
    leaveEnvironment(index)
    connections[index].environmentSlot = number
    return true
  }

  /// Counts the connection in the environment of its place, if that alone tells it; no if that has as
  /// many as it may.
  mutating func enterPlace(_ index: Int) -> Bool {
    let environment = snapshot.certainEnvironment(Placement(code: connections[index].place))
    return environment == PolicySnapshot.noEnvironment || enter(index, environment)
  }

  /// Counts the connection in no environment.
  mutating func leaveEnvironment(_ index: Int) {
    let number = connections[index].environmentSlot
    guard number != 0 else { return }
    connections[index].environmentSlot = 0
    shared.environments.leave(Int(number) - 1)
    if isTunnel(index) { counters.moveTunnel(from: Int(number), to: 0) }
  }

  /// After a change of policy: counts the connection where it is now, or where it was as long as nothing
  /// tells of another environment; an idle one stays in that of its last request. No limit ends what was
  /// let in.
  mutating func recount(_ index: Int) {
    let former = connections[index].environmentSlot
    guard former != 0 else { return }
    let environment = environmentAfterChange(index)
    guard environment != PolicySnapshot.noEnvironment else {
      if !succession.keepsSlot(Int(former) - 1) { leaveEnvironment(index) }
      return
    }
    let number = UInt16(truncatingIfNeeded: snapshot.slot(of: environment) + 1)
    guard former != number else { return }
    leaveEnvironment(index)
    _ = shared.environments.enter(Int(number) - 1, limit: 0)
    connections[index].environmentSlot = number
    if isTunnel(index) { counters.moveTunnel(from: 0, to: Int(number)) }
  }

  /// Where the policy in force puts the connection: by the request under way, or by its place alone.
  private func environmentAfterChange(_ index: Int) -> Int {
    switch connections[index].state {
    case .free, .head, .lingering:
      snapshot.certainEnvironment(Placement(code: connections[index].place))
    case .resolving, .connecting, .handshake, .tunnel, .hello, .exchange: environment(index)
    }
  }
}
