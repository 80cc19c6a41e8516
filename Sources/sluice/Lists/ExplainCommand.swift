import ArgumentParser
import Configuration
import Domains
import Policy
import Review

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show step by step how a host finds the rule that decides.",
    discussion: """
      Walks from the top-level label to the name, tells which rules stand on the way, which of them \
      are about the host and which decide, and ends with what `sluice check` says. A host without a \
      port means 443.

        sluice allowlist explain raw.githubusercontent.com
        sluice allowlist explain git.example.org:22 --allowlist ./team.allow
        sluice allowlist explain api.example.org --day 2027-01-01
        sluice allowlist explain api.example.org --config sluice.yaml --environment vm-7

      A compiled list has no texts to walk through: then only the rule that decides is told.

      Exit code: 0 the host is allowed, 1 it is denied, 2 an error.
      """)

  @Argument(help: ArgumentHelp("A host, with or without a port.", valueName: "host[:port]"))
  var host: String

  @OptionGroup var configuration: ConfigurationOption

  @OptionGroup var policy: PolicyOptions

  @Option(
    help: ArgumentHelp(
      "The day on which to ask, for rules with until=. Default: today, UTC.",
      valueName: "yyyy-mm-dd"))
  var day: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let verdict: Verdict
    var walk: Walk?
    var unexplained = "An address, not a name: no rule of a list is about it."
    do {
      let settings = try LoadedConfiguration(
        path: configuration.config, policy.given, name: policy.name, choosesOne: true
      ).settings
      try settings.validate()
      let environment = try settings.selectedEnvironment()
      let day = try ListArgument.day(day)
      let target: Authority
      do throws(AuthorityError) {
        target = try Authority(host, defaultPort: .https)
      } catch {
        throw ConfigurationError("'\(host.printable)'", "not a host", remedy: error.message)
      }
      if let image = try settings.image(of: environment) {
        verdict = try Verdict(target, settings, on: day)
        if case .name = target.host {
          unexplained =
            "A compiled list, which has no steps to tell. For those give the text that it was "
            + "compiled from: \(ListLoader.texts(of: image).printable)"
        }
      } else if case .name(let name) = target.host {
        let sources = try settings.sources(of: environment)
        let made = Walk(
          name, port: target.port, on: day, in: sources.map(NamedSource.init),
          openPorts: environment.ports ?? .standard)
        let matcher = Matcher(sources.map(\.source), seed: MatcherSeed.random())
        verdict =
          settings.environments.isEmpty
          ? Verdict(target, try settings.makeSnapshot(matcher, generation: 1), on: day)
          : try Verdict(target, settings, on: day)
        try Self.check(made, matcher, verdict)
        walk = made
      } else {
        verdict = try Verdict(target, settings, on: day)
      }
    } catch {
      throw failure(error)
    }
    if json {
      var members = walk?.json ?? []
      members.append(("verdict", verdict.json))
      print(JSONText.object(members))
    } else {
      var output = StandardOutput()
      if let walk {
        walk.write(to: &output)
      } else {
        print(unexplained)
      }
      print(verdict.text)
    }
    if !verdict.decision.isAllowed { throw ExitCode(1) }
  }

  /// An explanation that is not what the proxy does would be worse than none.
  private static func check(
    _ walk: Walk, _ matcher: Matcher, _ verdict: Verdict
  ) throws(ConfigurationError) {
    var key = HostKey()
    let error = key.load(Array(walk.host.text.utf8).span)
    precondition(error == nil, "a host name is valid")
    let port = AskedPort(walk.port, isOpen: walk.openPorts.contains(walk.port))
    let match = matcher.match(key, port: port, on: walk.day)
    guard walk.agrees(with: match, of: matcher),
      verdict.ruleName.isEmpty || verdict.ruleName == walk.decidingName
    else {
      throw ConfigurationError(
        "'\(walk.host)'", "the explanation and the matcher disagree",
        remedy: "this is a defect of Sluice: please report it with the lists")
    }
  }
}
