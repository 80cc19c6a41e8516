import ArgumentParser
import CLinux
import Configuration
import Domains
import Review

struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Say what is wrong, risky or needless in allowlists.",
    discussion: """
      Prints one line for each finding, FILE:LINE:COLUMN: SEVERITY[CODE]: what; remedy, and a summary \
      to standard error. Several lists are looked at alone and composed, as an environment composes \
      them. docs/lint.md has every code. A rule is called duplicate, shadowed or unreachable only if \
      without it every host, port and day gets the same answer.

        sluice allowlist lint team.allow
        sluice allowlist lint --strict default team.allow
        sluice allowlist lint --sarif lists/*.allow > lint.sarif

      A finding that is meant is silenced behind what it is about, with the reason:

        git.example.org :22   # lint: allow risky-port pushes go over SSH

      --fix rewrites the files where that is safe: rules that stand there twice, ports that say \
      nothing, and all that `sluice allowlist fmt` does. It never changes what a list allows. Then \
      what is left is reported.

      Exit code: 0 no errors (with --strict: no warnings either), 1 there are, 2 an error: a file that \
      cannot be read or written, a wrong flag.
      """)

  @Argument(
    help: ArgumentHelp(
      "Lists: default, essential, or files. None, or -: standard input.", valueName: "name|file"))
  var files: [String] = []

  @Flag(help: "Warnings fail as errors do.")
  var strict = false

  @Flag(help: "Print one JSON array of findings.")
  var json = false

  @Flag(help: "Print SARIF 2.1.0, for code review sites.")
  var sarif = false

  @Flag(help: "Rewrite the files where that is safe.")
  var fix = false

  @Option(
    help: ArgumentHelp(
      "The day to judge by, UTC. Default: today.", valueName: "yyyy-mm-dd"))
  var day: String?

  func validate() throws {
    if json && sarif { throw ValidationError("--json and --sarif are two answers; give one") }
    if let day, Day(day) == nil {
      throw ValidationError("--day: write year, month and day, such as 2026-12-31")
    }
  }

  func run() throws {
    let today = Day(unixSeconds: Int64(cl_realtime_us() / 1_000_000))
    let day = day.flatMap { Day($0) } ?? today
    var lists: [ListFile] = []
    do {
      for argument in files.isEmpty ? ["-"] : files {
        let list = try ListFile(argument)
        guard !fix || list.isReplaceable else {
          throw ConfigurationError(
            "--fix '\(argument)'", "not a file that can be rewritten",
            remedy: "give the path of a file")
        }
        lists.append(list)
      }
    } catch {
      throw failure(error)
    }
    let suffixes = PublicSuffixes()
    var result = lint(lists.map { ($0.name, $0.text) }, day, suffixes, fixes: fix)
    if fix {
      result = try rewrite(lists, result, day, suffixes)
    }
    write(result.report)
    printError("sluice: \(result.report.summary(files: lists.count))")
    if result.report.fails(isStrict: strict) { throw ExitCode(1) }
  }

  private func lint(
    _ inputs: [Lint.Input], _ day: Day, _ suffixes: PublicSuffixes, fixes: Bool
  ) -> Lint.Result {
    var progress = Progress("looking at \(inputs.count == 1 ? "the list" : "the lists")")
    defer { progress.finish() }
    return Lint.run(inputs, on: day, suffixes: suffixes, fixes: fixes) {
      progress.update($0, of: 100)
    }
  }

  /// Puts the fixed texts in their places and looks again at what is there now.
  private func rewrite(
    _ lists: [ListFile], _ result: Lint.Result, _ day: Day, _ suffixes: PublicSuffixes
  ) throws -> Lint.Result {
    var isChanged = false
    var inputs: [Lint.Input] = []
    for (list, fixed) in zip(lists, result.fixed) {
      inputs.append((list.name, fixed ?? list.text))
      guard let fixed else { continue }
      do {
        try list.replace(with: fixed)
      } catch {
        throw failure(error)
      }
      isChanged = true
      printError("sluice: rewrote \(InternationalName.printable(list.name))")
    }
    return isChanged ? lint(inputs, day, suffixes, fixes: false) : result
  }

  private func write(_ report: LintReport) {
    if json {
      print(report.json)
    } else if sarif {
      print(report.sarif(version: Version.text))
    } else {
      var lines = ""
      for finding in report.findings { lines += finding.line + "\n" }
      ListFile.print(Array(lines.utf8))
    }
  }
}
