package import Domains
package import Reactor

/// The ``Kernel`` of a ``World``: the same worker that runs on Linux runs on it. A copy is the same
/// world.
package struct SimulatedKernel: Kernel {
  package let world: World

  package init(_ world: World) { self.world = world }

  // MARK: epoll

  package func epollCreate() -> Int32 { world.open(.epoll(Interests())) }
  package func epollAdd(_ epoll: Int32, _ fd: Int32, _ events: Events, token: UInt64) -> Int32 {
    world.watch(epoll, fd, events, token)
  }
  package func epollModify(_ epoll: Int32, _ fd: Int32, _ events: Events, token: UInt64) -> Int32 {
    world.rewatch(epoll, fd, events, token)
  }
  package func epollDelete(_ epoll: Int32, _ fd: Int32) -> Int32 { world.unwatch(epoll, fd) }
  package func epollWait(
    _ epoll: Int32, _ events: borrowing EventList, timeoutMilliseconds: Int32
  ) -> Int {
    let ready = world.wait(
      epoll, atMost: events.capacity, timeoutMilliseconds: timeoutMilliseconds)
    for (index, event) in ready.enumerated() { events[index] = event }
    return ready.count
  }

  // MARK: Sockets

  package func streamSocket(_ family: IPAddress.Family) -> Int32 { world.streamSocket(family) }
  package func datagramSocket(_ family: IPAddress.Family) -> Int32 { world.datagramSocket(family) }
  package func bind(_ fd: Int32, _ address: SocketAddress) -> Int32 { world.bind(fd, address) }
  package func listen(_ fd: Int32, backlog: Int32) -> Int32 { world.listen(fd, Int(backlog)) }
  package func accept(_ listener: Int32, peer: inout SocketAddress) -> Int32 {
    world.accept(listener, &peer)
  }
  package func connect(_ fd: Int32, _ address: SocketAddress) -> Int32 {
    world.connect(fd, address)
  }
  package func localAddress(_ fd: Int32, _ address: inout SocketAddress) -> Int32 {
    world.localAddress(fd, &address)
  }
  package func peerProcess(_ fd: Int32, _ process: inout PeerProcess) -> Int32 {
    world.peerProcess(fd, &process)
  }
  package func peerCgroup(
    _ fd: Int32, _ process: UInt32, into buffer: borrowing ByteBuffer, at offset: Int, count: Int
  ) -> Int {
    world.nanoseconds += world.cgroupTime
    guard let path = world.cgroups[process], path.utf8.count <= count else {
      return -Int(Errno.noProcess)
    }
    buffer.write(Array(path.utf8).span, at: offset)
    return path.utf8.count
  }
  package func socketError(_ fd: Int32) -> Int32 { world.socketError(fd) }
  package func shutdownWrite(_ fd: Int32) -> Int32 { world.shutdownWrite(fd) }
  package func close(_ fd: Int32) { world.close(fd, withReset: false) }
  package func closeReset(_ fd: Int32) { world.close(fd, withReset: true) }
  package func setNoDelay(_ fd: Int32) -> Int32 { world.setOption(fd) }
  package func setReuse(_ fd: Int32, port: Bool) -> Int32 { world.setOption(fd) }
  package func setV6Only(_ fd: Int32) -> Int32 { world.setOption(fd) }

  package func isQuiet(_ fd: Int32) -> Bool { world.isQuiet(fd) }
  package func receive(
    _ fd: Int32, into buffer: borrowing ByteBuffer, at offset: Int, count: Int
  ) -> Int {
    buffer.check(offset, count)
    var bytes: [UInt8] = []
    let result = world.receive(fd, count, into: &bytes)
    if result > 0 { buffer.write(bytes.span, at: offset) }
    return result
  }

  package func send(
    _ fd: Int32, from buffer: borrowing ByteBuffer, at offset: Int, count: Int
  ) -> Int {
    buffer.check(offset, count)
    let bytes = unsafe buffer.span(offset, count).withUnsafeBufferPointer { unsafe Array($0) }
    return world.send(fd, bytes)
  }

  /// The bytes are not held back: nobody can tell by what arrives.
  package func sendLast(
    _ fd: Int32, from buffer: borrowing ByteBuffer, at offset: Int, count: Int
  ) -> Int {
    send(fd, from: buffer, at: offset, count: count)
  }

  package func receiveFrom(
    _ fd: Int32, into buffer: borrowing ByteBuffer, at offset: Int, count: Int,
    peer: inout SocketAddress
  ) -> Int {
    buffer.check(offset, count)
    var bytes: [UInt8] = []
    let result = world.receiveDatagram(fd, count, into: &bytes, &peer)
    if result > 0 { buffer.write(bytes.span, at: offset) }
    return result
  }

  // MARK: Pipes, events, time

  package func pipe(size: Int) -> PipeResult { world.pipe(size) }
  package func splice(from source: Int32, to target: Int32, count: Int, more: Bool) -> Int {
    world.splice(source, target, count)
  }
  package func eventDescriptor() -> Int32 {
    let error = world.fault(.event)
    return error == 0 ? world.open(.event(EventCounter())) : -error
  }
  package func signalEvent(_ fd: Int32) { world.signalEvent(fd) }
  package func drainEvent(_ fd: Int32) { world.drainEvent(fd) }
  package func monotonicNanoseconds() -> UInt64 { world.nanoseconds }
  package func realtimeMicroseconds() -> UInt64 {
    world.nanoseconds / 1000 + world.wallOffsetMicroseconds
  }
}
