package import Domains

/// What one sandbox, virtual machine, pod or team gets.
package struct Environment: Sendable {
  /// 1 to 64 bytes of `a-z 0-9 - _ .`.
  package let name: String
  package let access: AccessLevel
  /// The ranges that the operator opened, in the order given.
  package let addressRules: [AddressRule]
  /// The environment's lists, compiled by ``sources(access:lists:essential:floor:)``. Environments
  /// with the same lists should share one.
  package let matcher: Matcher
  /// The environment's own rules, of lists made by ``InlineList``: they count as if they stood in
  /// lists behind the others. Environments with the same rules should share one.
  package let ownRules: Matcher?
  package let mode: PolicyMode
  package let credentialUse: CredentialUse
  /// Whether clients whose place is here may go to another environment with a credential of it.
  package let letsCredentialsChoose: Bool
  /// Whether TLS in a tunnel has to name the host that was asked for.
  package let serverNameCheck: ServerNameCheck
  package let treatment: Treatment
  /// What it, its clients and its destinations may take.
  package var limits: EnvironmentLimits { ownLimits.first ?? EnvironmentLimits() }
  /// Most have none, and a snapshot may hold ten thousand: empty, or one.
  private let ownLimits: [EnvironmentLimits]
  /// The ports that are open where no rule names any; `nil`: 80 and 443.
  package let ports: PortSet?
  /// What is added to responses of plain HTTP and to our own answers.
  package let responseFields: ResponseFields
  /// How allowed requests leave; `nil`: straight to the host.
  package let upstreamProxy: UpstreamProxy?
  /// Who resolves names; empty: the name servers of the process.
  package let nameServers: [NameServerAddress]

  /// `nil` if the name is not one (see ``isValidName(_:)``). Without `serverNameCheck`, that of the
  /// access level.
  package init?(
    name: String, access: AccessLevel, addressRules: [AddressRule], matcher: Matcher,
    ownRules: Matcher? = nil, mode: PolicyMode = .enforce,
    credentialUse: CredentialUse = .required, letsCredentialsChoose: Bool = false,
    serverNameCheck: ServerNameCheck? = nil, treatment: Treatment = Treatment(),
    limits: EnvironmentLimits = EnvironmentLimits(),
    ports: PortSet? = nil, responseFields: ResponseFields = ResponseFields(),
    upstreamProxy: UpstreamProxy? = nil, nameServers: [NameServerAddress] = []
  ) {
    guard Environment.isValidName(name) else { return nil }
    self.name = name
    self.access = access
    self.addressRules = addressRules
    self.matcher = matcher
    self.ownRules = ownRules
    self.mode = mode
    self.credentialUse = credentialUse
    self.letsCredentialsChoose = letsCredentialsChoose
    self.serverNameCheck = serverNameCheck ?? access.serverNameCheck
    self.treatment = treatment
    ownLimits = limits == EnvironmentLimits() ? [] : [limits]
    self.ports = ports == .standard ? nil : ports
    self.responseFields = responseFields
    self.upstreamProxy = upstreamProxy
    self.nameServers = nameServers
  }

  /// The labels of the lists, without the floor, which allows nothing.
  var listLabels: [String] { matcher.lists.filter { !$0.isInline }.map(\.label) }

  package static let nameLengthMax = 64

  package static func isValidName(_ name: String) -> Bool {
    let bytes = name.utf8
    return !bytes.isEmpty && bytes.count <= nameLengthMax
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  /// What is to be compiled for an access level. `none`: the essential list whole, and of every
  /// other list the `!!` rules only. `limited` and `full`: every list whole; the essential list is
  /// not added. Of the floor the `!!` rules at each level.
  package static func sources(
    access: AccessLevel, lists: [Allowlist], essential: Allowlist, floor: Allowlist? = nil
  ) -> [Matcher.Source] {
    let last = floor.map { [Matcher.Source(list: $0, use: .hardDeniesOnly)] } ?? []
    return switch access {
    case .none:
      [Matcher.Source(list: essential, use: .all)]
        + lists.map { Matcher.Source(list: $0, use: .hardDeniesOnly) } + last
    case .limited, .full:
      lists.map { Matcher.Source(list: $0, use: .all) } + last
    }
  }
}
