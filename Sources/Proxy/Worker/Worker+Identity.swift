internal import Domains
internal import Policy
internal import Reactor
internal import Wire

// Whose request it is. docs/policy.md has the rules; `PolicySnapshot.admit` applies them.
extension Worker {
  /// The number of a listener: its place in the settings.
  func number(of fd: Int32) -> Int {
    var place = 0
    while place < listeners.count, listeners[place] != fd { place += 1 }
    return listenerCount > 0 ? place % listenerCount : 0
  }

  /// The environment of clients of a place before they have presented anything.
  func openEnvironment(_ place: Placement) -> Int {
    switch snapshot.admit(place, .nothing) {
    case .environment(let index): index
    case .refused: PolicySnapshot.noEnvironment
    }
  }

  /// Finds the environment of a request; gives the reason if there is none. Asked for each request,
  /// because each may present another credential.
  mutating func admit(_ index: Int, _ head: RequestHead) -> ReasonCode? {
    var presented = PresentedCredential.nothing
    connections[index].hasPresented = false
    if let value = head.proxyAuthorization, snapshot.hasCredentials {
      let mark = CredentialCheck.mark(
        of: pools.scratch.span(Int(value.start), value.count))
      if mark == connections[index].credentialMark {
        presented = credential(index)
      } else {
        let client = failureSource(index)
        if failures.isBlocked(client, now: now) { return .tooManyFailures }
        let place = credentials.check(
          pools.scratch.span(Int(value.start), value.count), against: snapshot)
        if place >= 0 {
          connections[index].credentialMark = mark
          connections[index].credential = Int32(place)
          presented = credential(index)
        } else {
          presented = .invalid
          failures.note(client, now: now)
        }
      }
      connections[index].hasPresented = true
    }
    switch snapshot.admit(Placement(code: connections[index].place), presented) {
    case .environment(let environment):
      connections[index].environment = Placement.environment(environment).code
      return enter(index, environment) ? nil : .connectionLimit
    case .refused(let reason):
      return reason
    }
  }

  /// Where the credential leads that was found valid last.
  func credential(_ index: Int) -> PresentedCredential {
    let place = Int(connections[index].credential)
    return place < 0 ? .invalid : .valid(snapshot.token(at: place).environment)
  }

  /// The environment of a connection's request, as the snapshot counts them.
  @inline(__always) func environment(_ index: Int) -> Int {
    let code = connections[index].environment
    return code == .max ? PolicySnapshot.noEnvironment : Int(code)
  }
}
