import ArgumentParser
import Audit
import Configuration
import Trail

struct AuditStatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Count records: by environment, verdict, reason, host, client.",
    discussion: """
      Any number of records is counted in memory of a fixed size. Up to \(LogStatistics.places) \
      different hosts, environments and clients all counts are exact; where there are more, the table \
      says by how much a count may be too small.

        sluice audit stats audit.jsonl
        sluice audit stats --since 7d --environment vm-7 --top 20 audit.jsonl.*.gz audit.jsonl

      Exit code: 0 done, 2 an error, also a line or a file that could not be read.
      """)

  @Argument(
    help: ArgumentHelp(
      "Audit logs; - is standard input. Default: the log that is written here by default.",
      valueName: "audit-log"))
  var logs: [String] = []

  @OptionGroup(title: "Which records") var which: RecordFilterOptions

  @Option(help: ArgumentHelp("Lines in each table, 1 to 1000.", valueName: "count"))
  var top = 10

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    do {
      guard (1...1000).contains(top) else {
        throw ConfigurationError("--top '\(top)'", "not 1 to 1000", remedy: "write such a number")
      }
      let filter = try which.filter().compiled
      var statistics = LogStatistics()
      var input = AuditLogInput(goesOn: true)
      try input.read(DefaultLog.files(logs)) { line, fields in
        if filter.matches(line, fields) { statistics.add(line, fields) }
      }
      print(json ? statistics.json(limit: top) : statistics.text(limit: top))
      if input.reportProblems() { throw ExitCode(2) }
    } catch let code as ExitCode {
      throw code
    } catch {
      throw failure(error)
    }
  }
}
