package import Domains
package import Policy

/// The processes behind a Unix listener that belong to an environment, by what the kernel says of
/// them (`SO_PEERCRED`, unix(7)).
package enum UnixPeer: Hashable, Sendable {
  case user(UInt32)
  /// The primary group.
  case group(UInt32)
  /// The path of a control group, which counts with all below it.
  case cgroup(String)
}

/// One environment as an operator describes it. What is inherited has been filled in before.
package struct EnvironmentSettings: Sendable {
  /// See `Environment.isValidName`.
  package var name: String
  package var access = AccessLevel.limited
  /// Names of built-in lists or paths, in order.
  package var allowlists = ["default"]
  /// Rules beside those of the lists, as if they stood in a list behind them. At access level `none`
  /// the allows take no part.
  package var allow: [InlineRule] = []
  package var deny: [InlineRule] = []
  package var allowAddresses: [AddressRule] = []
  package var mode = PolicyMode.enforce
  /// `nil`: that of the access level.
  package var serverNameCheck: ServerNameCheck?
  /// The ports that are open where no rule names any; `nil`: 80 and 443.
  package var ports: PortSet?
  package var treatment = Treatment()
  package var limits = EnvironmentLimits()
  package var responseFields = ResponseFields()
  /// The networks whose clients belong here; the longest prefix over all environments wins.
  package var clients: [AddressRange] = []
  package var unixPeers: [UnixPeer] = []
  /// The tokens that lead here; `sluice token new` makes them.
  package var credentials: [Credential] = []
  package var credentialUse = CredentialUse.required
  /// Whether clients that stand here may go to another environment with a credential of that one.
  /// Otherwise such a request is refused.
  package var letsCredentialsChoose = false
  /// `nil`: requests go straight to the host.
  package var upstreamProxy: UpstreamProxySettings?
  /// Who resolves names; empty: the name servers of all.
  package var dns: [Endpoint] = []
  /// Where the environment stands, for messages: `sluice.yaml:10:3`.
  package var place = ""

  package init(name: String) { self.name = name }
}

extension EnvironmentSettings {
  var nameError: ConfigurationError {
    ConfigurationError(
      place.isEmpty ? "environment '\(name)'" : place, "not a name of an environment",
      remedy: "write 1 to \(Environment.nameLengthMax) of a-z 0-9 - _ .")
  }

  func error(_ problem: String, remedy: String) -> ConfigurationError {
    let prefix = place.isEmpty ? "" : "\(place): "
    return ConfigurationError("\(prefix)environment '\(name)'", problem, remedy: remedy)
  }
}
