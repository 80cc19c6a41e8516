import ArgumentParser
import Configuration
import Domains
import Review

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Say what a change of lists lets through and what it shuts out.",
    discussion: """
      Compares what the lists mean, not their text: every name, port and day is accounted for. Each \
      change is the smallest pattern that covers it, with an example and the rules that decide. \
      Other order, sections, comments and metadata are no change.

        sluice allowlist diff main:allowlists/team.allow allowlists/team.allow
        sluice allowlist diff HEAD~1:team.allow HEAD:team.allow --markdown
        sluice allowlist diff default,./team.allow default,./new.allow

      OLD and NEW are built-in lists (default, essential), files, or REV:path, which `git` is asked \
      for; with commas between them, several that are used together. An existing file wins over \
      REV:path and over commas.

      What was refused and is now denied by a rule counts as narrower, and the reverse as wider: \
      denies hold in access level full, and against the allow rules of other lists.

      Exit code: 0 equal, 1 narrower only, 2 wider (whatever else it is), 64 an error.
      """)

  @Argument(help: ArgumentHelp("The lists as they were.", valueName: "old"))
  var old: String

  @Argument(help: ArgumentHelp("The lists as they are to be.", valueName: "new"))
  var new: String

  @Option(
    help: ArgumentHelp(
      "Compare what holds on this day and later, for rules with until=. Default: today, UTC.",
      valueName: "yyyy-mm-dd"))
  var day: String?

  @Option(
    help: ArgumentHelp(
      "Print at most this many changes of each kind. --json always prints all.",
      discussion: "Default: 1000, with --markdown 100.", valueName: "count"))
  var limit: Int?

  @Flag(help: "Print one JSON object, each change on its own line.")
  var json = false

  @Flag(help: "Print a summary and a table for a review comment.")
  var markdown = false

  /// Differs from the codes that `diff` gives its findings.
  static let errorCode = ExitCode(64)

  func validate() throws {
    if json, markdown { throw ValidationError("Give either --json or --markdown.") }
    if let limit, limit < 0 { throw ValidationError("--limit is 0 or more.") }
  }

  func run() throws {
    let report: ComparisonReport
    do throws(ConfigurationError) {
      let day = try ListArgument.day(day)
      let sides = try readSides()
      var progress = Progress("comparing")
      let comparison = ListComparison(sides, from: day) { done, total in
        progress.update(done, of: total)
      }
      progress.finish()
      report = ComparisonReport(comparison, limit: limit ?? (markdown ? 100 : 1000))
    } catch {
      printError("sluice: \(error)")
      throw Self.errorCode
    }
    var output = StandardOutput()
    if json {
      report.writeJSON(to: &output)
    } else if markdown {
      report.writeMarkdown(to: &output)
    } else {
      report.write(to: &output)
    }
    if report.isWider { throw ExitCode(2) }
    if report.isNarrower { throw ExitCode(1) }
  }

  private func readSides() throws(ConfigurationError) -> Sides {
    var progress = Progress("reading the lists")
    defer { progress.finish() }
    progress.update(0, of: 2)
    let before = try ListArgument.side(old)
    progress.update(1, of: 2)
    return Sides(old: before, new: try ListArgument.side(new))
  }
}
