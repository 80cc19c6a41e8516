/// Where records go beside the audit file. They get there after the file has them; a place that is slow
/// or gone loses records for itself and holds up nothing.
package struct AuditOutput: Hashable, Sendable {
  package enum Target: Hashable, Sendable {
    case standardOutput
    /// RFC 5424 messages, each a datagram to this Unix socket.
    case syslog(path: String)
    /// The native protocol of systemd-journald, to this Unix socket.
    case journald(path: String)
    /// Lines to a Unix stream socket.
    case socket(path: String)

    /// As the configuration writes it.
    package var text: String {
      switch self {
      case .standardOutput: "stdout"
      case .syslog(Self.syslogPath): "syslog"
      case .syslog(let path): "syslog:\(path)"
      case .journald(Self.journaldPath): "journald"
      case .journald(let path): "journald:\(path)"
      case .socket(let path): "unix:\(path)"
      }
    }

    package static let syslogPath = "/dev/log"
    package static let journaldPath = "/run/systemd/journal/socket"

    /// `stdout`, `syslog`, `journald`, `syslog:/PATH`, `journald:/PATH`, `unix:/PATH`; `nil` for anything
    /// else.
    package init?(_ text: String) {
      switch text {
      case "stdout": self = .standardOutput
      case "syslog": self = .syslog(path: Self.syslogPath)
      case "journald": self = .journald(path: Self.journaldPath)
      default:
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let path = String(text[text.index(after: colon)...])
        // What sockaddr_un takes (unix(7)).
        guard path.hasPrefix("/"), path.utf8.count < 108, !path.utf8.contains(0) else { return nil }
        switch text[..<colon] {
        case "syslog": self = .syslog(path: path)
        case "journald": self = .journald(path: path)
        case "unix": self = .socket(path: path)
        default: return nil
        }
      }
    }
  }

  package enum Format: String, CaseIterable, Hashable, Sendable {
    /// As in the file.
    case sluice
    /// Events of the Open Cybersecurity Schema Framework.
    case ocsf
  }

  package var target: Target
  package var format: Format

  package init(_ target: Target, _ format: Format = .sluice) {
    self.target = target
    self.format = format
  }

  /// Bytes of records that wait for one output; what comes beyond is lost for it.
  package static let queueBytes = 4 << 20
}

/// What an output has done so far.
package struct AuditOutputState: Sendable {
  /// As the configuration writes it.
  package let name: String
  package internal(set) var sent: UInt64 = 0
  package internal(set) var lost: UInt64 = 0
  /// Why nothing can be sent at the moment; `nil`: all is well.
  package internal(set) var problem: String?
}
