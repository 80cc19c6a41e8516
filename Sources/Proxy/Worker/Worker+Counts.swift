internal import Policy
internal import Reactor

// How many connections an environment has. A connection counts in the environment of its place from its
// accepting or its PROXY header on, if the place names one, and then in that of its last request; so in
// one at a time, and in none any more once it is closed.
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

  /// Counts the connection in the environment of its place, if the place names one; no if that has as
  /// many as it may.
  mutating func enterPlace(_ index: Int) -> Bool {
    let environment = openEnvironment(Placement(code: connections[index].place))
    return environment == PolicySnapshot.noEnvironment || enter(index, environment)
  }

  /// Counts the connection in no environment.
  mutating func leaveEnvironment(_ index: Int) {
    let number = connections[index].environmentSlot
    guard number != 0 else { return }
    connections[index].environmentSlot = 0
    shared.environments.leave(Int(number) - 1)
  }

  /// After a change of policy: counts the connection where it is now. No limit ends what was let in.
  mutating func recount(_ index: Int) {
    guard connections[index].environmentSlot != 0 else { return }
    let environment = environment(index)
    guard environment != PolicySnapshot.noEnvironment else { return leaveEnvironment(index) }
    let number = UInt16(truncatingIfNeeded: snapshot.slot(of: environment) + 1)
    guard connections[index].environmentSlot != number else { return }
    leaveEnvironment(index)
    _ = shared.environments.enter(Int(number) - 1, limit: 0)
    connections[index].environmentSlot = number
  }
}
