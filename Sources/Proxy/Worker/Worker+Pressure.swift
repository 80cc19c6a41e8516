internal import Policy
internal import Reactor

// Protection of all against one: a limit on the connections of one source that have asked for nothing yet,
// and what gives way when connections run out, in the order of docs/limits.md. What works is never closed.
extension Worker {
  // MARK: Half-open connections

  /// Counts a connection that waits for a request's head in its source; no if that has as many as it may.
  mutating func enterHalfOpen(_ index: Int) -> Bool {
    if connections[index].isHalfOpen { return true }
    let place = shared.halfOpen.place(of: failureSource(index))
    let limit = relief.pressure == .none ? halfOpenMax : max(halfOpenMax / 8, 1)
    guard shared.halfOpen.enter(place, limit: limit) else { return false }
    // Where it counts may be another place after a change of policy.
    halfOpenPlaces[index] = place
    connections[index].isHalfOpen = true
    return true
  }

  @inline(__always) mutating func leaveHalfOpen(_ index: Int) {
    guard connections[index].isHalfOpen else { return }
    connections[index].isHalfOpen = false
    shared.halfOpen.leave(halfOpenPlaces[index])
  }

  // MARK: Shedding

  /// Looks at how many connections there are, after one more came.
  @inline(__always) mutating func notePressure() {
    let pressure = Pressure(connections: shared.connections, limit: limits.connections)
    if pressure.rawValue > relief.pressure.rawValue {
      relief.pressure = pressure
      findBusiest()
    }
  }

  /// Whether requests of the connection's environment make room for those of others.
  @inline(__always) func isShed(_ index: Int) -> Bool {
    relief.pressure == .full && relief.busiest != 0
      && connections[index].environmentSlot == relief.busiest
  }

  /// As above, of a new connection that counts nowhere yet.
  func isPlaceShed(_ index: Int) -> Bool {
    guard relief.pressure == .full, relief.busiest != 0 else { return false }
    let environment = snapshot.certainEnvironment(Placement(code: connections[index].place))
    return environment != PolicySnapshot.noEnvironment
      && snapshot.slot(of: environment) + 1 == Int(relief.busiest)
  }

  /// Called each turn while there is pressure.
  @inline(never) mutating func relieve() {
    relief.pressure = Pressure(connections: shared.connections, limit: limits.connections)
    guard relief.pressure != .none else {
      relief = Relief()
      return
    }
    if now >= relief.nextLook { findBusiest() }
    guard now >= relief.nextStep else { return }
    relief.nextStep = now + limits.reliefStep
    _ = closeUpstreams(idleSince: now)
    closeIdleClients()
  }

  private mutating func findBusiest() {
    relief.nextLook = now + limits.reliefLook
    relief.busiest = 0
    guard snapshot.environmentCount > 1 else { return }
    var most = 0
    for environment in 0..<snapshot.environmentCount {
      let slot = snapshot.slot(of: environment)
      let count = shared.environments.count(slot)
      if count > most {
        most = count
        relief.busiest = UInt16(truncatingIfNeeded: slot + 1)
      }
    }
  }

  /// Closes connections between two requests: those of the busiest environment, and, once a walk has found
  /// none of these, those of all.
  private mutating func closeIdleClients() {
    let end = min(relief.cursor + limits.settledPerTurn, connections.highWater)
    var closed = 0
    var index = relief.cursor
    while index < end, closed < limits.closesPerTurn {
      if isIdleClient(index) {
        shared.countIdleShed()
        closeConnection(index)
        closed += 1
      }
      index += 1
    }
    relief.closed += closed
    relief.cursor = index
    guard index >= connections.highWater else { return }
    relief.closesAll = relief.closed == 0 && !relief.closesAll
    relief.closed = 0
    relief.cursor = 0
  }

  private func isIdleClient(_ index: Int) -> Bool {
    connections[index].state == .head && connections[index].heldHead == 0
      && !connections[index].isHalfOpen
      && connections[index].lastActivity + limits.reliefIdle <= now
      && (relief.closesAll || relief.busiest == 0
        || connections[index].environmentSlot == relief.busiest)
  }
}
