internal import Domains
internal import Policy
internal import Reactor

/// The policy snapshot that a worker decides from, as a value that costs no reference count to read:
/// the count would be one word that all workers write at each decision. Whoever holds it keeps the
/// snapshot alive beside it; see ``Worker/policy``.
///
/// With `TokenDigest` the only place of this target that handles references by hand.
@safe struct PolicyInForce: BitwiseCopyable {
  private let snapshot: Unmanaged<PolicySnapshot>

  init(_ snapshot: PolicySnapshot) { unsafe self.snapshot = .passUnretained(snapshot) }

  @inline(__always) var generation: UInt64 {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.generation }
  }

  @inline(__always) var environmentCount: Int {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.environmentCount }
  }

  // MARK: Decisions

  @inline(__always) func decide(
    _ host: borrowing HostKey, port: Port, environment: Int, on day: Day
  ) -> Decision {
    unsafe snapshot._withUnsafeGuaranteedRef {
      $0.decide(host, port: port, environment: environment, on: day)
    }
  }

  @inline(__always) func decide(_ address: IPAddress, port: Port, environment: Int) -> Decision {
    unsafe snapshot._withUnsafeGuaranteedRef {
      $0.decide(address, port: port, environment: environment)
    }
  }

  @inline(__always) func admits(_ address: IPAddress, port: Port, environment: Int) -> Bool {
    unsafe snapshot._withUnsafeGuaranteedRef {
      $0.admits(address, port: port, environment: environment)
    }
  }

  @inline(__always) func checksServerName(port: Port, environment: Int) -> Bool {
    unsafe snapshot._withUnsafeGuaranteedRef {
      $0.checksServerName(port: port, environment: environment)
    }
  }

  // MARK: Clients

  @inline(__always) func place(listener: Int, client: IPAddress) -> Placement {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.place(listener: listener, client: client) }
  }

  @inline(__always) func headerDuty(listener: Int, client: IPAddress) -> HeaderDuty {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.headerDuty(listener: listener, client: client) }
  }

  func headerDutyOfProcess(listener: Int) -> HeaderDuty {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.headerDutyOfProcess(listener: listener) }
  }

  func place(listener: Int, process: PeerProcess, cgroup: CgroupFinding) -> Placement {
    unsafe snapshot._withUnsafeGuaranteedRef {
      $0.place(listener: listener, user: process.user, group: process.group, cgroup: cgroup)
    }
  }

  var hasCgroups: Bool { unsafe snapshot._withUnsafeGuaranteedRef { $0.hasCgroups } }

  func cgroup(_ path: Span<UInt8>) -> CgroupFinding {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.cgroup(path) }
  }

  @inline(__always) func admit(
    _ place: Placement, _ credential: PresentedCredential
  ) -> Admission {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.admit(place, credential) }
  }

  @inline(__always) func certainEnvironment(_ place: Placement) -> Int {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.certainEnvironment(place) }
  }

  @inline(__always) var hasCredentials: Bool {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.hasCredentials }
  }

  @inline(__always) func token(named id: UInt64) -> Int {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.token(named: id) }
  }

  @inline(__always) func token(at place: Int) -> (credential: Credential, environment: Int) {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.token(at: place) }
  }

  // MARK: Ways out

  @inline(__always) func goesByProxy(_ host: borrowing HostKey, environment: Int) -> Bool {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.goesByProxy(host, environment: environment) }
  }

  @inline(__always) func goesByProxy(_ address: IPAddress, environment: Int) -> Bool {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.goesByProxy(address, environment: environment) }
  }

  @inline(__always) func upstream(of environment: Int) -> Int32 {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.upstream(of: environment) }
  }

  @inline(__always) func proxyPort(_ environment: Int) -> UInt16 {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.proxyPort(environment) }
  }

  @inline(__always) func proxyAddress(_ environment: Int) -> IPAddress? {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.proxyAddress(environment) }
  }

  @inline(__always) func admitsProxy(_ address: IPAddress, environment: Int) -> Bool {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.admitsProxy(address, environment: environment) }
  }

  @inline(__always) func nameServers(of environment: Int) -> Int {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.nameServers(of: environment) }
  }

  @_lifetime(borrow self)
  @inline(__always) borrowing func proxyName(_ environment: Int) -> Span<UInt8> {
    unsafe text(snapshot._withUnsafeGuaranteedRef { unsafe Self.bytes($0.proxyName(environment)) })
  }

  @_lifetime(borrow self)
  @inline(__always) borrowing func proxyMember(_ environment: Int) -> Span<UInt8> {
    unsafe text(
      snapshot._withUnsafeGuaranteedRef { unsafe Self.bytes($0.proxyMember(environment)) })
  }

  @_lifetime(borrow self)
  @inline(__always) borrowing func proxyAuthorization(_ environment: Int) -> Span<UInt8> {
    unsafe text(
      snapshot._withUnsafeGuaranteedRef { unsafe Self.bytes($0.proxyAuthorization(environment)) })
  }

  // MARK: Treatment

  /// How requests of an environment are carried out; of none by the defaults of the process.
  @inline(__always) func treatment(of environment: Int) -> Treatment {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.treatment(of: environment) }
  }

  /// Whether an environment has limits.
  @inline(__always) func isLimited(_ environment: Int) -> Bool {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.isLimited(environment) }
  }

  func limits(of environment: Int) -> EnvironmentLimits {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.limits(of: environment) }
  }

  func limitOwner(of environment: Int) -> UInt64 {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.limitOwner(of: environment) }
  }

  /// The number of an environment's counters.
  @inline(__always) func slot(of environment: Int) -> Int {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.slot(of: environment) }
  }

  @_lifetime(borrow self)
  @inline(__always) borrowing func responseFields(of environment: Int) -> Span<UInt8> {
    unsafe text(
      snapshot._withUnsafeGuaranteedRef { unsafe Self.bytes($0.responseFields(of: environment)) })
  }

  @_lifetime(borrow self)
  @inline(__always) borrowing func openPorts(of environment: Int) -> Span<UInt8> {
    unsafe text(
      snapshot._withUnsafeGuaranteedRef { unsafe Self.bytes($0.openPorts(of: environment)) })
  }

  // MARK: Environments, for records and answers

  @inline(__always) func access(of environment: Int) -> AccessLevel {
    unsafe snapshot._withUnsafeGuaranteedRef { $0.access(of: environment) }
  }

  @inline(__always) func ruleLine(of decision: Decision, environment: Int) -> UInt32 {
    unsafe snapshot._withUnsafeGuaranteedRef {
      $0.ruleLine(of: decision, environment: environment)
    }
  }

  @_lifetime(borrow self)
  @inline(__always) borrowing func environmentName(_ environment: Int) -> Span<UInt8> {
    unsafe text(
      snapshot._withUnsafeGuaranteedRef { unsafe Self.bytes($0.environmentName(environment)) })
  }

  @_lifetime(borrow self)
  @inline(__always) borrowing func listLabel(
    of decision: Decision, environment: Int
  ) -> Span<UInt8> {
    unsafe text(
      snapshot._withUnsafeGuaranteedRef {
        unsafe Self.bytes($0.listLabel(of: decision, environment: environment))
      })
  }

  @_lifetime(borrow self)
  @inline(__always) borrowing func listLabels(of environment: Int) -> Span<UInt8> {
    unsafe text(
      snapshot._withUnsafeGuaranteedRef { unsafe Self.bytes($0.listLabels(of: environment)) })
  }

  @_lifetime(borrow self)
  @inline(__always) borrowing func unlistedPhrase(_ environment: Int) -> Span<UInt8> {
    unsafe text(
      snapshot._withUnsafeGuaranteedRef { unsafe Self.bytes($0.unlistedPhrase(environment)) })
  }

  @inline(__always) @unsafe private static func bytes(
    _ text: Span<UInt8>
  ) -> UnsafeBufferPointer<UInt8> {
    unsafe text.withUnsafeBufferPointer { unsafe $0 }
  }

  /// Texts of a snapshot live as long as it does.
  @_lifetime(borrow self)
  @inline(__always) @unsafe private borrowing func text(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) -> Span<UInt8> {
    unsafe _overrideLifetime(Span(_unsafeElements: bytes), borrowing: self)
  }
}
