import ArgumentParser
import Audit
import CLinux
import Configuration
import Review
import Trail

struct AuditTailCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail",
    abstract: "Print the last records, and those that come.",
    discussion: """
      With -f the log is followed until the command is interrupted, also over a rotation: when another \
      file takes its name, the one before is read to its end first.

        sluice audit tail -f
        sluice audit tail -n 50 --verdict deny audit.jsonl
        sluice audit tail -f --environment vm-7 --json | jq .host

      Exit code: 0 done, 2 an error.
      """)

  @Argument(
    help: ArgumentHelp(
      "The audit log. Default: the log that is written here by default.", valueName: "audit-log"))
  var log: String?

  @Flag(name: [.short, .long], help: "Go on with the records that come.")
  var follow = false

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("How many of the last records that fit, 0 to 100000.", valueName: "count"))
  var lines = 10

  @OptionGroup(title: "Which records") var which: RecordFilterOptions
  @OptionGroup var output: RecordOutputOptions

  /// How often the file is looked at.
  private static let pauseMilliseconds: Int32 = 200
  /// What is read of the end at first; eight times that, if there are too few records in it, and so on.
  private static let window: UInt64 = 1 << 20

  func run() throws {
    do {
      guard (0...100_000).contains(lines) else {
        throw ConfigurationError(
          "--lines '\(lines)'", "not 0 to 100000", remedy: "write such a number")
      }
      let filter = try which.filter().compiled
      let path = try log ?? DefaultLog.path()
      if try printLastOfInput(path, filter) { return }
      var follower = try LogFollower(path, name: path.printable)
      try printLast(&follower, filter)
      while follow {
        var printer = RecordPrinter(json: output.json)
        let body: LogReader.Body = { line, fields in
          if filter.matches(line, fields) { printer.add(line, fields) }
        }
        let came = try follower.read(body)
        let change = try follower.follow(body)
        printer.flush()
        report(follower.takeProblems())
        switch change {
        case .none: if came == 0 { _ = cl_poll(-1, false, -1, Self.pauseMilliseconds) }
        case .cut: printError("sluice: \(path.printable) was cut; going on from its start")
        case .moved: continue
        }
      }
    } catch {
      throw failure(error)
    }
  }

  /// The last records of a log that is no plain file: standard input, or compressed. No if it is one.
  private func printLastOfInput(_ path: String, _ filter: CompiledFilter) throws -> Bool {
    guard try path == "-" || AuditLogInput.isCompressed(path) else { return false }
    guard !follow else {
      throw ConfigurationError(
        "--follow", "\(path.printable) is no log that is being written", remedy: "leave it out")
    }
    var last = LastRecords(limit: lines)
    var input = AuditLogInput(goesOn: true)
    try input.read([path]) { line, fields in
      if filter.matches(line, fields) { last.add(line) }
    }
    print(last)
    if input.reportProblems() { throw ExitCode(2) }
    return true
  }

  /// Prints the last records that fit, and leaves the follower behind them.
  private func printLast(_ follower: inout LogFollower, _ filter: CompiledFilter) throws {
    let size = follower.size
    guard lines > 0 else { return follower.seek(to: size) }
    var window = Self.window
    while true {
      let start = size > window ? size - window : 0
      var last = LastRecords(limit: lines)
      follower.seek(to: start)
      _ = try follower.read { line, fields in
        if filter.matches(line, fields) { last.add(line) }
      }
      let problems = follower.takeProblems()
      if last.isFull || start == 0 {
        print(last)
        return report(problems)
      }
      window *= 8
    }
  }

  private func print(_ last: LastRecords) {
    var printer = RecordPrinter(json: output.json)
    let parser = RecordParser()
    for line in last.inOrder {
      guard case .record(let fields) = try? parser.parse(line.span, 0..<line.count) else {
        continue
      }
      printer.add(line.span, fields)
    }
    printer.flush()
  }

  private func report(_ problems: [String]) {
    for problem in problems { printError("sluice: left out: \(problem)") }
  }
}

/// The last lines of a stream, a bounded number of them.
private struct LastRecords {
  private let limit: Int
  private var lines: [[UInt8]] = []
  private var next = 0

  init(limit: Int) { self.limit = limit }

  var isFull: Bool { lines.count >= limit }

  mutating func add(_ line: Span<UInt8>) {
    guard limit > 0 else { return }
    var copy: [UInt8] = []
    copy.reserveCapacity(line.count)
    for index in 0..<line.count { copy.append(line[index]) }
    if lines.count < limit {
      lines.append(copy)
    } else {
      lines[next] = copy
      next = (next + 1) % limit
    }
  }

  var inOrder: [[UInt8]] { Array(lines[next...] + lines[..<next]) }
}
