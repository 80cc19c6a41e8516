import Domains
import Glibc
import Reactor

@testable import Resolver

/// A resolver on the real kernel with a clock in the test's hand, and whatever answers it.
final class Rig {
  enum Outcome: Equatable {
    case addresses([IPAddress])
    case failure(ResolutionError)
  }
  enum Immediate: Equatable {
    case answer([IPAddress])
    case failure(ResolutionError)
    case pending
    case full
  }

  static let token: UInt64 = 7 << 40
  static let second: UInt64 = 1_000_000_000
  static let millisecond: UInt64 = 1_000_000

  let server: ScriptedServer
  var resolver: Resolver
  /// Moves only when a test moves it.
  var now: UInt64 = 1000 * Rig.second
  var outcomes: [UInt64: Outcome] = [:]
  var waited: [UInt64: UInt32] = [:]
  var order: [UInt64] = []

  private let kernel = LinuxKernel()
  private let epoll: Int32
  private let events = EventList(capacity: 16)

  init(
    server: ScriptedServer = ScriptedServer(), port: UInt16? = nil,
    change: (inout ResolverSettings) -> Void = { _ in }
  ) {
    self.server = server
    epoll = kernel.epollCreate()
    var settings = ResolverSettings()
    settings.servers = [SocketAddress(v4(127, 0, 0, 1), port: port ?? server.port)]
    settings.hostsFile = nil
    change(&settings)
    resolver = Resolver(kernel: kernel, epoll: epoll, tokenBase: Self.token, settings: settings)
  }

  deinit { kernel.close(epoll) }

  @discardableResult
  func ask(_ name: String, _ waiter: UInt64 = 1, isWhole: Bool = false) -> Immediate {
    let bytes = Array(name.utf8)
    let result = resolver.lookup(bytes.span, waiter: waiter, now: now, isWhole: isWhole)
    switch result {
    case .answer(let answer): return .answer(read(answer))
    case .failure(let error): return .failure(error)
    case .pending: return .pending
    case .full: return .full
    }
  }

  func read(_ answer: AnswerIndex) -> [IPAddress] {
    (0..<resolver.addressCount(answer)).map { resolver.address(answer, at: $0) }
  }

  /// One turn of the worker's loop, with the server's turn before it.
  func turn() {
    server.serve()
    let count = kernel.epollWait(epoll, events, timeoutMilliseconds: 1)
    for index in 0..<max(0, count) {
      let event = events[index]
      precondition(event.token & Self.token == Self.token)
      resolver.handle(
        fd: Int32(truncatingIfNeeded: event.token & 0xffff_ffff),
        readable: event.events.contains(.readable | .dead),
        writable: event.events.contains(.writable), now: now)
    }
    if let next = resolver.nextDeadline(now: now), next <= now { resolver.expire(now: now) }
    collect()
  }

  func collect() {
    while let completion = resolver.nextCompletion() {
      order.append(completion.waiter)
      waited[completion.waiter] = completion.dnsMicroseconds
      switch completion.result {
      case .answer(let answer): outcomes[completion.waiter] = .addresses(read(answer))
      case .failure(let error): outcomes[completion.waiter] = .failure(error)
      }
    }
  }

  /// Turns until `isDone`, at most 10 s of real time; false: it did not come.
  @discardableResult
  func run(until isDone: () -> Bool) -> Bool {
    let limit = kernel.monotonicNanoseconds() + 10 * Self.second
    while !isDone() {
      guard kernel.monotonicNanoseconds() < limit else { return false }
      turn()
    }
    return true
  }

  /// The outcome for a waiter, turning until it is there.
  func outcome(_ waiter: UInt64 = 1) -> Outcome? {
    run { outcomes[waiter] != nil }
    return outcomes[waiter]
  }

  /// ``run(until:)`` with the rig's clock following the real one, for what c-ares itself times.
  func runInRealTime(until isDone: () -> Bool) -> Bool {
    let start = kernel.monotonicNanoseconds()
    let base = now
    return run {
      now = base + (kernel.monotonicNanoseconds() - start)
      return isDone()
    }
  }

  func outcomeInRealTime(_ waiter: UInt64 = 1) -> Outcome? {
    _ = runInRealTime { outcomes[waiter] != nil }
    return outcomes[waiter]
  }

  /// Asks and waits.
  func resolve(_ name: String, _ waiter: UInt64 = 1) -> Outcome? {
    outcomes[waiter] = nil
    switch ask(name, waiter) {
    case .answer(let addresses): return .addresses(addresses)
    case .failure(let error): return .failure(error)
    case .pending: return outcome(waiter)
    case .full: return nil
    }
  }
}
