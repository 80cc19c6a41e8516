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

      Exit code: 0 done, 2 an error.
      """)

  @OptionGroup var policy: PolicyOptions

  @Flag(help: "Print one JSON object, each rule on its own line.")
  var json = false

  func run() throws {
    let composition: Composition
    do {
      var settings = Settings()
      try policy.apply(to: &settings)
      composition = Composition(
        try settings.sources(), title: "access \(settings.access.rawValue)", on: .today)
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
}
