import Domains
import Testing

@testable import Review

/// The comparison against two matchers: for random pairs of lists and names near them, the matchers'
/// answers differ exactly where a change says so.
@Suite("Comparison against two matchers")
struct ComparisonPropertyTests {
  static let today = Day("2026-06-15")!
  static let days = ["2026-06-15", "2026-06-30", "2026-07-01", "2026-12-31", "2027-01-01"].map {
    Day($0)!
  }
  static let ports = [22, 80, 443, 8443, 8444].map { Domains.Port(UInt16($0))! }

  @Test(
    "answers differ exactly where a change says so, and every witness shows its change",
    arguments: 1...8)
  func exact(_ seed: UInt64) throws {
    var world = RandomPairs(seed: seed)
    var differing = 0
    var equal = 0
    var kinds: Set<ListChange.Kind> = []
    for round in 0..<350 {
      let (old, new) = try world.pair()
      let comparison = ListComparison(Sides(old: old, new: new), from: Self.today)
      let sides = (Matchers(old), Matchers(new))
      for number in 0..<comparison.count {
        let change = comparison.change(number)
        kinds.insert(change.kind)
        let witness = try #require(change.witness)
        let host = try Hostname(witness.host)
        #expect(host.text == witness.host)
        let answers = (
          sides.0.answer(host, witness.port, witness.day),
          sides.1.answer(host, witness.port, witness.day)
        )
        guard answers.0 != answers.1, comparison.covers(number, host) else {
          Issue.record(
            "seed \(seed), round \(round): \(change.pattern) has no witness in \(witness)\n\(world)"
          )
          return
        }
      }
      for _ in 0..<9 {
        let host = try Hostname(world.host())
        let days = world.some(Self.days, 2)
        let changes = (0..<comparison.count).filter { comparison.covers($0, host) }
        for port in Self.ports {
          for day in days {
            let isChanged = sides.0.answer(host, port, day) != sides.1.answer(host, port, day)
            let isSaid = changes.contains { comparison.differs($0, host, port, on: day) }
            guard isChanged == isSaid else {
              Issue.record(
                """
                seed \(seed), round \(round): \(host):\(port) on \(day) \
                \(isChanged ? "differs" : "does not differ"), said: \
                \((0..<comparison.count).map { comparison.change($0).pattern })
                \(world)
                """)
              return
            }
            if isChanged { differing += 1 } else { equal += 1 }
          }
        }
      }
    }
    #expect(differing > 3000 && equal > 3000, "\(differing) and \(equal)")
    #expect(kinds.count >= 4, "\(kinds)")
  }

  @Test("a list compared with itself in another order has no change", arguments: 1...3)
  func reordered(_ seed: UInt64) throws {
    var world = RandomPairs(seed: seed)
    for _ in 0..<100 {
      let (old, _) = try world.pair()
      let comparison = ListComparison(
        Sides(old: old, new: try world.shuffled()), from: Self.today)
      #expect(comparison.isEqual, "\(world)")
    }
  }
}

/// What one side answers, as far as a comparison tells answers apart.
struct Matchers {
  enum Answer: Hashable { case allow, allowAnyProtocol, deny, denyAlways, refused }
  private let matcher: Matcher

  init(_ lists: [Allowlist]) {
    matcher = Matcher(lists.map { Matcher.Source(list: $0) }, seed: 1)
  }

  func answer(_ host: Hostname, _ port: Domains.Port, _ day: Day) -> Answer {
    let match = matcher.match(host, port: port, on: day)
    return switch match.outcome {
    case .allow: match.allowsAnyProtocol ? .allowAnyProtocol : .allow
    case .deny: .deny
    case .denyAlways: .denyAlways
    case .unlisted, .portNotAllowed, .expired: .refused
    }
  }
}

/// Pairs of lists that have much in common, and names near them.
struct RandomPairs: CustomStringConvertible {
  private var random: SeededGenerator
  private var old: [[String]] = []
  private var new: [[String]] = []
  private static let long = String(repeating: "a", count: 63)

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  var description: String { "old: \(short(old))\nnew: \(short(new))" }

  private func short(_ sides: [[String]]) -> String {
    "\(sides)".split(separator: Self.long, omittingEmptySubsequences: false)
      .joined(separator: "<63 a>")
  }

  mutating func pair() throws -> ([Allowlist], [Allowlist]) {
    let lists = Int.random(in: 1...2, using: &random)
    old = (0..<lists).map { _ in (0..<Int.random(in: 0...6, using: &random)).map { _ in rule() } }
    new = old.map { rules in
      var rules = rules
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let place = rules.indices.randomElement(using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: if let place { rules.remove(at: place) }
        case 1: if let place { rules[place] = rule() }
        default: rules.append(rule())
        }
      }
      return rules
    }
    return (try Self.lists(old), try Self.lists(new))
  }

  /// The old side once more, in another order.
  mutating func shuffled() throws -> [Allowlist] {
    new = old.reversed().map { $0.shuffled(using: &random) }
    return try Self.lists(new)
  }

  private static func lists(_ sides: [[String]]) throws -> [Allowlist] {
    try sides.enumerated().map { number, rules in
      let text =
        "sluice-allowlist 1\nname: l\(number)\nversion: 1\n\n"
        + rules.joined(separator: "\n") + "\n"
      return try Allowlist.parse(Array(text.utf8), file: "l\(number).allow")
    }
  }

  private mutating func label() -> String {
    ["a", "b", "ab", "ba", "aa", "aab", "abb"].randomElement(using: &random)!
  }

  private mutating func name() -> String {
    let depth = Int.random(in: 0...2, using: &random)
    var labels = (0..<depth).map { _ in label() }
    labels.append("a.com")
    // Names near the longest: 249 to 252 bytes, where some parts are empty.
    if Int.random(in: 0..<12, using: &random) == 0 {
      let rest = String(repeating: "a", count: Int.random(in: 53...57, using: &random))
      labels = [rest, Self.long, Self.long, Self.long, "com"]
    }
    return labels.joined(separator: ".")
  }

  private mutating func rule() -> String {
    let globs = ["a*", "*a", "*b", "a*b", "*a*", "b*", "*ab*", "a*a*"]
    let suffixes = [
      "", "", "", " :443", " :22,443", " :*", " :8000-9000", " until=2026-06-30",
      " until=2026-12-31", " until=2026-01-01", " :22 until=2026-06-30",
      " protocol=any", " :443 protocol=any", " until=2026-06-30 protocol=any",
    ]
    let name = name()
    let suffix = suffixes.randomElement(using: &random)!
    let pattern: String
    switch Int.random(in: 0..<12, using: &random) {
    case 0...2: pattern = name
    case 3...4: pattern = "*.\(name)"
    case 5...6: pattern = "+.\(name)"
    case 7: pattern = "?.\(name)"
    case 8...10: pattern = "\(globs.randomElement(using: &random)!).\(name)"
    default: return "!!\(name)"
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      return "!\(pattern)\(suffix.contains("=") ? "" : suffix)"
    }
    return pattern + suffix
  }

  mutating func some<Element>(_ elements: [Element], _ count: Int) -> some Sequence<Element> {
    elements.shuffled(using: &random).prefix(count)
  }

  /// A name of a rule, or one near it.
  mutating func host() -> String {
    var host = name()
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let more = ["a", "b", "bb", "bab", "z", "azb", label()].randomElement(using: &random)!
      if host.utf8.count + more.utf8.count + 1 <= 253 { host = "\(more).\(host)" }
    }
    return Int.random(in: 0..<20, using: &random) == 0 ? "com" : host
  }
}
