import Domains
import Glibc
import MatcherBench

/// Measures the matcher on generated lists. Benchmarks/README.md says how to use it; scripts/bench
/// calls it.
@main
enum MatcherBenchmark {
  private static let usage = """
    usage: MatcherBenchmark run FOLDER [quick] SWIFT COMMIT   measure; writes matcher.json, matcher.md
           MatcherBenchmark compare OLD.json NEW.json PERCENT exit 1 on a regression of more than that
           MatcherBenchmark plot REPORT.json                  prints a script for gnuplot
           MatcherBenchmark write SIZE                        prints a generated list
           MatcherBenchmark flood SIZE                        exit 2 when chosen names fill a table badly
           MatcherBenchmark list                              names the counted operations
           MatcherBenchmark repeat OPERATION COUNT            does one, for callgrind
    """

  static func main() {
    do {
      exit(try run(Array(CommandLine.arguments.dropFirst())))
    } catch {
      Output.note("\(error)")
      exit(2)
    }
  }

  private static func run(_ arguments: [String]) throws -> Int32 {
    switch (arguments.first, arguments.count) {
    case ("run", 4):
      try Measuring(isQuick: false, swift: arguments[2], commit: arguments[3]).run(arguments[1])
    case ("run", 5) where arguments[2] == "quick":
      try Measuring(isQuick: true, swift: arguments[3], commit: arguments[4]).run(arguments[1])
    case ("compare", 4):
      guard let percent = Double(arguments[3]), (0...1_000).contains(percent) else {
        throw Problem(text: "'\(arguments[3])' is no percentage from 0 to 1000")
      }
      let comparison = try Comparison(
        Stored(path: arguments[1]), Stored(path: arguments[2]), percent: percent)
      print(comparison.table)
      return comparison.isRegression ? 1 : 0
    case ("plot", 2):
      print(try Chart(Stored(path: arguments[1])).script)
    case ("write", 2):
      guard let size = Int(arguments[1]), (1...10_000_000).contains(size) else {
        throw Problem(text: "'\(arguments[1])' is no number of rules from 1 to 10000000")
      }
      try Output.print(GeneratedWorkload(size: size).text)
    case ("flood", 2):
      guard let size = Int(arguments[1]), (1_000...1_000_000).contains(size) else {
        throw Problem(text: "'\(arguments[1])' is no number of names from 1000 to 1000000")
      }
      try Flood.run(size)
    case ("list", 1):
      for operation in CountedLookups.Operation.all { print(operation) }
    case ("repeat", 3):
      guard let operation = CountedLookups.Operation(arguments[1]), let count = Int(arguments[2]),
        (1...CountedLookups.countLimit).contains(count)
      else { throw Problem(text: "no such operation, or a count above the limit") }
      guard try CountedLookups(operation, limit: count).run(count) else {
        throw Problem(text: "\(operation): an answer is wrong")
      }
    default:
      throw Problem(text: usage)
    }
    return 0
  }
}

/// What ends the program, in words.
struct Problem: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}
