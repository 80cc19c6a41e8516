import ArgumentParser
import Configuration
import Policy

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
      "The name of the environment in audit records and answers.",
      discussion: "SLUICE_ENVIRONMENT. Default: default.", valueName: "name"))
  var environment: String?

  func apply(to settings: inout Settings) throws(ConfigurationError) {
    if let text = Setting.text("--access", access, "SLUICE_ACCESS") {
      settings.access = try SettingParser.access(text)
    }
    if let text = Setting.text("--sni", sni, "SLUICE_SNI") {
      settings.serverNameCheck = try SettingParser.serverNameCheck(text)
    }
    let lists = Setting.texts("--allowlist", allowlist, "SLUICE_ALLOWLIST", separator: ",")
    if !lists.isEmpty { settings.allowlists = lists.map(\.text) }
    for text in Setting.texts(
      "--allow-address", allowAddress, "SLUICE_ALLOW_ADDRESS", separator: " ")
    {
      settings.allowAddresses.append(try AddressRule.parse(text))
    }
    if let text = Setting.text("--environment", environment, "SLUICE_ENVIRONMENT") {
      guard Environment.isValidName(text.text) else {
        throw ConfigurationError(
          "\(text.name) '\(text.text)'", "not a name of an environment",
          remedy: "write 1 to 64 of a-z 0-9 - _ .")
      }
      settings.environmentName = text.text
    }
  }
}
