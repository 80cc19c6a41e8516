import Domains
import Reactor

/// The sockets of one c-ares channel. C callbacks cannot be generic, so they call this class, whose
/// subclass knows the kernel: virtual calls, on a path that ends in a system call anyway.
///
/// Bytes go through `scratch`. Results are those of ``Kernel``: a negative errno on failure.
class SocketHooks {
  /// Where received bytes arrive and bytes to send are gathered.
  let scratch = ByteBuffer(count: 65_536 + 2)
  /// Responses received that say SERVFAIL, NOTIMP or REFUSED, and the last one's code. When all
  /// servers say so, c-ares 1.18.1 reports that none could be reached, and this is how to know better.
  private(set) var refusals = 0
  private(set) var lastRefusal: UInt16 = 0

  /// Looks at what is in `scratch`: the start of a message if it came in one piece.
  final func noteResponse(count: Int) {
    guard count >= 12, scratch[2] & 0x80 != 0 else { return }
    let code = UInt16(scratch[3] & 0xf)
    guard code == 2 || code == 4 || code == 5 else { return }
    refusals += 1
    lastRefusal = code
  }

  func open(_ family: IPAddress.Family, isStream: Bool) -> Int32 { -Errno.access }
  func close(_ fd: Int32) {}
  func connect(_ fd: Int32, _ address: SocketAddress) -> Int32 { -Errno.access }
  /// Up to `count` bytes into `scratch`.
  func receive(_ fd: Int32, count: Int) -> Int { -Int(Errno.access) }
  /// The first `count` bytes of `scratch`.
  func send(_ fd: Int32, count: Int) -> Int { -Int(Errno.access) }
  /// What to be told of `fd` from now on; neither: nothing.
  func watch(_ fd: Int32, readable: Bool, writable: Bool) {}
  /// Whether `fd` is open here.
  func owns(_ fd: Int32) -> Bool { false }
  /// Whom `fd` is connected to.
  func peer(_ fd: Int32) -> SocketAddress { .none }
}

/// Sockets through `K`, registered level-triggered (c-ares reads once for each event) in the worker's
/// epoll with the token `tokenBase | fd`.
final class KernelSocketHooks<K: Kernel>: SocketHooks {
  private struct Descriptor: BitwiseCopyable {
    var fd: Int32
    var isOpen: Bool
    var isRegistered: Bool
    var peer: SocketAddress
  }

  /// One datagram and one stream socket for each of 8 servers, and room for those being replaced.
  private static var capacity: Int { 32 }

  private let kernel: K
  private let epoll: Int32
  private let tokenBase: UInt64
  private var descriptors = Slab<Descriptor>(capacity: KernelSocketHooks.capacity)

  init(kernel: K, epoll: Int32, tokenBase: UInt64) {
    self.kernel = kernel
    self.epoll = epoll
    self.tokenBase = tokenBase
  }

  private func index(_ fd: Int32) -> Int? {
    for index in 0..<descriptors.highWater
    where descriptors[index].isOpen && descriptors[index].fd == fd {
      return index
    }
    return nil
  }

  override func open(_ family: IPAddress.Family, isStream: Bool) -> Int32 {
    guard let index = descriptors.take() else { return -Errno.mfile }
    let fd = isStream ? kernel.streamSocket(family) : kernel.datagramSocket(family)
    guard fd >= 0 else {
      descriptors.giveBack(index)
      return fd
    }
    // Without it a query of two writes would wait for the first one's acknowledgement.
    if isStream { _ = kernel.setNoDelay(fd) }
    descriptors[index] = Descriptor(fd: fd, isOpen: true, isRegistered: false, peer: .none)
    return fd
  }

  override func close(_ fd: Int32) {
    guard let index = index(fd) else { return }
    if descriptors[index].isRegistered { _ = kernel.epollDelete(epoll, fd) }
    descriptors[index].isOpen = false
    descriptors.giveBack(index)
    kernel.close(fd)
  }

  override func connect(_ fd: Int32, _ address: SocketAddress) -> Int32 {
    guard let index = index(fd) else { return -Errno.invalid }
    descriptors[index].peer = address
    return kernel.connect(fd, address)
  }

  override func receive(_ fd: Int32, count: Int) -> Int {
    kernel.receive(fd, into: scratch, at: 0, count: min(count, scratch.count))
  }

  override func send(_ fd: Int32, count: Int) -> Int {
    kernel.send(fd, from: scratch, at: 0, count: count)
  }

  override func watch(_ fd: Int32, readable: Bool, writable: Bool) {
    guard let index = index(fd) else { return }
    guard readable || writable else {
      if descriptors[index].isRegistered { _ = kernel.epollDelete(epoll, fd) }
      descriptors[index].isRegistered = false
      return
    }
    var events: Events = []
    if readable { events.insert(.readable) }
    if writable { events.insert(.writable) }
    let token = tokenBase | UInt64(UInt32(bitPattern: fd))
    if descriptors[index].isRegistered {
      _ = kernel.epollModify(epoll, fd, events, token: token)
    } else {
      // If this fails (ENOMEM, ENOSPC) the query times out.
      descriptors[index].isRegistered = kernel.epollAdd(epoll, fd, events, token: token) == 0
    }
  }

  override func owns(_ fd: Int32) -> Bool { index(fd) != nil }

  override func peer(_ fd: Int32) -> SocketAddress {
    guard let index = index(fd) else { return .none }
    return descriptors[index].peer
  }
}
