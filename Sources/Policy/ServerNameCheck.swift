package import Domains

/// Whether the TLS that a client speaks in a tunnel has to name the host that it asked for. Without
/// it a client could ask for an allowed name and reach another that the same servers hold (domain
/// fronting).
package enum ServerNameCheck: String, CaseIterable, Sendable, BitwiseCopyable {
  /// On the ports of ``Domains/Port/isForTLS`` a tunnel begins with a ClientHello that names the host.
  case enforce
  /// Tunnels are opaque from the first byte.
  case off
}

extension AccessLevel {
  /// What holds where nothing is said. In `full` every public host is allowed, so that a name in the
  /// hello can hide nothing that could not be asked for.
  package var serverNameCheck: ServerNameCheck {
    switch self {
    case .none, .limited: .enforce
    case .full: .off
    }
  }
}

extension Port {
  /// A port on which TLS is spoken from the first byte: those that IANA assigned to a protocol over
  /// TLS, and those on which content networks serve HTTPS for many names beside 443. On any other,
  /// an allowlist's rule has named the port, and it may be SSH or a database.
  package var isForTLS: Bool {
    switch number {
    case 443, 8443, 9443: true  // https
    case 465, 993, 995: true  // mail: submissions, imaps, pop3s
    case 563, 636, 853, 989, 990, 992: true  // nntps, ldaps, DNS over TLS, ftps, telnets
    // docker, sips, amqps, the Kubernetes API, syslog, irc, mqtt
    case 2376, 5061, 5671, 6443, 6514, 6697, 8883: true
    case 2053, 2083, 2087, 2096: true  // content networks
    default: false
    }
  }
}

extension PolicySnapshot {
  /// Whether the first bytes of a tunnel to `port` are to be judged. In report mode what they say
  /// could only be enforced, so nothing is looked at.
  package func checksServerName(port: Port, environment: Int) -> Bool {
    let row = rows[environment]
    return row.serverNameCheck == .enforce && row.mode == .enforce && port.isForTLS
  }
}
