/// Who is asked for: a name or an address.
public enum Host: Hashable, Sendable {
  case name(Hostname)
  case address(IPAddress)
}

extension Host: CustomStringConvertible {
  /// The canonical text, IPv6 without brackets.
  public var description: String {
    switch self {
    case .name(let hostname): hostname.text
    case .address(let address): address.description
    }
  }
}
