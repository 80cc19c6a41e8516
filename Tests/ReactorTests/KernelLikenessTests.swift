import Domains
import Reactor
import Simulation
import Testing

/// The simulated kernel against the real one: one script, run on both, must see the same events and
/// results. What other tests rely on is shown here.
@Suite struct KernelLikenessTests {
  @Test("on Linux the script sees what it expects")
  func linux() {
    Script(kernel: LinuxKernel(), place: SocketAddress(IPAddress(v4: 0x7f00_0001), port: 0)).run()
  }

  @Test("on the simulated kernel the script sees the same")
  func simulated() {
    let world = World()
    let place = SocketAddress(IPAddress(v4: 0x0a00_0001), port: 4000)
    Script(kernel: SimulatedKernel(world), place: place).run()
    #expect(world.openDescriptors == [] && world.violations == [])
  }
}

/// Connections of one process with itself, watched edge-triggered as the worker does it.
private struct Script<K: Kernel>: ~Copyable {
  let kernel: K
  let place: SocketAddress
  private let list = EventList(capacity: 8)
  private let buffer = ByteBuffer(count: 1 << 16)

  init(kernel: K, place: SocketAddress) {
    self.kernel = kernel
    self.place = place
  }

  func run() {
    halfClose()
    reset()
    resetBehindBytes()
    resetBehindEnd()
    closeOverUnread()
    fullBuffer()
    refused()
  }

  /// Two connected sockets, each in an epoll of its own, and both epolls quiet.
  private func pair() -> (near: Int32, far: Int32, nearEpoll: Int32, farEpoll: Int32) {
    let listener = kernel.streamSocket(.v4)
    #expect(kernel.bind(listener, place) == 0 && kernel.listen(listener, backlog: 4) == 0)
    var address = SocketAddress.none
    #expect(kernel.localAddress(listener, &address) == 0)
    let near = kernel.streamSocket(.v4)
    let started = kernel.connect(near, address)
    #expect(started == 0 || started == -Errno.inProgress)
    let (nearEpoll, farEpoll) = (kernel.epollCreate(), kernel.epollCreate())
    #expect(kernel.epollAdd(nearEpoll, near, .connection, token: 1) == 0)
    #expect(wait(nearEpoll) == .writable)
    var peer = SocketAddress.none
    let far = kernel.accept(listener, peer: &peer)
    #expect(far >= 0)
    kernel.close(listener)
    #expect(kernel.epollAdd(farEpoll, far, .connection, token: 1) == 0)
    #expect(wait(farEpoll) == .writable)
    quiet(nearEpoll)
    quiet(farEpoll)
    return (near, far, nearEpoll, farEpoll)
  }

  /// The next event's bits, within two seconds.
  private func wait(_ epoll: Int32) -> Events? {
    kernel.epollWait(epoll, list, timeoutMilliseconds: 2000) == 1 ? list[0].events : nil
  }

  private func quiet(_ epoll: Int32, _ place: SourceLocation = #_sourceLocation) {
    let count = kernel.epollWait(epoll, list, timeoutMilliseconds: 5)
    #expect(count == 0, "an edge that is none", sourceLocation: place)
  }

  private func receive(_ fd: Int32) -> Int { kernel.receive(fd, into: buffer, at: 0, count: 100) }
  private func send(_ fd: Int32, _ count: Int) -> Int {
    kernel.send(fd, from: buffer, at: 0, count: count)
  }

  private func halfClose() {
    let (near, far, nearEpoll, farEpoll) = pair()
    #expect(send(near, 5) == 5)
    #expect(wait(farEpoll) == .readable | .writable)
    // Not read, and nothing new: no event. More bytes: one.
    quiet(farEpoll)
    #expect(send(near, 5) == 5)
    #expect(wait(farEpoll) == .readable | .writable)
    #expect(receive(far) == 10 && receive(far) == -Int(Errno.again))
    #expect(kernel.shutdownWrite(near) == 0)
    #expect(wait(farEpoll) == .readable | .writable | .peerClosed)
    #expect(receive(far) == 0 && receive(far) == 0)
    #expect(send(near, 1) == -Int(Errno.pipe))
    // The other way is still open.
    #expect(send(far, 3) == 3)
    #expect(wait(nearEpoll)?.contains(.readable) == true)
    #expect(receive(near) == 3)
    #expect(kernel.shutdownWrite(far) == 0)
    #expect(wait(nearEpoll) == .readable | .writable | .peerClosed | .hangUp)
    #expect(kernel.socketError(near) == 0)
    for fd in [near, far, nearEpoll, farEpoll] { kernel.close(fd) }
  }

  private func reset() {
    let (near, far, nearEpoll, farEpoll) = pair()
    kernel.closeReset(near)
    #expect(wait(farEpoll) == .readable | .writable | .peerClosed | .hangUp | .error)
    #expect(receive(far) == -Int(Errno.connectionReset))
    // Told once; from then on it is an end.
    #expect(receive(far) == 0 && send(far, 1) == -Int(Errno.pipe))
    for fd in [far, nearEpoll, farEpoll] { kernel.close(fd) }
  }

  private func resetBehindBytes() {
    let (near, far, nearEpoll, farEpoll) = pair()
    #expect(send(near, 5) == 5)
    #expect(wait(farEpoll) != nil)
    kernel.closeReset(near)
    #expect(wait(farEpoll)?.contains(.error) == true)
    #expect(receive(far) == 5 && receive(far) == -Int(Errno.connectionReset))
    for fd in [far, nearEpoll, farEpoll] { kernel.close(fd) }
  }

  private func resetBehindEnd() {
    let (near, far, nearEpoll, farEpoll) = pair()
    #expect(kernel.shutdownWrite(near) == 0)
    #expect(wait(farEpoll)?.contains(.peerClosed) == true)
    #expect(receive(far) == 0)
    kernel.closeReset(near)
    #expect(wait(farEpoll) == .readable | .writable | .peerClosed | .hangUp | .error)
    // No read shows it: only the event, and a send.
    #expect(receive(far) == 0)
    #expect(send(far, 1) == -Int(Errno.pipe))
    for fd in [far, nearEpoll, farEpoll] { kernel.close(fd) }
  }

  private func closeOverUnread() {
    let (near, far, nearEpoll, farEpoll) = pair()
    #expect(send(far, 5) == 5)
    #expect(wait(nearEpoll) != nil)
    kernel.close(near)
    #expect(wait(farEpoll)?.contains(.error) == true)
    #expect(receive(far) == -Int(Errno.connectionReset))
    for fd in [far, nearEpoll, farEpoll] { kernel.close(fd) }
  }

  private func fullBuffer() {
    let (near, far, nearEpoll, farEpoll) = pair()
    var sent = 0
    while case let count = send(near, 1 << 16), count > 0 { sent += count }
    #expect(send(near, 1) == -Int(Errno.again))
    var read = 0
    var isWritable = false
    while read < sent {
      let count = kernel.receive(far, into: buffer, at: 0, count: 1 << 16)
      if count > 0 { read += count }
      if kernel.epollWait(nearEpoll, list, timeoutMilliseconds: count > 0 ? 0 : 10) == 1 {
        isWritable = list[0].events == .writable
      }
    }
    // The edge may be on its way while the last bytes are read.
    if !isWritable { isWritable = wait(nearEpoll) == .writable }
    #expect(isWritable && read == sent)
    for fd in [near, far, nearEpoll, farEpoll] { kernel.close(fd) }
  }

  private func refused() {
    let listener = kernel.streamSocket(.v4)
    #expect(kernel.bind(listener, place) == 0)
    var address = SocketAddress.none
    #expect(kernel.localAddress(listener, &address) == 0)
    let near = kernel.streamSocket(.v4)
    let epoll = kernel.epollCreate()
    if kernel.connect(near, address) == -Errno.inProgress {
      #expect(kernel.epollAdd(epoll, near, .connection, token: 1) == 0)
      #expect(wait(epoll) == .readable | .writable | .peerClosed | .hangUp | .error)
      #expect(kernel.socketError(near) == -Errno.connectionRefused)
      #expect(kernel.socketError(near) == 0)
    }
    for fd in [listener, near, epoll] { kernel.close(fd) }
  }
}
