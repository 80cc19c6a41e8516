package import Domains
package import Policy

/// What the file says of one environment, with the defaults where it says nothing.
package struct EnvironmentValues: Hashable, Sendable {
  package let name: String
  /// Of its name.
  package let position: SourcePosition
  /// The environment to take from what this one does not say.
  package var base = Placed<String?>(nil)
  package var access = Placed(AccessLevel.limited)
  /// Names of built-in lists or paths.
  package var allowlists = Placed([Placed("default")])
  /// Rules as they stand in a list, without a mark.
  package var allow = Placed<[Placed<String>]>([])
  package var deny = Placed<[Placed<String>]>([])
  package var allowAddresses = Placed<[Placed<AddressRule>]>([])

  package init(name: String, position: SourcePosition) {
    self.name = name
    self.position = position
  }

  /// The most environments in one file.
  package static let countLimit = 16_384
  /// The most rules in one `allow`, `deny` or `floor`; longer ones belong into a list.
  package static let rulesLimit = 1000
  /// The most environments that one inherits from, one from the other.
  package static let baseLimit = 8

  static let schema = Schema(
    "an environment", standard: EnvironmentValues(name: "default", position: .start),
    [
      SchemaKey(
        "base", \.base, .optional(.environmentName), unset: "none",
        "The environment to inherit from: every key that stands here replaces the base's, every "
          + "other is taken over."),
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
    ])
}
