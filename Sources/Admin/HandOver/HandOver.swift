/// The side of the process that is replaced. Step by step, so that until the last one it serves on, and
/// a successor that fails at any of them has changed nothing:
///
///     we       LISTENERS n, the descriptors
///     they     RELEASE            they have compiled everything and want the audit log
///     we       RELEASED           or REFUSED and why
///     they     READY              they serve
///
/// Both processes may accept from the same sockets meanwhile; no connection is refused.
package enum HandOver {
  package enum Result {
    /// The other process serves.
    case done
    /// It does not, and nothing has changed.
    case failed(String)
  }

  /// From `RELEASED` to `READY`. Nobody writes the audit log meanwhile, and the workers' rings hold what
  /// they record; the other process has nothing left to do but to open the log and to start threads.
  static let readyMilliseconds: Int32 = 10_000

  /// Tells a process that wants to take over that another one is doing so.
  package static func refuse(_ descriptor: Int32) {
    _ = DescriptorChannel(descriptor).send("REFUSED another process is taking over already\n")
  }

  /// - Parameters:
  ///   - release: lets the audit log and the administration's path go.
  ///   - takeBack: undoes that.
  package static func run(
    _ descriptor: Int32, listeners: [Int32], release: () throws -> Void, takeBack: () -> Void
  ) -> Result {
    let channel = DescriptorChannel(descriptor)
    guard channel.send("LISTENERS \(listeners.count)\n"), channel.send(listeners),
      channel.receiveLine() == "RELEASE"
    else { return .failed("the other process went away before it was ready") }
    do {
      try release()
    } catch {
      _ = channel.send("REFUSED \(error)\n")
      return .failed("\(error)")
    }
    if channel.send("RELEASED\n"),
      channel.receiveLine(within: readyMilliseconds) == "READY"
    {
      return .done
    }
    takeBack()
    return .failed("the other process went away before it served")
  }
}
