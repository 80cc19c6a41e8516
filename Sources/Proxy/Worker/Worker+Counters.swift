internal import Policy
internal import Reactor
internal import Resolver

// What is counted for others to read, and on which row. A worker only ever writes its own words.
extension Worker {
  /// The row of an environment of the snapshot in force.
  @inline(__always) func row(of environment: Int) -> Int {
    environment == PolicySnapshot.noEnvironment ? 0 : snapshot.slot(of: environment) + 1
  }

  /// The row of the environment in which the connection counts.
  @inline(__always) func counterRow(_ index: Int) -> Int { Int(connections[index].environmentSlot) }

  /// The upstream, or the client, has taken so many bytes.
  @inline(__always) func countBytes(_ index: Int, up: Bool, _ count: Int) {
    counters.count(
      bytes: UInt64(truncatingIfNeeded: count), up: up, row: counterRow(index))
  }

  /// The first byte of the upstream's answer is here.
  @inline(__always) func noteFirstByte(_ index: Int) {
    counters.observe(
      .firstByte, microseconds: UInt64(microseconds(since: connections[index].started)))
  }

  /// Says how large the tables are. Once.
  func showCapacities() {
    counters.setCapacity(.connections, connections.capacity)
    counters.setCapacity(.exchanges, exchanges.capacity)
    counters.setCapacity(.dials, dials.capacity)
    counters.setCapacity(.heads, heads.available + heads.inUse)
    counters.setCapacity(.remainders, pools.remainders.available + pools.remainders.inUse)
    counters.setCapacity(.idleUpstreams, limits.idleUpstreams)
    counters.setCapacity(.names, resolver.nameCapacity)
  }

  /// Says how much of the tables is in use. Each turn.
  @inline(__always) func showUse() {
    counters.set(.connections, connections.count)
    counters.set(.exchanges, exchanges.count)
    counters.set(.dials, dials.count)
    counters.set(.heads, heads.inUse)
    counters.set(.remainders, pools.remainders.inUse)
    counters.set(.idleUpstreams, pool.idleCount)
    counters.set(.names, resolver.nameCount)
  }

  /// Takes the time of every eighth turn, and of each with many events, because a second reading of the
  /// clock in every turn would cost more than all of the counting.
  @inline(__always) mutating func noteTurn(events: Int) {
    turns &+= 1
    guard turns & 7 == 0 || events >= 32 else { return }
    counters.observeTurn(nanoseconds: kernel.monotonicNanoseconds() - now)
  }
}
