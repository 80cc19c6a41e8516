internal import Policy

// The time limits of the request under way: those that its environment sets, or else the process's.
// They are looked at when a deadline is set, and those of tunnels and exchanges once more when it has come;
// a change of policy moves no deadline. So it makes a tunnel's time longer at once, and shorter only when the
// old deadline comes.
extension Worker {
  @inline(__always) private func own(_ index: Int) -> TimeLimits {
    snapshot.treatment(of: environment(index)).timeLimits
  }

  @inline(__always) private func chosen(_ own: UInt64, _ standard: UInt64) -> UInt64 {
    own != 0 ? own : standard
  }

  func idleTimeout(_ index: Int) -> UInt64 {
    chosen(own(index).idle, limits.idleTimeout)
  }

  func halfCloseTimeout(_ index: Int) -> UInt64 {
    chosen(own(index).halfClose, limits.halfCloseTimeout)
  }

  func connectTimeout(_ index: Int) -> UInt64 {
    chosen(own(index).connect, limits.connectTimeout)
  }

  func writeTimeout(_ index: Int) -> UInt64 {
    chosen(own(index).write, limits.writeTimeout)
  }

  func responseTimeout(_ index: Int) -> UInt64 {
    chosen(own(index).response, limits.responseTimeout)
  }

  func bodyTimeout(_ index: Int) -> UInt64 {
    chosen(own(index).body, limits.bodyTimeout)
  }

  func keepAliveTimeout(_ index: Int) -> UInt64 {
    chosen(own(index).keepAlive, limits.keepAliveTimeout)
  }
}
