import Domains
import Review

/// A small seeded generator, so that a failing test says how to repeat it.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}

/// Lint on texts, on 2026-11-22.
enum Linted {
  static let day = Day("2026-11-22")!
  static let suffixes = PublicSuffixes()

  /// Lines 1 to 4 of every list: whatever follows starts on line 5, in a section that has an owner.
  static func text(_ rules: [String], name: String = "test") -> [UInt8] {
    let header = ["sluice-allowlist 1", "name: \(name)", "version: 1", ""]
    return Array((header + rules).map { $0 + "\n" }.joined().utf8)
  }

  static func run(_ inputs: [Lint.Input], fixes: Bool = false, day: Day = day) -> Lint.Result {
    Lint.run(inputs, on: day, suffixes: suffixes, fixes: fixes)
  }

  /// Findings of rules in an owned section as `LINE CODE`, the first rule on line 1; without notes on
  /// spelling, which the rows do not care about.
  static func codes(_ rules: [String], day: Day = day) -> [String] {
    let report = run([("t.allow", text(["[S] owner=@a"] + rules))], day: day).report
    return report.findings.filter { $0.code != .unformatted }.map {
      "\($0.position.line - 5) \($0.code.rawValue)"
    }
  }
}
