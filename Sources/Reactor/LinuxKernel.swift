internal import CLinux
package import Domains

/// The real kernel. Empty, so that passing it costs nothing.
package struct LinuxKernel: Kernel, Sendable {
  package init() {}

  package func epollCreate() -> Int32 { cl_epoll_create() }
  package func epollAdd(_ epoll: Int32, _ fd: Int32, _ events: Events, token: UInt64) -> Int32 {
    cl_epoll_add(epoll, fd, events.rawValue, token)
  }
  package func epollModify(_ epoll: Int32, _ fd: Int32, _ events: Events, token: UInt64) -> Int32 {
    cl_epoll_modify(epoll, fd, events.rawValue, token)
  }
  package func epollDelete(_ epoll: Int32, _ fd: Int32) -> Int32 { cl_epoll_delete(epoll, fd) }
  package func epollWait(
    _ epoll: Int32, _ events: borrowing EventList, timeoutMilliseconds: Int32
  ) -> Int {
    Int(unsafe cl_epoll_wait(epoll, events.base, Int32(events.capacity), timeoutMilliseconds))
  }

  package func streamSocket(_ family: IPAddress.Family) -> Int32 {
    cl_socket_stream(Int32(family.rawValue))
  }
  package func datagramSocket(_ family: IPAddress.Family) -> Int32 {
    cl_socket_datagram(Int32(family.rawValue))
  }
  package func bind(_ fd: Int32, _ address: SocketAddress) -> Int32 {
    var raw = address.raw
    return unsafe cl_bind(fd, &raw)
  }
  package func listen(_ fd: Int32, backlog: Int32) -> Int32 { cl_listen(fd, backlog) }
  package func accept(_ listener: Int32, peer: inout SocketAddress) -> Int32 {
    var raw = cl_address()
    let fd = unsafe cl_accept(listener, &raw)
    if fd >= 0 { peer = SocketAddress(raw) }
    return fd
  }
  package func connect(_ fd: Int32, _ address: SocketAddress) -> Int32 {
    var raw = address.raw
    return unsafe cl_connect(fd, &raw)
  }
  package func localAddress(_ fd: Int32, _ address: inout SocketAddress) -> Int32 {
    var raw = cl_address()
    let result = unsafe cl_local_address(fd, &raw)
    if result == 0 { address = SocketAddress(raw) }
    return result
  }
  package func peerProcess(_ fd: Int32, _ process: inout PeerProcess) -> Int32 {
    unsafe cl_unix_process(fd, &process.user, &process.group, &process.number)
  }
  package func peerCgroup(
    _ fd: Int32, _ process: UInt32, into buffer: borrowing ByteBuffer, at offset: Int, count: Int
  ) -> Int {
    buffer.check(offset, count)
    return unsafe (buffer.base + offset).withMemoryRebound(to: CChar.self, capacity: count) {
      unsafe cl_unix_cgroup(fd, process, $0, count)
    }
  }
  package func socketError(_ fd: Int32) -> Int32 { cl_socket_error(fd) }
  package func shutdownWrite(_ fd: Int32) -> Int32 { cl_shutdown_write(fd) }
  package func close(_ fd: Int32) { _ = cl_close(fd) }
  package func closeReset(_ fd: Int32) { _ = cl_close_reset(fd) }
  package func setNoDelay(_ fd: Int32) -> Int32 { cl_set_nodelay(fd) }
  package func setReuse(_ fd: Int32, port: Bool) -> Int32 { cl_set_reuse(fd, port) }
  package func setV6Only(_ fd: Int32) -> Int32 { cl_set_v6only(fd) }

  package func isQuiet(_ fd: Int32) -> Bool { cl_is_quiet(fd) }
  package func receive(
    _ fd: Int32, into buffer: borrowing ByteBuffer, at offset: Int, count: Int
  ) -> Int {
    buffer.check(offset, count)
    return unsafe cl_recv(fd, buffer.base + offset, count)
  }
  package func send(
    _ fd: Int32, from buffer: borrowing ByteBuffer, at offset: Int, count: Int
  ) -> Int {
    buffer.check(offset, count)
    return unsafe cl_send(fd, buffer.base + offset, count)
  }
  package func sendLast(
    _ fd: Int32, from buffer: borrowing ByteBuffer, at offset: Int, count: Int
  ) -> Int {
    buffer.check(offset, count)
    return unsafe cl_send_more(fd, buffer.base + offset, count)
  }
  package func receiveFrom(
    _ fd: Int32, into buffer: borrowing ByteBuffer, at offset: Int, count: Int,
    peer: inout SocketAddress
  ) -> Int {
    buffer.check(offset, count)
    var raw = cl_address()
    let length = unsafe cl_recv_from(fd, buffer.base + offset, count, &raw)
    if length >= 0 { peer = SocketAddress(raw) }
    return length
  }

  package func pipe(size: Int) -> PipeResult {
    var ends: (Int32, Int32) = (-1, -1)
    let error = unsafe withUnsafeMutableBytes(of: &ends) { bytes in
      guard let base = bytes.baseAddress else { return -Errno.invalid }
      return unsafe cl_pipe(base.assumingMemoryBound(to: Int32.self), size)
    }
    return PipeResult(error: error, readEnd: ends.0, writeEnd: ends.1)
  }
  package func splice(from source: Int32, to target: Int32, count: Int, more: Bool) -> Int {
    cl_splice(source, target, count, more)
  }

  package func eventDescriptor() -> Int32 { cl_eventfd() }
  package func signalEvent(_ fd: Int32) { _ = cl_eventfd_signal(fd) }
  package func drainEvent(_ fd: Int32) {
    var value: UInt64 = 0
    _ = unsafe cl_read(fd, &value, 8)
  }

  package func monotonicNanoseconds() -> UInt64 { cl_monotonic_ns() }
  package func realtimeMicroseconds() -> UInt64 { cl_realtime_us() }
}

extension SocketAddress {
  var raw: cl_address {
    var raw = cl_address()
    raw.high = address.high
    raw.low = address.low
    raw.port = port
    raw.family = address.family.rawValue
    return raw
  }

  init(_ raw: cl_address) {
    let isV4 = raw.family == 4
    address =
      isV4
      ? IPAddress(v4: UInt32(truncatingIfNeeded: raw.low))
      : IPAddress(v6High: raw.high, low: raw.low)
    port = raw.port
  }
}
