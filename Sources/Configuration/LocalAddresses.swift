package import Domains
import Glibc

/// The addresses of this machine's interfaces, which a listener on a wildcard address answers on
/// (getifaddrs(3)).
package enum LocalAddresses {
  /// As of now, IPv4 and IPv6, loopback included; empty if the kernel does not say.
  package static func current() -> [IPAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    defer { unsafe freeifaddrs(first) }
    var addresses: [IPAddress] = []
    var next = unsafe first
    while let interface = unsafe next {
      if let socketAddress = unsafe interface.pointee.ifa_addr,
        let address = unsafe address(of: socketAddress), !addresses.contains(address)
      {
        addresses.append(address)
      }
      unsafe next = interface.pointee.ifa_next
    }
    return addresses
  }

  static func address(of socketAddress: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
    let raw = UnsafeRawPointer(socketAddress)
    switch Int32(unsafe socketAddress.pointee.sa_family) {
    case AF_INET:
      let bits = unsafe raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
      return IPAddress(v4: UInt32(bigEndian: bits))
    case AF_INET6:
      let words = unsafe withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) {
        unsafe (
          $0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        )
      }
      return IPAddress(v6High: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
    default: return nil
    }
  }
}
