import Domains
import Reactor
import Testing

/// The real kernel on loopback: that each call does what its name says and gives the errno it
/// promises.
@Suite struct LinuxKernelTests {
  private let kernel = LinuxKernel()
  private let loopback = IPAddress(v4: 0x7f00_0001)

  /// A listener on a port of the kernel's choice.
  private func listener() -> (fd: Int32, place: SocketAddress) {
    let fd = kernel.streamSocket(.v4)
    #expect(kernel.bind(fd, SocketAddress(loopback, port: 0)) == 0)
    #expect(kernel.listen(fd, backlog: 8) == 0)
    var place = SocketAddress.none
    #expect(kernel.localAddress(fd, &place) == 0)
    return (fd, place)
  }

  /// Two connected sockets: the one that connected, the one that was accepted.
  private func pair() -> (Int32, Int32) {
    let (listening, place) = listener()
    let epoll = kernel.epollCreate()
    let client = kernel.streamSocket(.v4)
    let result = kernel.connect(client, place)
    #expect(result == 0 || result == -Errno.inProgress)
    _ = wait(epoll, listening, .readable)
    var peer = SocketAddress.none
    let accepted = kernel.accept(listening, peer: &peer)
    #expect(accepted >= 0 && peer.address == loopback && peer.port != 0)
    #expect(wait(epoll, client, .writable).contains(.writable))
    #expect(kernel.socketError(client) == 0)
    kernel.close(listening)
    kernel.close(epoll)
    return (client, accepted)
  }

  /// What epoll says of `fd` within two seconds.
  private func wait(_ epoll: Int32, _ fd: Int32, _ events: Events) -> Events {
    let list = EventList(capacity: 4)
    #expect(kernel.epollAdd(epoll, fd, events, token: 99) == 0)
    let count = kernel.epollWait(epoll, list, timeoutMilliseconds: 2000)
    #expect(kernel.epollDelete(epoll, fd) == 0)
    guard count == 1, list[0].token == 99 else { return Events(rawValue: 0) }
    return list[0].events
  }

  @Test("bytes, an end and a reset arrive as such")
  func stream() {
    let epoll = kernel.epollCreate()
    let (client, server) = pair()
    let buffer = ByteBuffer(count: 16)
    #expect(kernel.receive(server, into: buffer, at: 0, count: 16) == -Int(Errno.again))
    buffer.write("hello", at: 0)
    #expect(kernel.send(client, from: buffer, at: 0, count: 5) == 5)
    _ = wait(epoll, server, .readable)
    #expect(kernel.receive(server, into: buffer, at: 8, count: 8) == 5)
    #expect(buffer[8] == UInt8(ascii: "h"))
    #expect(kernel.shutdownWrite(client) == 0)
    #expect(wait(epoll, server, .readable | .peerClosed).contains(.peerClosed))
    #expect(kernel.receive(server, into: buffer, at: 0, count: 8) == 0)
    kernel.closeReset(server)
    #expect(wait(epoll, client, .readable).contains(.error))
    #expect(kernel.receive(client, into: buffer, at: 0, count: 8) == -Int(Errno.connectionReset))
    #expect(kernel.send(client, from: buffer, at: 0, count: 1) == -Int(Errno.pipe))
    kernel.close(client)
    kernel.close(epoll)
  }

  @Test("nothing listens: the connection is refused")
  func refused() {
    let (listening, place) = listener()
    kernel.close(listening)
    let epoll = kernel.epollCreate()
    let client = kernel.streamSocket(.v4)
    var result = kernel.connect(client, place)
    if result == -Errno.inProgress {
      #expect(wait(epoll, client, .writable).contains(.error))
      result = kernel.socketError(client)
    }
    #expect(result == -Errno.connectionRefused)
    kernel.close(client)
    kernel.close(epoll)
  }

  @Test("bytes go through a pipe from one connection to another, and keep their order")
  func splice() {
    let epoll = kernel.epollCreate()
    let (client, server) = pair()
    let pipe = kernel.pipe(size: 1 << 16)
    #expect(pipe.error == 0)
    let buffer = ByteBuffer(count: 16)
    #expect(
      kernel.splice(from: server, to: pipe.writeEnd, count: 16, more: false) == -Int(Errno.again))
    buffer.write("spliced", at: 0)
    #expect(kernel.send(client, from: buffer, at: 0, count: 7) == 7)
    _ = wait(epoll, server, .readable)
    #expect(kernel.splice(from: server, to: pipe.writeEnd, count: 16, more: false) == 7)
    #expect(kernel.splice(from: pipe.readEnd, to: server, count: 7, more: false) == 7)
    _ = wait(epoll, client, .readable)
    buffer.write("       ", at: 0)
    #expect(kernel.receive(client, into: buffer, at: 0, count: 16) == 7)
    #expect(buffer[6] == UInt8(ascii: "d"))
    for fd in [client, server, pipe.readEnd, pipe.writeEnd, epoll] { kernel.close(fd) }
  }

  @Test("an eventfd is readable from the signal until it is drained")
  func event() {
    let epoll = kernel.epollCreate()
    let event = kernel.eventDescriptor()
    let list = EventList(capacity: 4)
    #expect(kernel.epollAdd(epoll, event, .readable, token: 5) == 0)
    #expect(kernel.epollWait(epoll, list, timeoutMilliseconds: 0) == 0)
    kernel.signalEvent(event)
    #expect(kernel.epollWait(epoll, list, timeoutMilliseconds: 2000) == 1)
    kernel.drainEvent(event)
    #expect(kernel.epollWait(epoll, list, timeoutMilliseconds: 0) == 0)
    kernel.close(event)
    kernel.close(epoll)
  }

  @Test("a datagram arrives whole, with its sender")
  func datagram() {
    let epoll = kernel.epollCreate()
    let (first, second) = (kernel.datagramSocket(.v4), kernel.datagramSocket(.v4))
    var places = (SocketAddress.none, SocketAddress.none)
    #expect(kernel.bind(first, SocketAddress(loopback, port: 0)) == 0)
    #expect(kernel.bind(second, SocketAddress(loopback, port: 0)) == 0)
    #expect(kernel.localAddress(first, &places.0) == 0)
    #expect(kernel.localAddress(second, &places.1) == 0)
    #expect(kernel.connect(first, places.1) == 0)
    let buffer = ByteBuffer(count: 8)
    buffer.write("abc", at: 0)
    #expect(kernel.send(first, from: buffer, at: 0, count: 3) == 3)
    _ = wait(epoll, second, .readable)
    var peer = SocketAddress.none
    #expect(kernel.receiveFrom(second, into: buffer, at: 4, count: 4, peer: &peer) == 3)
    #expect(peer == places.0 && buffer[4] == UInt8(ascii: "a"))
    for fd in [first, second, epoll] { kernel.close(fd) }
  }

  @Test("the same address is not bound twice, unless both share the port")
  func bindTwice() {
    let (first, place) = listener()
    let second = kernel.streamSocket(.v4)
    #expect(kernel.bind(second, place) == -Errno.addressInUse)
    kernel.close(first)
    kernel.close(second)
    let sharing = (kernel.streamSocket(.v4), kernel.streamSocket(.v4))
    for fd in [sharing.0, sharing.1] { #expect(kernel.setReuse(fd, port: true) == 0) }
    var taken = SocketAddress.none
    #expect(kernel.bind(sharing.0, SocketAddress(loopback, port: 0)) == 0)
    #expect(kernel.localAddress(sharing.0, &taken) == 0)
    #expect(kernel.bind(sharing.1, taken) == 0)
    kernel.close(sharing.0)
    kernel.close(sharing.1)
  }

  @Test("a descriptor that is not open is an error and nothing worse")
  func closed() {
    let buffer = ByteBuffer(count: 1)
    #expect(kernel.receive(1 << 20, into: buffer, at: 0, count: 1) < 0)
    #expect(kernel.send(1 << 20, from: buffer, at: 0, count: 1) < 0)
    #expect(kernel.epollAdd(1 << 20, 0, .readable, token: 0) < 0)
  }

  @Test("time does not go back")
  func time() {
    let first = kernel.monotonicNanoseconds()
    #expect(kernel.monotonicNanoseconds() >= first)
    #expect(kernel.realtimeMicroseconds() > 1_700_000_000_000_000)
  }
}
