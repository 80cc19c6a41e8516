import Foundation

/// A blocking-by-poll TCP socket: every call has a deadline, and says what the kernel said.
final class Socket: @unchecked Sendable {
  enum Received: Equatable {
    case bytes([UInt8])
    /// The peer has finished sending (FIN).
    case end
    /// The peer has cut the connection (RST).
    case reset
    case timeout
  }

  private(set) var descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close() }

  static func open() throws -> Int32 {
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | flags, 0)
    guard descriptor >= 0 else { throw TroubleError("socket: errno \(errno)") }
    return descriptor
  }

  /// Connects to 127.0.0.1:port, or returns nil and leaves the error in `errno`.
  static func tryConnect(_ port: UInt16, within seconds: Double = 10) throws -> Socket? {
    let socket = Socket(descriptor: try open())
    var on: Int32 = 1
    setsockopt(socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    let result = withLoopback(port) { Glibc.connect(socket.descriptor, $0, $1) }
    if result == 0 { return socket }
    guard errno == EINPROGRESS else { return nil }
    guard socket.wait(Int16(POLLOUT), seconds) else {
      errno = ETIMEDOUT
      return nil
    }
    var problem: Int32 = 0
    var length = socklen_t(4)
    getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &problem, &length)
    if problem == 0 { return socket }
    errno = problem
    return nil
  }

  static func connect(_ port: UInt16) throws -> Socket {
    guard let socket = try tryConnect(port) else {
      throw TroubleError("connect to 127.0.0.1:\(port): errno \(errno)")
    }
    return socket
  }

  /// Connects to a Unix socket.
  static func connect(unix path: String) throws -> Socket {
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let socket = Socket(
      descriptor: Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | flags, 0))
    var address = sockaddr_un()
    address.sun_family = UInt16(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { room in
      room.copyBytes(from: path.utf8.prefix(room.count - 1))
    }
    let result = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw TroubleError("connect to \(path): errno \(errno)") }
    return socket
  }

  private func wait(_ events: Int16, _ seconds: Double) -> Bool {
    var entry = pollfd(fd: descriptor, events: events, revents: 0)
    while true {
      let count = poll(&entry, 1, Int32(max(0, seconds) * 1000))
      if count < 0 && errno == EINTR { continue }
      return count > 0
    }
  }

  /// Sends all; returns how many bytes the kernel took before the deadline or an error.
  @discardableResult
  func send(_ bytes: some Collection<UInt8>, within seconds: Double = 20) -> Int {
    let array = Array(bytes)
    var sent = 0
    let end = monotonicSeconds() + seconds
    while sent < array.count {
      let count = array.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, array.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        if monotonicSeconds() > end || !wait(Int16(POLLOUT), end - monotonicSeconds()) {
          return sent
        }
      } else if errno != EINTR {
        return sent
      }
    }
    return sent
  }

  @discardableResult
  func send(_ text: String) -> Int { send(Array(text.utf8)) }

  /// The next bytes, or what came instead.
  func receive(atMost limit: Int = 65_536, within seconds: Double = 10) -> Received {
    while true {
      guard wait(Int16(POLLIN), seconds) else { return .timeout }
      var buffer = [UInt8](repeating: 0, count: limit)
      let count = recv(descriptor, &buffer, limit, 0)
      if count > 0 { return .bytes(Array(buffer[0..<count])) }
      if count == 0 { return .end }
      if errno == ECONNRESET { return .reset }
      if errno != EAGAIN && errno != EINTR { return .reset }
    }
  }

  /// Reads until the peer ends, cuts, or goes silent.
  func receiveAll(within seconds: Double = 10) -> (bytes: [UInt8], last: Received) {
    var all: [UInt8] = []
    while true {
      switch receive(within: seconds) {
      case .bytes(let more): all += more
      case let last: return (all, last)
      }
    }
  }

  /// Reads exactly `count` bytes.
  func receive(exactly count: Int, within seconds: Double = 10) throws -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count {
      switch receive(atMost: min(65_536, count - all.count), within: seconds) {
      case .bytes(let more): all += more
      case let last: throw TroubleError("\(last) after \(all.count) of \(count) bytes")
      }
    }
    return all
  }

  /// Reads byte by byte up to and with the blank line that ends a head, and no further.
  func receiveHead(within seconds: Double = 10) throws -> String {
    var all: [UInt8] = []
    while !all.suffix(4).elementsEqual([13, 10, 13, 10]) {
      switch receive(atMost: 1, within: seconds) {
      case .bytes(let more): all += more
      case let last:
        throw TroubleError("\(last) inside a head: \(String(decoding: all, as: UTF8.self))")
      }
      if all.count > 65_536 { throw TroubleError("a head of more than 64 KiB") }
    }
    return String(decoding: all, as: UTF8.self)
  }

  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Cuts the connection with a RST.
  func reset() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Keeps the kernel's buffers small, so that a stopped reader is felt soon.
  func shrinkBuffers() {
    var size: Int32 = 16_384
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, 4)
  }
}
