import Domains
import Policy

extension ClientRules.HeaderPeer {
  /// A network, or `unix`.
  static func parse(_ text: SettingText) throws(ConfigurationError) -> ClientRules.HeaderPeer {
    if text.text == "unix" { return .process }
    guard let range = AddressRange(text.text) else {
      throw text.error(
        "not a range of addresses",
        remedy:
          "write the load balancer's address or network, as 10.0.0.9 or 10.0.0.0/28; on a Unix "
          + "listener write unix")
    }
    return .network(range)
  }

  var text: String {
    switch self {
    case .network(let range): range.description
    case .process: "unix"
    }
  }
}
