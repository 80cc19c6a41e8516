import ArgumentParser
import Audit
import CLinux
import Configuration
import Domains
import Glibc
import Review
import Trail

struct AuditReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a page about what audit logs say, for a reviewer.",
    discussion: """
      The page is one file that needs nothing else: traffic over time, what was refused and why, the \
      top destinations; with --list or --config the rules that decided nothing; with --state the \
      destinations that no report before had. No script is in it, and none would run.

        sluice audit report --html report.html audit.jsonl
        sluice audit report --html week.html --since 7d --config sluice.yaml --state seen.txt audit.jsonl*

      Exit code: 0 done, 2 an error; with a line or a file that could not be read the report is \
      written, says so, and the exit code is 2.
      """)

  @Argument(
    help: ArgumentHelp(
      "Audit logs; - is standard input. Default: the log that is written here by default.",
      valueName: "audit-log"))
  var logs: [String] = []

  @Option(help: ArgumentHelp("The page; an older one is replaced.", valueName: "file"))
  var html: String

  @Option(help: ArgumentHelp("What heads the page.", valueName: "text"))
  var title = "Egress report"

  @Option(
    help: ArgumentHelp(
      "A list whose unused rules are shown: default, essential, or a file. Give it again for more.",
      valueName: "name|file"))
  var list: [String] = []

  @Option(
    help: ArgumentHelp(
      "A configuration file: the lists and rules of its environments are looked at as those of --list.",
      valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "What the last report knew; made if it is not there, and brought up to date.",
      valueName: "file"
    ))
  var state: String?

  @OptionGroup(title: "Which records") var which: RecordFilterOptions

  func run() throws {
    do {
      let filter = try which.filter().compiled
      try ReportFile.check(html, "--html", begins: "<!doctype html>")
      var report = TrafficReport(
        rules: try RuleSources.load(lists: list, config: config),
        destinations: try state.map { try DestinationState.read($0) })
      let files = try DefaultLog.files(logs)
      var input = AuditLogInput(goesOn: true)
      try input.read(files) { line, fields in
        if filter.matches(line, fields) { report.add(line, fields) }
      }
      report.title = title
      report.sources = files.map { $0 == "-" ? "standard input" : $0 }
      report.problems = input.problems
      report.conditions = which.words
      report.made = TimeBound(microseconds: cl_realtime_us()).text
      try ReportFile.write(Array(report.html.utf8), to: html, "--html", mode: 0o644)
      // A report that missed records must not hide their destinations from the next one: what it did
      // not see, that one calls new.
      if let state, let known = report.destinations {
        try ReportFile.write(Array(known.text.utf8), to: state, "--state", mode: 0o640)
      }
      if input.reportProblems() { throw ExitCode(2) }
    } catch let code as ExitCode {
      throw code
    } catch {
      throw failure(error)
    }
  }
}

/// The rules whose use is asked for.
private enum RuleSources {
  static func load(lists: [String], config: String?) throws -> [RuleUse.Source] {
    var names = lists
    var sources: [RuleUse.Source] = []
    if let config {
      let loaded = try LoadedConfiguration(path: config, GivenFlags(), name: nil)
      let settings = loaded.settings
      names += settings.environments.isEmpty ? settings.allowlists : []
      for environment in settings.environments {
        names += environment.allowlists
        for (kind, rules) in [("allow", environment.allow), ("deny", environment.deny)] {
          guard !rules.isEmpty else { continue }
          sources.append(
            RuleUse.Source(
              label: "env/\(environment.name)/\(kind)",
              rules: rules.enumerated().map { ($0 + 1, $1.text) }))
        }
      }
    }
    var seen: Set<String> = []
    for name in names where seen.insert(name).inserted {
      let list = try ListLoader.load(name)
      guard !sources.contains(where: { $0.label == list.label }) else { continue }
      sources.append(
        RuleUse.Source(label: list.label, rules: list.rules.map { ($0.line, $0.text) }))
    }
    return sources
  }
}

/// The file that keeps what reports have seen.
private enum DestinationState {
  static func read(_ path: String) throws -> KnownDestinations {
    guard unsafe access(path, F_OK) == 0 || errno != ENOENT else { return KnownDestinations() }
    let bytes: [UInt8]
    do {
      bytes = try OpenFile(path).readAll(limit: 512 << 20)
    } catch {
      throw ConfigurationError(
        "--state '\(path.printable)'", error.description,
        remedy: "check the path and its permissions")
    }
    return try KnownDestinations(String(decoding: bytes, as: UTF8.self), name: path.printable)
  }
}

/// Files that a report replaces: all of one or nothing, a file beside it that is then renamed.
private enum ReportFile {
  /// Refuses to put a page in the place of another kind of file.
  static func check(_ path: String, _ flag: String, begins mark: String) throws {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ConfigurationError(flag, "not the path of a file", remedy: "write one")
    }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return }
    let isFile = status.st_mode & S_IFMT == S_IFREG
    if isFile, status.st_size == 0 { return }
    if isFile, let start = try? OpenFile(path).read(mark.utf8.count), start == Array(mark.utf8) {
      return
    }
    throw ConfigurationError(
      "\(flag) '\(path.printable)'", "there already, and not a page: it would be lost",
      remedy: "name a new file, or an older report")
  }

  static func write(_ bytes: [UInt8], to path: String, _ flag: String, mode: mode_t) throws {
    var template = Array("\(path).XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else { throw failure(path, flag, errno) }
    let temporary = unsafe template.withUnsafeBufferPointer {
      unsafe String(cString: $0.baseAddress!)
    }
    var code: Int32 = fchmod(descriptor, mode) == 0 ? 0 : errno
    if code == 0 { code = OutputFile.writeAll(bytes.span, to: descriptor) }
    if code == 0, fsync(descriptor) != 0 { code = errno }
    _ = cl_close(descriptor)
    if code == 0, unsafe rename(temporary, path) != 0 { code = errno }
    guard code != 0 else { return }
    unsafe _ = unlink(temporary)
    throw failure(path, flag, code)
  }

  private static func failure(_ path: String, _ flag: String, _ code: Int32) -> ConfigurationError {
    ConfigurationError(
      "\(flag) '\(path.printable)'",
      "cannot be written (\(unsafe String(cString: strerror(code))))",
      remedy: "check the path and its permissions")
  }
}
