package import Domains
package import Policy

/// What the file says of one environment, with the defaults where it says nothing.
package struct EnvironmentValues: Hashable, Sendable {
  private var placedName: Placed<String>
  package var name: String { placedName.value }
  /// Of its name.
  package var position: SourcePosition { placedName.position }
  /// The environment to take from what this one does not say.
  package var base = Placed<String?>(nil)
  package var access = Placed(AccessLevel.limited)
  /// Names of built-in lists or paths.
  package var allowlists = Placed([Placed("default")])
  /// Rules as they stand in a list, without a mark.
  package var allow = Placed<[Placed<String>]>([])
  package var deny = Placed<[Placed<String>]>([])
  package var allowAddresses = Placed<[Placed<AddressRule>]>([])
  package var mode = Placed(PolicyMode.enforce)
  /// `nil`: that of the access level.
  package var serverNameCheck = Placed<ServerNameCheck?>(nil)
  package var ports = Placed([Placed(PortSet(.http)), Placed(PortSet(.https))])
  package var timeLimits = TimeLimitValues()
  package var limits = EnvironmentLimitValues()
  package var responseFields = Placed<[ResponseFieldValue]>([])
  package var forwarded = Placed(ForwardedField.off)
  package var clients = Placed<[Placed<AddressRange>]>([])
  /// Of the processes behind Unix listeners.
  package var users = Placed<[Placed<Account>]>([])
  package var groups = Placed<[Placed<Account>]>([])
  package var cgroups = Placed<[Placed<CgroupPath>]>([])
  package var credentials = Placed<[Placed<Credential>]>([])
  package var credentialUse = Placed(CredentialUse.required)
  package var otherCredentials = Placed(OtherCredentials.refuse)
  package var upstreamProxy = Placed(UpstreamProxyValues())
  /// Empty: the name servers of all.
  package var dns = Placed<[Placed<Endpoint>]>([])

  /// What a client that stands in an environment gets for the credential of another one.
  package enum OtherCredentials: String, CaseIterable, Sendable {
    case refuse, follow
  }

  package init(name: String, position: SourcePosition) {
    placedName = Placed(name, .file(position))
  }

  func renamed(_ name: String) -> EnvironmentValues {
    var result = self
    result.placedName.value = name
    return result
  }

  /// The most environments in one file.
  package static let countLimit = 16_384
  /// The most rules in one `allow`, `deny` or `floor`.
  package static let rulesLimit = Settings.ownRulesMax
  /// The most `clients` and `credentials` of one environment, each.
  package static let clientsLimit = 1000
  /// The most `dns` of one environment.
  package static let nameServersLimit = 8
  /// The most environments that one inherits from, one from the other.
  package static let baseLimit = 8

  static let schema = Schema(
    "an environment", standard: EnvironmentValues(name: "default", position: .start),
    [
      SchemaKey(
        "base", \.base, .optional(.environmentName), unset: "none",
        "The environment to inherit from: a key that stands here replaces the base's, every other is "
          + "taken over."),
      SchemaKey(
        "access", \.access, .one(.access), flag: "access",
        "What may be reached: the essential list only, what the allowlists name, or every public "
          + "host."),
      SchemaKey(
        "allowlists", \.allowlists, .list(.allowlist, max: Settings.repeatsMax), flag: "allowlist",
        "Built-in lists by name (`default`, `essential`) and files, which start at the folder of "
          + "the configuration file."),
      SchemaKey(
        "allow", \.allow, .rules(mark: ""),
        "Rules as in an allowlist, beside those of the lists. A pattern that starts with `*` or "
          + "`?` stands in quotation marks."),
      SchemaKey(
        "deny", \.deny, .rules(mark: "!"),
        "As `allow`, for what is refused. The most specific rule wins, and deny at a tie."),
      SchemaKey(
        "allow_addresses", \.allowAddresses, .list(.addressRule, max: Settings.repeatsMax),
        flag: "allow-address", separator: " ",
        "Private ranges that are opened; see [policy.md](policy.md)."),
      SchemaKey(
        "mode", \.mode, .one(.choice("a mode")),
        "`report` lets through what the rules would refuse, and records what would have refused it; "
          + "the floor, `!!` rules and the address guard hold nevertheless."),
      SchemaKey(
        "sni", \.serverNameCheck, .optional(.choice("a check of the server name")), flag: "sni",
        unset: "`enforce`, at access level `full` `off`",
        "Whether TLS in a tunnel must name the host that was asked for; see [sni.md](sni.md)."),
      SchemaKey(
        "ports", \.ports, .ports,
        "The ports that are open where no rule names any: those of rules without ports, at access level "
          + "`full` those of every public host, and those of opened ranges without ports for targets "
          + "that are addresses."),
      SchemaKey(
        "timeouts", section: \.timeLimits, TimeLimitValues.schema,
        "Time limits that win over those of the process, for the requests of this environment."),
      SchemaKey(
        "limits", section: \.limits, EnvironmentLimitValues.schema,
        "What the environment may take of what the process has."),
      SchemaKey(
        "response_fields", \.responseFields, .responseFields,
        "Header fields that are added to responses of plain HTTP and to Sluice's own answers, in place of "
          + "fields of the same names; see [policy.md](policy.md#how-a-request-is-carried-out)."),
      SchemaKey(
        "forwarded", \.forwarded, .one(.choice("a forwarding field")),
        "The field by which plain HTTP requests tell the origin the client's address, in place of what the "
          + "client says of itself; see [policy.md](policy.md#how-a-request-is-carried-out)."),
      SchemaKey(
        "clients", \.clients, .list(.addressRange, max: clientsLimit),
        "The addresses whose connections belong here; the longest prefix over all environments wins. "
          + "Never inherited."),
      SchemaKey(
        "users", \.users, .list(.account(.user), max: clientsLimit),
        "The users whose processes belong here when they connect to a Unix listener. Names are looked up "
          + "when the file is read. Never inherited."),
      SchemaKey(
        "groups", \.groups, .list(.account(.group), max: clientsLimit),
        "The primary groups of processes that belong here, unless an environment names their user. Never "
          + "inherited."),
      SchemaKey(
        "cgroups", \.cgroups, .list(.cgroup, max: clientsLimit),
        "The control groups (version 2) whose processes belong here, with all below each; the longest "
          + "path over all environments wins. Never inherited."),
      SchemaKey(
        "credentials", \.credentials, .list(.credential, max: clientsLimit),
        "Hashes of the access tokens that lead here, as `sluice token new` makes them. Never "
          + "inherited."),
      SchemaKey(
        "credential_use", \.credentialUse, .one(.choice("a use of credentials")),
        "`required`: a client stands at one of the environment's listeners or addresses, if it has "
          + "any, and presents one of its credentials, if it has any. `optional`: one of the two is "
          + "enough."),
      SchemaKey(
        "other_credentials", \.otherCredentials, .one(.choice("a treatment of credentials")),
        "A client that belongs here by its address or listener and presents the credential of "
          + "another environment: refuse it, or follow it there."),
      SchemaKey(
        "upstream_proxy", \.upstreamProxy,
        .whole(UpstreamProxyValues.schema, make: { UpstreamProxyValues() }),
        "The HTTP proxy by which allowed requests leave. Inherited as a whole or not at all."),
      SchemaKey(
        "dns", \.dns, .list(.nameServer, max: nameServersLimit),
        "Name servers that resolve for this environment; an empty list means those of the process."),
    ])
}
