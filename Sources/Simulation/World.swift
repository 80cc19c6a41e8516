package import Reactor

/// A machine and the network around it, in memory and without a thread: everything that happens,
/// happens because a call or a test made it happen, and the same seed gives the same run.
///
/// It keeps count of what it is used for: ``violations`` holds every use of a descriptor that is
/// not open, ``openDescriptors`` what was not closed, ``boundAddresses`` what was bound. Descriptor
/// numbers are never used twice, so that a stale one cannot pass for another.
///
/// Not safe to share between threads.
package final class World {
  package var random: SeededRandom
  package var faults = Faults()

  /// Monotonic time; it moves only by ``advance(to:)``, or when epoll finds nothing and may wait.
  package internal(set) var nanoseconds: UInt64 = 1_000_000_000_000
  /// Unix time less monotonic time.
  package var wallOffsetMicroseconds: UInt64 = 1_795_000_000_000_000
  /// Calls made so far, of those that count for ``Faults/failingCall``.
  package var callCount = 0
  /// The call that failed because it was the n-th.
  package internal(set) var failedCall: Call?
  /// Uses of descriptors that are not open, or not of that kind.
  package internal(set) var violations: [String] = []
  /// What bind(2) was given.
  package internal(set) var boundAddresses: [SocketAddress] = []
  /// Addresses that connect(2) of a stream socket was given, in order.
  package internal(set) var dialled: [SocketAddress] = []
  /// Called for each such connect(2), before it does anything.
  package var onDial: ((SocketAddress) -> Void)?
  /// Datagrams sent by the machine.
  package internal(set) var datagramCount = 0
  /// Events that the last epoll_wait(2) gave, and whether anything moved on the network for it.
  package internal(set) var lastEventCount = 0
  package internal(set) var lastDeliveryMoved = false
  /// The processes behind clients of Unix listeners, by the address that the simulation knows them by.
  package var processes: [SocketAddress: PeerProcess] = [:]
  /// The control groups of processes; one that is not there has ended.
  package var cgroups: [UInt32: String] = [:]
  /// How long it takes to ask for one, in nanoseconds.
  package var cgroupTime: UInt64 = 0
  /// Buffers of connections made from now on.
  package var receiveCapacity = 1 << 16
  package var sendCapacity = 1 << 16

  var descriptors: [Int32: Descriptor] = [:]
  var nextDescriptor: Int32 = 3
  var endpoints: [Endpoint] = []
  var backlogs: [SocketAddress: Backlog] = [:]
  var routes: [SocketAddress: Route] = [:]
  var servers: [SocketAddress: Server] = [:]
  var datagramServices: [SocketAddress: ([UInt8]) -> DatagramReply] = [:]
  var farEnds: [FarEnd] = []
  var nextPort: UInt16 = 32_768
  private var timeline: [(time: UInt64, order: Int, action: () -> Void)] = []
  private var nextOrder = 0

  package init(seed: UInt64 = 1) { random = SeededRandom(seed: seed) }

  /// Descriptors that are open, lowest first.
  package var openDescriptors: [Int32] { descriptors.keys.sorted() }

  // MARK: Time

  /// Moves the clock; what is due until then happens in its order.
  package func advance(to time: UInt64) {
    while let next = nextDue, next <= time {
      nanoseconds = max(nanoseconds, next)
      runDue()
    }
    nanoseconds = max(nanoseconds, time)
  }

  var nextDue: UInt64? { timeline.first?.time }

  func schedule(after delay: UInt64, _ action: @escaping () -> Void) {
    let time = nanoseconds + delay
    let place = timeline.firstIndex { $0.time > time } ?? timeline.count
    timeline.insert((time, nextOrder, action), at: place)
    nextOrder += 1
  }

  func runDue() {
    while let first = timeline.first, first.time <= nanoseconds {
      timeline.removeFirst()
      first.action()
    }
  }

  // MARK: Descriptors

  func open(_ kind: Descriptor.Kind) -> Int32 {
    guard descriptors.count < faults.descriptorLimit else { return -Errno.mfile }
    let number = nextDescriptor
    nextDescriptor += 1
    descriptors[number] = Descriptor(number: number, kind: kind)
    return number
  }

  /// The descriptor, or `nil` and a violation.
  func find(_ number: Int32, _ call: Call) -> Descriptor? {
    if let found = descriptors[number] { return found }
    violations.append("\(call.rawValue) of descriptor \(number), which is not open")
    return nil
  }

  func misuse(_ number: Int32, _ call: Call) -> Int32 {
    violations.append("\(call.rawValue) of descriptor \(number), which is not of that kind")
    return -Errno.invalid
  }

  /// The errno of a call that is to fail, or 0. Counts the call.
  func fault(_ call: Call) -> Int32 {
    let errors = call.errors
    guard !errors.isEmpty else { return 0 }
    callCount += 1
    if callCount == faults.failingCall {
      failedCall = call
      return errors[faults.failingVariant % errors.count]
    }
    guard random.chance(faults.failPercent) else { return 0 }
    return errors[Int(random.next() % UInt64(errors.count))]
  }
}
