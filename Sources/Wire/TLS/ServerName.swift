package import Domains

/// The server name of a hello beside the host that the client asked the proxy for.
package enum ServerName {
  package enum Comparison: BitwiseCopyable, Hashable, Sendable {
    case same
    case other
    /// Not a host name as RFC 6066 §3 wants it: a trailing dot, an address, a byte that no name has.
    case malformed
  }

  /// Compares by canonical form. `host` holds the asked one; `key` is overwritten. Nothing is resolved.
  package static func compare(
    _ name: Span<UInt8>, with host: borrowing HostKey, using key: inout HostKey
  ) -> Comparison {
    // The one spelling that a host key would take and RFC 6066 does not.
    if name.count > 0 && name[name.count - 1] == Ascii.dot { return .malformed }
    if key.load(name) != nil { return .malformed }
    guard key.count == host.count else { return .other }
    let left = key.bytes
    let right = host.bytes
    for offset in left.indices where left[offset] != right[offset] { return .other }
    return .same
  }
}
