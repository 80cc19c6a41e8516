import Glibc
import Policy

/// Times the steps of the core, or repeats one of them for an instrument that counts instructions.
/// Benchmarks/README.md says how to use it.
@main
enum CoreBenchmark {
  /// Runs of each operation; the table has their median and least.
  static let runs = 21
  /// Operations of one run.
  static let operationsPerRun = 1_500

  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      let text = "CoreBenchmark: \(error)\n"
      _ = unsafe write(STDERR_FILENO, text, text.utf8.count)
      exit(2)
    }
  }

  private static func run(_ arguments: [String]) throws {
    switch arguments.first {
    case "list" where arguments.count == 1:
      for operation in Operation.allCases { print(operation.rawValue) }
    case "time" where arguments.count == 2:
      try time(directory: arguments[1])
    case "environments" where arguments.count == 1:
      try environments()
    case "repeat" where arguments.count == 4:
      guard let operation = Operation(rawValue: arguments[2]), let count = Int(arguments[3]),
        (1...Bench.countLimit).contains(count)
      else { throw Problem(text: "no such operation, or a count beyond \(Bench.countLimit)") }
      var bench = try makeBench(in: arguments[1])
      try check(bench.run(operation, count), operation)
    default:
      throw Problem(
        text:
          "usage: CoreBenchmark list | environments | time DIRECTORY | repeat DIRECTORY OPERATION COUNT"
      )
    }
  }

  private static func makeBench(in directory: String) throws -> Bench {
    let snapshot = try Bench.makeSnapshot()
    return Bench(
      snapshot, try ManyEnvironments.snapshot(sharing: snapshot.environments[0].matcher),
      try Bench.makeLog(in: directory))
  }

  /// A line for each operation: its name, and the median and the least of its runs in nanoseconds.
  private static func time(directory: String) throws {
    var bench = try makeBench(in: directory)
    for operation in Operation.allCases {
      try check(bench.run(operation, 200), operation)
      var times: [Double] = []
      for _ in 0..<runs {
        let start = threadNanoseconds()
        let sum = bench.run(operation, operationsPerRun)
        times.append(Double(threadNanoseconds() - start) / Double(operationsPerRun))
        try check(sum, operation)
      }
      times.sort()
      print(operation.rawValue, rounded(times[runs / 2]), rounded(times[0]))
    }
  }

  /// Milliseconds of CPU time to make a snapshot of ten thousand environments: with rules of their own
  /// that all share, and with five that each has alone.
  private static func environments() throws {
    let lists = try Bench.makeSnapshot().environments[0].matcher
    for (name, make) in [
      ("shared", ManyEnvironments.snapshot(sharing:)),
      ("distinct", ManyEnvironments.snapshotOfDistinctRules(sharing:)),
    ] {
      var times: [Double] = []
      for _ in 0..<5 {
        let start = threadNanoseconds()
        let snapshot = try make(lists)
        times.append(Double(threadNanoseconds() - start) / 1e6)
        guard snapshot.environmentCount == ManyEnvironments.count else {
          throw Problem(text: "environments are missing")
        }
      }
      times.sort()
      print("environments-\(name)", rounded(times[2]), rounded(times[0]))
    }
  }

  /// An operation that failed says so by its sum; one that measures a failure is worth nothing.
  private static func check(_ sum: UInt64, _ operation: Operation) throws {
    if sum == .max { throw Problem(text: "\(operation.rawValue) did not do its work") }
  }

  private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  /// CPU time of this thread.
  private static func threadNanoseconds() -> UInt64 {
    var time = timespec()
    let result = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    precondition(result == 0)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
