import ArgumentParser
import Configuration

/// The flags that `run` and `check` share: what is let through.
struct PolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What may be reached: none, limited or full.",
      discussion: """
        none: the essential list only (the model provider's API). limited: what the allowlists name. \
        full: every public host. SLUICE_ACCESS. Default: limited.
        """, valueName: "level"))
  var access: String?

  @Option(
    help: ArgumentHelp(
      "An allowlist: default, essential, or a file. Give it again for more.",
      discussion: "SLUICE_ALLOWLIST, separated by commas. Default: default.", valueName: "name|file"
    ))
  var allowlist: [String] = []

  @Option(
    help: ArgumentHelp(
      "Addresses that may be reached although they are private.",
      discussion: """
        Without ports, the range is opened for names that a list allows, on the ports of their rules, \
        and for the addresses themselves on 80 and 443. SLUICE_ALLOW_ADDRESS, separated by \
        spaces. Default: none.
        """, valueName: "cidr[:ports]"))
  var allowAddress: [String] = []

  @Option(
    help: ArgumentHelp(
      "Whether TLS in a tunnel must name the host asked for: enforce or off.",
      discussion: """
        enforce: a CONNECT to a TLS port such as 443 must begin with a TLS hello that names its host; a \
        rule with protocol=any is free of it. SLUICE_SNI. Default: enforce, at access level full off.
        """, valueName: "check"))
  var sni: String?

  @Option(
    help: ArgumentHelp(
      "The name of the environment; of several that are configured, the one that is meant.",
      discussion: "SLUICE_ENVIRONMENT. Default: default.", valueName: "name"))
  var environment: String?

  var given: GivenFlags {
    var flags = GivenFlags()
    flags.add("access", access)
    flags.add("sni", sni)
    flags.add("allowlist", allowlist)
    flags.add("allow-address", allowAddress)
    return flags
  }

  var name: SettingText? { Setting.text("--environment", environment, "SLUICE_ENVIRONMENT") }

  /// The settings of a configuration without a file.
  func apply(to settings: inout Settings) throws(ConfigurationError) {
    var configuration = ConfigurationFile()
    try configuration.override(with: given.texts)
    if let name { try configuration.renameOnlyEnvironment(name) }
    settings = configuration.settings(file: nil)
  }
}
