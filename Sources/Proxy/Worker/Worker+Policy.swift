internal import Domains
internal import Policy
internal import Reactor
internal import Resolver

// A change of policy. From the turn in which a worker takes up a new snapshot, every decision is made
// from it. What is under way is decided again, some records a turn, so that no turn is long; a record
// about which something happens before its turn is decided again first. So nothing ever moves under a
// policy that is gone.
//
// None of it is taken into the loop's own code: it counts references, and the loop must not.
//
// What the new policy refuses is condemned: it ends with the grace, or, where it has no upstream yet, at
// once. Ends are system calls and cost more than decisions, so that they have a walk of their own.
extension Worker {
  /// Takes up what was published, if it is new.
  @inline(never) mutating func takeUpPolicy() {
    guard !isDraining, let publication = shared.publication(after: snapshot.generation) else {
      return
    }
    // The next one is published only when all workers have decided again under this one.
    succession = publication.succession
    policy = publication.snapshot
    snapshot = PolicyInForce(publication.snapshot)
    useNameServers()
    parity.toggle()
    let end = now + publication.grace
    settling.graceEnd = min(settling.graceEnd ?? end, end)
    settling.hasCondemned = false
    settling.upstreamsBefore = now
    settling.walk = .deciding(0)
  }

  /// Lets the resolver know the name servers of the snapshot in force.
  @inline(never) mutating func useNameServers() {
    resolver.use(
      policy.nameServerSets.map { set in
        set.map { SocketAddress($0.address, port: $0.port.number) }
      }, now: now)
  }

  /// Whether a connection may go on: decides it again if that is still to be done.
  @inline(__always) mutating func isInOrder(_ index: Int) -> Bool {
    settling.isWalking ? isStillInOrder(index) : true
  }

  @inline(never) private mutating func isStillInOrder(_ index: Int) -> Bool {
    guard connections[index].state != .free else { return false }
    if connections[index].parity != parity { settle(index) }
    return !isDue(index)
  }

  /// Condemned, and with no time left.
  private func isDue(_ index: Int) -> Bool {
    guard connections[index].isCondemned else { return false }
    switch connections[index].state {
    case .free, .head, .lingering: return false
    case .resolving, .connecting, .handshake: return true
    case .tunnel, .hello, .exchange: return now >= (settling.graceEnd ?? 0)
    }
  }

  /// The turn's share of what a change of policy leaves to do.
  @inline(never) mutating func continueSettling() {
    if let before = settling.upstreamsBefore, !closeUpstreams(idleSince: before) {
      settling.upstreamsBefore = nil
    }
    let isWalking = settling.isWalking
    defer { if isWalking { shared.noteSettling(nanoseconds: kernel.monotonicNanoseconds() - now) } }
    switch settling.walk {
    case .deciding(let first): continueDeciding(from: first)
    case .closing(let first, let isLast): continueClosing(from: first, isLast: isLast)
    case .none:
      if isGraceOver { settling.walk = .closing(0, isLast: true) }
    }
  }

  private mutating func continueDeciding(from first: Int) {
    let end = min(first + limits.settledPerTurn, connections.highWater)
    let start = kernel.monotonicNanoseconds()
    var index = first
    var isLate = false
    while index < end, !isLate {
      if connections[index].state != .free, connections[index].parity != parity {
        settle(index)
        // A decision is cheap; to ask the kernel for a control group, or to close an upstream, is not.
        isLate = kernel.monotonicNanoseconds() - start >= limits.decidingTime
      }
      index += 1
    }
    if index < connections.highWater {
      settling.walk = .deciding(index)
    } else {
      shared.settle()
      // What an earlier change condemned was decided again too.
      if !settling.hasCondemned { settling.graceEnd = nil }
      settling.walk = .closing(0, isLast: isGraceOver)
    }
  }

  private var isGraceOver: Bool { settling.graceEnd.map { now >= $0 } ?? true }

  private mutating func continueClosing(from first: Int, isLast: Bool) {
    let end = min(first + limits.settledPerTurn, connections.highWater)
    var closed = 0
    var index = first
    while index < end, closed < limits.closesPerTurn {
      if isDue(index) {
        endCondemned(index)
        // Each wakes somebody, who may take the processor from us for a while.
        let isLate = kernel.monotonicNanoseconds() - now > limits.closingTime
        closed = isLate ? limits.closesPerTurn : closed + 1
      }
      index += 1
    }
    guard index >= connections.highWater else {
      settling.walk = .closing(index, isLast: isLast)
      return
    }
    settling.walk = .none
    if isLast { settling.graceEnd = nil }
  }

  private mutating func endCondemned(_ index: Int) {
    let reason = connections[index].decision.reason
    connections[index].isCondemned = false
    switch connections[index].state {
    case .tunnel, .hello, .exchange: return abandon(index, .policyChanged)
    case .resolving: resolver.cancel(waiter: clientToken(index).rawValue)
    case .free, .head, .connecting, .handshake, .lingering: break
    }
    // Nothing was sent to anybody: the client is told.
    connections[index].closesAfterExchange = true
    guard connections[index].isDecided else { return refuse(index, reason) }
    connections[index].status = reason.status
    recordClose(index, .policyChanged)
    answerFailure(
      index, status: reason.status, error: reason.proxyStatusError, name: reason.name,
      title: reason.title, detail: "", next: reason.nextStep)
  }

  /// Brings a connection over into the numbers of the snapshot in force, and decides again what is under
  /// way on it.
  private mutating func settle(_ index: Int) {
    connections[index].parity = parity
    let before = environment(index)
    connections[index].credential = succession.token(connections[index].credential)
    // Withdrawn or changed: what was presented is to be checked like any other.
    if connections[index].credential < 0 { connections[index].credentialMark = 0 }
    let place = placement(index)
    connections[index].place = place.code
    switch connections[index].state {
    case .free: break
    case .head, .lingering:
      setEnvironment(index, openEnvironment(place))
      connections[index].decision = .undecided
      // Dialled under the policy before.
      closeUpstream(index)
    case .resolving, .connecting, .handshake, .tunnel, .hello, .exchange:
      judge(index, place, before: before)
    }
    recount(index)
    renewPacing(index)
    if connections[index].isCondemned { settling.hasCondemned = true }
  }

  private mutating func judge(_ index: Int, _ place: Placement, before: Int) {
    let presented =
      connections[index].hasPresented ? credential(index) : PresentedCredential.nothing
    connections[index].isCondemned = true
    switch snapshot.admit(place, presented) {
    case .refused(let reason):
      return forget(index, reason)
    case .environment(let environment):
      // One of another name is another one, even if it would let this through.
      guard succession.environment(Int32(before)) >= 0 else { return forget(index, .unknownClient) }
      setEnvironment(index, environment)
    }
    settleLimits(index)
    guard let port = Port(connections[index].port) else { return }
    let decision: Decision
    if connections[index].isLiteral {
      decision = snapshot.decide(
        literalAddress(index), port: port, environment: environment(index))
    } else {
      loadName(index)
      decision = snapshot.decide(key, port: port, environment: environment(index), on: today)
    }
    // Also of what the rules refuse now: a later policy may allow it again. And for good: the way that
    // it goes is known only as that of the policy before this one.
    if !connections[index].hasLostRoute {
      connections[index].hasLostRoute = !keepsRoute(index, before: before)
    }
    connections[index].decision = decision
    guard decision.isAllowed else { return }
    guard !connections[index].hasLostRoute else {
      connections[index].decision = decision.refused(.routeChanged)
      return
    }
    switch connections[index].state {
    case .resolving, .connecting, .handshake:
      connections[index].isGuarded =
        connections[index].isConnect && isToBeJudged(index, decision, port: port)
    case .free, .head, .tunnel, .hello, .exchange, .lingering: break
    }
    if passesGuard(index) {
      connections[index].isCondemned = false
    } else {
      // The only address where nobody may put an upstream proxy is our own.
      connections[index].decision = decision.refused(
        connections[index].isProxied ? .loopDetected : .addressForbidden)
    }
  }

  /// Whether the guard lets the addresses pass that are connected to.
  private func passesGuard(_ index: Int) -> Bool {
    guard !connections[index].isLiteral || connections[index].isProxied,
      connections[index].upstream >= 0
    else { return true }
    if connections[index].racing >= 0, !admits(index, racingAddress(index)) { return false }
    return admits(index, connections[index].upstreamAddress.address)
  }

  private mutating func setEnvironment(_ index: Int, _ environment: Int) {
    connections[index].environment =
      environment < 0 ? Placement.nowhere.code : Placement.environment(environment).code
  }

  /// Condemned for a reason that no rule has to do with, and in no environment.
  private mutating func forget(_ index: Int, _ reason: ReasonCode) {
    setEnvironment(index, PolicySnapshot.noEnvironment)
    connections[index].decision = Decision.undecided.refused(reason)
  }
}
