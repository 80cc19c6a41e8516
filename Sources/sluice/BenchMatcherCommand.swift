import ArgumentParser
import CLinux
import Configuration
import Domains
import MatcherBench
import Review

struct BenchMatcherCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matcher",
    abstract: "Time the lookup of host names in a list of yours.",
    discussion: """
      Compiles the list, makes names that its rules cover and names that they do not, checks every \
      answer against a plain second implementation, and times the lookups: CPU time of one thread \
      that is bound to a core, median and least of 15 runs (of five at least, where \
      the machine is busy). Where all rules are plain (a name, `*.` or `+.`), four other ways to match are timed on the same names; they get names in \
      canonical form for nothing. Nothing is resolved and nothing leaves the machine.

        sluice bench matcher --allowlist team.allow
        sluice bench matcher --allowlist team.allow --hosts hosts.txt
        jq -r 'select(.event == "decision") | .host' audit.jsonl > hosts.txt

      The columns: recorded is your hosts in their order; hit, names that a rule covers; near, names \
      that are nearly covered; uniform, unrelated names; mix, half of them covered; same, one \
      name again and again; latency, as mix, each lookup waiting for the one before.

      Exit code: 0 done, 2 an error.
      """)

  @Option(
    help: ArgumentHelp(
      "The list: default, essential, or a file.", valueName: "name|file"))
  var allowlist: String

  @Option(
    help: ArgumentHelp(
      "Host names to look up, one a line; blank lines and lines that start with # do not count.",
      valueName: "file"))
  var hosts: String?

  @Option(
    help: ArgumentHelp(
      "About how long it may take, 2 to 600. A list of a million rules takes some seconds more.",
      valueName: "seconds"))
  var seconds = 20

  @Flag(help: "Print the figures as JSON.")
  var json = false

  private static let seed: UInt64 = 0x5EED_0004
  /// Names that have nothing to do with the list.
  private static let foreignCount = 20_000
  private static let queries = 65_536

  func run() throws {
    do {
      try measure()
    } catch {
      throw failure(error)
    }
  }

  private func measure() throws {
    guard (2...600).contains(seconds) else {
      throw ConfigurationError(
        "--seconds \(seconds)", "not from 2 to 600", remedy: "leave it out for 20")
    }
    let recorded = try hosts.map { try RecordedHosts(file: $0) }
    var kinds: [QueryStream.Kind] = [.hit, .near, .uniform, .mix, .same, .latency]
    if recorded != nil { kinds.insert(.recorded, at: 0) }
    let settings = settings(streams: kinds.count)
    let day = Day(unixSeconds: Int64(cl_realtime_us() / 1_000_000))

    let source = try ListLoader.text(of: allowlist)
    try ListLoader.refuseImage(source.bytes, file: source.file)
    var progress = Progress("compiling \(source.file)")
    let machine = Machine.current(core: Core.bind())
    let bench = try ListBench(source.bytes, file: source.file, day: day, settings: settings) {
      progress.update(Int($0 * 100), of: 100)
    }
    progress.finish()

    progress = Progress("measuring")
    defer { progress.finish() }
    var report = Report(machine: machine, day: day, settings: settings)
    var list = ListReport(bench)
    var maker = StreamMaker(
      bench.subjects, bench.reference, foreign: foreignNames(), seed: Self.seed, zipf: 0, replay: 0)
    for (number, kind) in kinds.enumerated() {
      let stream =
        if kind == .recorded, let recorded {
          maker.recorded(recorded.names)
        } else {
          maker.stream(kind, count: Self.queries)
        }
      list.streams.append(
        try bench.measure(stream) { share in
          progress.update(Int((Double(number) + share) * 100), of: kinds.count * 100)
        })
    }
    report.lists.append(list)
    progress.finish()
    print(json ? report.json : report.table, terminator: "")
    if !json { printNotes(bench, recorded) }
  }

  private func settings(streams: Int) -> BenchSettings {
    var settings = BenchSettings()
    let milliseconds = Double(seconds) * 1_000
    settings.queries = Self.queries
    settings.streamMilliseconds = milliseconds * 0.7 / Double(streams)
    settings.compileMilliseconds = milliseconds * 0.15
    // Five contenders share the time for a stream.
    let cell = milliseconds * 0.6 / Double(streams * 5)
    settings.checkMilliseconds = cell * 0.2
    settings.otherRunMilliseconds = min(80, cell * 0.8 / Double(settings.runs))
    settings.ownRunMilliseconds = settings.otherRunMilliseconds
    return settings
  }

  private func foreignNames() -> PackedNames {
    var source = NameSource(seed: Self.seed, newSiteShare: 0.7)
    var names = PackedNames()
    for _ in 0..<Self.foreignCount { names.append(source.next()) }
    return names
  }

  private func printNotes(_ bench: ListBench, _ recorded: RecordedHosts?) {
    if bench.subjects.special > 0 {
      print(
        """

        No other way to match is timed: those do not understand denials, globs, `?.`, other ports and \
        past days, and of the rules \(Counted.text(bench.subjects.special, "is", "are")) of that kind.
        """)
    }
    if let note = recorded?.note { print("\n\(note)") }
  }
}
