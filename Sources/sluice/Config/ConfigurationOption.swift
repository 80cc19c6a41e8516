import ArgumentParser

/// The flag that names the configuration file.
struct ConfigurationOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The configuration file (YAML); flags and variables win over it.",
      discussion: """
        SLUICE_CONFIG. Default: \(LoadedConfiguration.defaultPath) if there is one. Flags about an \
        environment change the one that is called default.
        """, valueName: "file"))
  var config: String?
}
