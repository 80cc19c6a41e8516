import ArgumentParser
import Configuration
import Domains
import Policy
import Review

struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Check lists against files that say what they must allow and deny.",
    discussion: """
      A file of expectations:

        sluice-expectations 1
        list: ./team.allow
        allow github.com
        deny gist.github.com
        deny example.com:22 reason=port_not_allowed   # a comment

      A host without a port means 443. `reason=` is optional and one of docs/reasons.md. Settings \
      stand at the top and are optional: `list:`, again for more, a built-in list or a path from the \
      file's folder (default: default); `access:` none, limited or full (default: limited); `day:` \
      2026-12-31 (default: today, UTC). The flags below replace what the files say.

        sluice allowlist test allowlists/team.expect
        sluice allowlist test team.expect --allowlist ./changed.allow

      Exit code: 0 all hold, 1 one does not, 2 an error.
      """)

  @Argument(help: ArgumentHelp("A file of expectations.", valueName: "file"))
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Decide by this list instead; give it again for more.", valueName: "name|file"))
  var allowlist: [String] = []

  @Option(help: ArgumentHelp("Decide for this access level instead.", valueName: "level"))
  var access: String?

  @Option(help: ArgumentHelp("Decide for this day instead.", valueName: "yyyy-mm-dd"))
  var day: String?

  @Flag(help: "Print one JSON object for each file.")
  var json = false

  func run() throws {
    var reports: [ExpectationReport] = []
    do {
      // Everything is read before anything is printed.
      let parsed = try files.map(Self.read)
      for expectations in parsed { reports.append(try report(expectations)) }
    } catch {
      throw failure(error)
    }
    for report in reports { print(json ? report.json : report.text, terminator: json ? "\n" : "") }
    if reports.contains(where: { $0.failureCount > 0 }) { throw ExitCode(1) }
  }

  private static func read(_ file: String) throws -> Expectations {
    guard !file.isEmpty, !file.utf8.contains(0) else {
      throw ConfigurationError("'\(file.printable)'", "not a file", remedy: "write its path")
    }
    // A slash keeps `-` from being standard input, which has no folder for the paths of lists.
    let text = try InputFile(file == "-" ? "./-" : file).readAll(limit: Expectations.textLimit)
    return try Expectations.parse(
      text, file: file, reasons: reasons, accessLevels: AccessLevel.allCases.map(\.rawValue))
  }

  /// The reasons that a decision about a target can have.
  private static var reasons: Expectations.Reasons {
    let names = { (codes: [ReasonCode]) in Set(codes.map { $0.name.description }) }
    return Expectations.Reasons(
      allow: names(ReasonCode.allCases.filter { $0.status == 200 }),
      deny: names(ReasonCode.allCases.filter { $0.status == 403 }))
  }

  private func report(_ expectations: Expectations) throws -> ExpectationReport {
    var settings = Settings()
    if let level = access ?? expectations.access {
      settings.access = try SettingParser.access(SettingText("--access", level))
    }
    let lists =
      allowlist.isEmpty
      ? expectations.lists.map { Self.path($0, besides: expectations.file) } : allowlist
    if !lists.isEmpty { settings.allowlists = lists }
    let day = try self.day == nil ? expectations.day ?? .today : ListArgument.day(self.day)
    let snapshot = try settings.makeSnapshot(generation: 1)
    return ExpectationReport(expectations) { expectation in
      let verdict = Verdict(expectation.target, snapshot, on: day)
      return ExpectationReport.Decision(
        isAllowed: verdict.decision.isAllowed, reason: verdict.decision.reason.name.description,
        summary: verdict.explanation.summary, rule: verdict.rule)
    }
  }

  /// A list of a file: built in, or a path from the file's folder.
  private static func path(_ list: String, besides file: String) -> String {
    guard !ListLoader.builtinNames.contains(list), !list.hasPrefix("/"),
      let slash = file.lastIndex(of: "/")
    else { return list }
    return "\(file[...slash])\(list)"
  }
}
