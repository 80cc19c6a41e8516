import ArgumentParser
import Audit
import Configuration
import Review
import Trail

struct AuditGrepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grep",
    abstract: "Print the records that fit.",
    discussion: """
      Files are read in the order in which they are given, plain or compressed with gzip or zstd, of \
      any size. Every kind of condition that is given has to hold; of one kind, any value that is given \
      will do. A record without the member that a condition is about does not fit.

      A line that is no record is left out and said with its place; so is the rest of a file that is \
      cut short.

        sluice audit grep --verdict deny --since 2h audit.jsonl
        sluice audit grep --host +.example.org --environment vm-7 audit.jsonl.*.gz audit.jsonl
        sluice audit grep --id 5e1f… --json audit.jsonl

      Exit code: 0 some records fit, 1 none did, 2 an error, also a line or a file that could not be \
      read.
      """)

  @Argument(
    help: ArgumentHelp(
      "Audit logs; - is standard input. Default: the log that is written here by default.",
      valueName: "audit-log"))
  var logs: [String] = []

  @OptionGroup(title: "Which records") var which: RecordFilterOptions
  @OptionGroup var output: RecordOutputOptions

  @Flag(help: "Print only how many records fit.")
  var count = false

  func run() throws {
    do {
      let filter = try which.filter().compiled
      var printer = RecordPrinter(json: output.json)
      var input = AuditLogInput(goesOn: true)
      var found = 0
      try input.read(DefaultLog.files(logs)) { line, fields in
        guard filter.matches(line, fields) else { return }
        found += 1
        if !count { printer.add(line, fields) }
      }
      printer.flush()
      if count { print(found) }
      if input.reportProblems() { throw ExitCode(2) }
      if found == 0 { throw ExitCode(1) }
    } catch let code as ExitCode {
      throw code
    } catch {
      throw failure(error)
    }
  }
}

/// The log that is meant where none is named.
enum DefaultLog {
  static func files(_ given: [String]) throws -> [String] {
    given.isEmpty ? [try path()] : given
  }

  /// `--audit` as `run` would have it without flags: SLUICE_AUDIT, the configuration file, the default
  /// place.
  static func path() throws -> String {
    let loaded = try LoadedConfiguration(path: nil, GivenFlags(), name: nil)
    let path = try loaded.settings.auditPath ?? defaultAuditPath()
    guard path != "-" else {
      throw ConfigurationError(
        "the audit log", "goes to standard output here", remedy: "name the file that it was put in")
    }
    return path
  }
}
