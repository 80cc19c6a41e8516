import Foundation
import Synchronization

/// Ports for the servers of a test, below the kernel's ephemeral range, so that no outgoing
/// connection takes one between the choice and the server's bind.
enum FreePort {
  private static let next = Atomic<UInt32>(UInt32(getpid() % 4_000) * 3)

  static func take() throws -> UInt16 {
    for _ in 0..<2_000 {
      let candidate = UInt16(20_000 + next.add(1, ordering: .relaxed).oldValue % 12_000)
      if isFree(candidate, SOCK_STREAM) && isFree(candidate, SOCK_DGRAM) { return candidate }
    }
    throw TroubleError("no free port between 20000 and 31999 on 127.0.0.1")
  }

  private static func isFree(_ port: UInt16, _ type: __socket_type) -> Bool {
    let descriptor = socket(AF_INET, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return withLoopback(port) { bind(descriptor, $0, $1) } == 0
  }
}

/// Calls with 127.0.0.`lastByte`:port as the C functions want it.
func withLoopback<Result>(
  _ port: UInt16, lastByte: UInt8 = 1, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = (0x7f00_0000 | UInt32(lastByte)).bigEndian
  let length = socklen_t(MemoryLayout<sockaddr_in>.size)
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
  }
}
