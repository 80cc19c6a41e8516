import Domains
import Glibc

/// Listening sockets that a service manager opened and passes on at start (sd_listen_fds(3)): from
/// descriptor 3 on, as many as `LISTEN_FDS` says, with the names of `LISTEN_FDNAMES`. While this process
/// restarts, they keep what comes in.
package struct InheritedSockets: Sendable {
  package struct Socket: Sendable {
    /// `FileDescriptorName=` of the socket unit.
    package let name: String
    package let descriptor: Int32
    /// `nil`: it is a Unix socket.
    package let endpoint: Endpoint?
  }

  /// In the order of the names asked for.
  package let sockets: [Socket]
  /// The names of those that nobody asked for.
  package let unused: [String]

  /// The most that are looked at.
  private static let countLimit = 1024
  private static let firstDescriptor: Int32 = 3

  /// Takes the sockets of these names. The variables are removed, so that no child takes them for its
  /// own.
  package static func take(_ names: [String]) throws(ConfigurationError) -> InheritedSockets {
    let passed = try passed()
    for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsafe unsetenv(name) }
    var sockets: [Socket] = []
    for name in names {
      let found = passed.filter { $0.name == name }
      guard let first = found.first else {
        throw error(
          name, "no socket of this name was passed to the process",
          remedy: "start Sluice from a socket unit with FileDescriptorName=\(name)")
      }
      guard found.count == 1 else {
        throw error(
          name, "\(found.count) sockets of this name were passed",
          remedy: "give each its own socket unit with its own FileDescriptorName=")
      }
      sockets.append(try socket(name, first.descriptor))
    }
    return InheritedSockets(
      sockets: sockets, unused: passed.map(\.name).filter { !names.contains($0) })
  }

  /// What the variables say; nothing if they are for another process.
  private static func passed() throws(ConfigurationError) -> [(name: String, descriptor: Int32)] {
    guard let pid = variable("LISTEN_PID"), pid == String(getpid()),
      let text = variable("LISTEN_FDS")
    else { return [] }
    guard let count = Int32(text), (0...Int32(countLimit)).contains(count) else {
      throw SettingText("LISTEN_FDS", text).error(
        "not a number of sockets", remedy: "let the service manager set it")
    }
    let names = (variable("LISTEN_FDNAMES") ?? "").split(
      separator: ":", omittingEmptySubsequences: false)
    return (0..<count).map { index in
      let name = Int(index) < names.count ? String(names[Int(index)]) : "unknown"
      return (name, firstDescriptor + index)
    }
  }

  /// Makes sure that it is one to accept connections from.
  private static func socket(
    _ name: String, _ descriptor: Int32
  ) throws(ConfigurationError) -> Socket {
    guard option(descriptor, SO_TYPE) == Int32(SOCK_STREAM.rawValue),
      option(descriptor, SO_ACCEPTCONN) == 1
    else {
      throw error(
        name, "not a listening stream socket", remedy: "use ListenStream= and Accept=no")
    }
    let endpoint = endpoint(descriptor)
    guard endpoint != nil || isUnix(descriptor) else {
      throw error(
        name, "neither a TCP nor a Unix socket",
        remedy: "use ListenStream= with an address and a port, or with a path")
    }
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) >= 0,
      fcntl(descriptor, F_SETFD, FD_CLOEXEC) >= 0,
      endpoint == nil || setOption(descriptor, IPPROTO_TCP, TCP_NODELAY)
    else {
      throw error(name, "cannot be set up (errno \(errno))", remedy: "check the socket unit")
    }
    return Socket(name: name, descriptor: descriptor, endpoint: endpoint)
  }

  private static func error(
    _ name: String, _ problem: String, remedy: String
  ) -> ConfigurationError {
    SettingText("listener", "systemd:\(name)").error(problem, remedy: remedy)
  }

  private static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  private static func isUnix(_ descriptor: Int32) -> Bool {
    option(descriptor, SO_DOMAIN) == AF_UNIX
  }

  private static func option(_ descriptor: Int32, _ name: Int32) -> Int32? {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 else { return nil }
    return value
  }

  private static func setOption(_ descriptor: Int32, _ level: Int, _ name: Int32) -> Bool {
    var on: Int32 = 1
    return unsafe setsockopt(
      descriptor, Int32(level), name, &on, socklen_t(MemoryLayout<Int32>.size)) == 0
  }

  /// The address and port that a TCP socket is bound to.
  private static func endpoint(_ descriptor: Int32) -> Endpoint? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard unsafe getsockname(descriptor, address, &length) == 0,
          let ip = unsafe LocalAddresses.address(of: address)
        else { return nil }
        // The port stands at the same place in sockaddr_in and sockaddr_in6.
        let port = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self).sin_port
        return Port(UInt16(bigEndian: port)).map { Endpoint(ip, $0) }
      }
    }
  }
}
