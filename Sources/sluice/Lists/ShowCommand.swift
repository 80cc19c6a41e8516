import ArgumentParser
import Configuration
import Domains
import Policy
import Review

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print every rule that is in effect for an environment, with its place.",
    discussion: """
      Composes the lists as `sluice run` would with the same flags. With access level none that is \
      the essential list, and of every other list its `!!` rules. Rules whose until= has passed are \
      marked as expired.

        sluice allowlist show
        sluice allowlist show --allowlist default --allowlist ./team.allow
        sluice allowlist show --access none --allowlist ./team.allow --json
        sluice allowlist show --config sluice.yaml --environment vm-7

      Of an environment in a configuration its own rules and the floor are shown too, by the names that \
      records give them.

      Exit code: 0 done, 2 an error.
      """)

  @OptionGroup var configuration: ConfigurationOption

  @OptionGroup var policy: PolicyOptions

  @Flag(help: "Print one JSON object, each rule on its own line.")
  var json = false

  func run() throws {
    let composition: Composition
    do {
      let settings = try LoadedConfiguration(
        path: configuration.config, policy.given, name: policy.name, choosesOne: true
      ).settings
      try settings.validate()
      let environment = try settings.selectedEnvironment()
      composition = Composition(
        try settings.sources(of: environment).map(NamedSource.init),
        title: title(environment, isOnly: settings.environments.isEmpty), on: .today,
        openPorts: environment.ports ?? .standard)
    } catch {
      throw failure(error)
    }
    var output = StandardOutput()
    if json {
      composition.writeJSON(to: &output)
    } else {
      composition.write(to: &output)
    }
  }

  private func title(_ environment: EnvironmentSettings, isOnly: Bool) -> String {
    var title = "access \(environment.access.rawValue)"
    if !isOnly { title = "environment \(environment.name), \(title)" }
    if let ports = environment.ports, ports != .standard {
      title += ", ports \(ports.description.replacing(",", with: ", "))"
    }
    return title
  }
}

extension NamedSource {
  init(_ source: EnvironmentSource) {
    self.init(
      source.source, inline: source.name.map { InlineRules(name: $0, places: source.places) })
  }
}
