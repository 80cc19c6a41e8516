import Domains
import Glibc
import MatcherBench

/// One whole measurement: all sizes, all streams, all contenders.
struct Measuring {
  private let sizes: [Int]
  private let kinds: [QueryStream.Kind]
  private let settings: BenchSettings
  private let swift: String
  private let commit: String

  /// - Parameter isQuick: two sizes, four streams, shorter: half a minute, for a first look.
  init(isQuick: Bool, swift: String, commit: String) {
    var settings = BenchSettings()
    if isQuick {
      sizes = [200, 10_000]
      kinds = [.hit, .miss, .mix, .replay]
      settings.otherRunMilliseconds = 25
      settings.checkMilliseconds = 200
      settings.compileMilliseconds = 1_000
    } else {
      sizes = RuleSet.sizes
      kinds = GeneratedWorkload.kinds
    }
    self.settings = settings
    self.swift = swift
    self.commit = commit
  }

  /// Prints the table, and writes it and the figures into `folder`.
  func run(_ folder: String) throws {
    let machine = Machine.current(swift: swift, commit: commit, core: Core.bind())
    if machine.core == nil { Output.note("the system does not let this thread be bound to a core") }
    var report = Report(
      machine: machine, day: Day(unixSeconds: Int64(time(nil))), settings: settings)
    for size in sizes {
      Output.note("\(size) rules: generating, compiling")
      let workload = GeneratedWorkload(size: size)
      let bench = try ListBench(
        workload.text, file: workload.file, day: GeneratedWorkload.day, settings: settings)
      var maker = workload.streamMaker(bench.subjects, bench.reference)
      var list = ListReport(bench)
      for kind in kinds {
        Output.note("\(size) rules: \(kind.rawValue)")
        list.streams.append(try bench.measure(maker.stream(kind, count: settings.queries)))
      }
      report.lists.append(list)
    }
    try Output.write(report.json, to: "\(folder)/matcher.json")
    try Output.write(report.table, to: "\(folder)/matcher.md")
    print(report.table, terminator: "")
  }
}
