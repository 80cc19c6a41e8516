import Domains
import MatcherBench

/// Lists of names that somebody chose who knows the seed: searches for all of them start in the first
/// eighth of the table. The builder has to notice, and to take another seed.
enum Flood {
  static let seed: UInt64 = 0xF100_D5EE_D000_0001
  /// The most overflowing buckets in a row in a table that is fit for use.
  static let runLimit = 128

  /// Compiles such a list, and for comparison an honest one, and prints what became of the tables.
  static func run(_ count: Int) throws {
    let honest = try Allowlist.parse(GeneratedWorkload(size: count).text, file: "generated.allow")
    let chosen = try Allowlist.parse(text(count), file: "flood.allow")
    var isSound = try report("honest names", honest, seed: seed)
    isSound = try report("chosen names, their seed", chosen, seed: seed) && isSound
    isSound = try report("chosen names, another seed", chosen, seed: seed + 1) && isSound
    guard isSound else { throw Problem(text: "a search passes more than \(runLimit) buckets") }
  }

  private static func report(_ what: String, _ list: Allowlist, seed: UInt64) throws -> Bool {
    var matcher: Matcher?
    let seconds = ContinuousClock().measure {
      matcher = Matcher([Matcher.Source(list: list)], seed: seed)
    }
    guard let matcher else { return false }
    let (buckets, run) = Inspection.buckets(of: matcher)
    let seedText = matcher.seed == seed ? "kept" : "changed"
    print(
      "\(what): \(matcher.ruleCount) rules, \(buckets) buckets, seed \(seedText), "
        + "longest row of overflowing buckets \(run), built in \(seconds)")
    return run <= runLimit
  }

  /// The first so many names of a plain series whose hash is below an eighth of all.
  static func text(_ count: Int) -> [UInt8] {
    var text = Array("sluice-allowlist 1\nname: flood\nversion: 1\n".utf8)
    var key = HostKey()
    var taken = 0
    var number: UInt64 = 0
    while taken < count {
      number += 1
      let name = Array("n\(String(number, radix: 36)).test".utf8)
      guard key.load(name.span) == nil,
        Inspection.home(of: key, seed: seed, bucketCount: 8).bucket == 0
      else { continue }
      taken += 1
      text += name
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }
}
