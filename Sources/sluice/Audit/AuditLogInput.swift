import Audit
import Configuration
import Domains
import Review
import Trail

/// Audit logs given on a command line, read one after the other: of any size, plain or compressed, a
/// piece at a time.
struct AuditLogInput {
  private(set) var reader: LogReader
  /// A file could not be read to its end.
  private(set) var failures: [String] = []
  private let goesOn: Bool

  /// - Parameter goesOn: whether to leave out lines and ends of files that cannot be read, and say so;
  ///   otherwise the first one is thrown.
  init(goesOn: Bool) {
    self.goesOn = goesOn
    reader = LogReader(goesOn ? .goOn : .stop)
  }

  /// Gives each record to `body`, in the order of the files.
  mutating func read(_ files: [String], _ body: LogReader.Body) throws {
    guard files.filter({ $0 == "-" }).count <= 1 else {
      throw ConfigurationError("-", "standard input twice", remedy: "give it once")
    }
    for file in files {
      var input = try Self.open(file)
      var progress = Progress("reading \(PrintableText.line(input.name))")
      defer { progress.finish() }
      let size = input.size
      do {
        try reader.read(&input, progress: { progress.update($0, of: size) }, body)
      } catch {
        guard goesOn else { throw error }
        failures.append(error.description)
      }
    }
  }

  static func open(_ argument: String) throws -> LogInput {
    let path = argument == "-" ? "/dev/stdin" : argument
    let name = argument == "-" ? "standard input" : argument.printable
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ConfigurationError("''", "not the path of a file", remedy: "write one")
    }
    do {
      return LogInput(try OpenFile(path), name: name)
    } catch {
      let isKind = error == .directory || error == .namedPipe
      throw ConfigurationError(
        "'\(name)'", error.description,
        remedy: isKind
          ? "give a file, or - for standard input" : "check the path and its permissions")
    }
  }

  /// Whether a file begins as compressed ones do.
  static func isCompressed(_ path: String) throws -> Bool {
    var input = try open(path)
    do { return try input.isCompressed() } catch {
      throw ConfigurationError("'\(path.printable)'", error.problem, remedy: error.remedy)
    }
  }

  /// What was left out, in words.
  var problems: [String] {
    var problems = reader.brokenPlaces
    let more = reader.brokenLines - reader.brokenPlaces.count
    if more > 0 { problems.append(Counted.text(more, "more line")) }
    if reader.laterVersions > 0 {
      problems.append(
        "\(Counted.text(reader.laterVersions, "record")) of a later version of the audit log")
    }
    return problems + failures
  }

  /// Says on standard error what was left out; yes if something was that may have been records.
  func reportProblems() -> Bool {
    for problem in problems {
      printError("sluice: left out: \(problem)")
    }
    return !failures.isEmpty || (goesOn && reader.brokenLines > 0)
  }

  /// Gives the entries of logs to `body`; the first line that is no record, unless it is the last one
  /// of its file, ends it with an error.
  static func readEntries(_ files: [String], _ body: (AuditEntry) -> Void) throws {
    var input = AuditLogInput(goesOn: false)
    try input.read(files) { line, fields throws(RecordProblem) in
      body(try AuditEntry(line, fields))
    }
    _ = input.reportProblems()
  }
}
