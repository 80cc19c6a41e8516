import Testing

@testable import Domains

/// The compiled matcher against a naive one, on random rules and names near them.
@Suite("Matcher against a naive one")
struct MatcherPropertyTests {
  /// All bits of the hash; four fingerprints and four homes; one fingerprint and four homes; four
  /// fingerprints and one home; nothing.
  static let hashMasks: [UInt64] = [
    .max, 0xC000_0000_0000_0006, 0xC000_0000_0000_0000, 6, 0,
  ]

  struct Case: CustomTestStringConvertible, Sendable {
    let rules: Int
    let seed: UInt64
    let mask: UInt64
    var testDescription: String {
      "\(rules) rules, seed \(seed), hash mask \(String(mask, radix: 16))"
    }
  }

  static let cases: [Case] =
    [1, 2, 100, 101].flatMap { rules in
      (1...4).flatMap { seed in
        hashMasks.map { Case(rules: rules, seed: UInt64(seed), mask: $0) }
      }
    }
    + (1...2).map { Case(rules: 10_000, seed: $0, mask: .max) }
    + [
      Case(rules: 10_000, seed: 4, mask: 0xff00_0000_0000_00ff),
      Case(rules: 1000, seed: 5, mask: 0),
    ]

  @Test("the compiled matcher answers as the naive one does", arguments: cases)
  func agrees(_ run: Case) throws {
    var world = RandomLists(seed: run.seed &* 1000 &+ UInt64(run.rules), rules: run.rules)
    let sources = try world.sources()
    let matcher = Matcher(sources, seed: run.seed, hashMask: run.mask)
    let image = ImageMemory(copying: matcher.image)
    let loaded = try Matcher(image: try #require(image))
    let naive = NaiveMatcher(sources)
    #expect(matcher.ruleCount == naive.rules.count)
    var seen: Set<Matcher.Outcome> = []
    var key = HostKey()
    for _ in 0..<(run.rules > 1000 ? 250 : 300) {
      let (host, port, day) = world.question()
      #expect(key.load(Array(host.utf8).span) == nil)
      let match = matcher.match(key, port: port, on: day)
      let expected = naive.match(host, port, day)
      guard match == expected else {
        Issue.record("\(host) :\(port) \(day): \(match), naive: \(expected)")
        return
      }
      #expect(loaded.match(key, port: port, on: day) == match, "\(host) from the image")
      #expect(matcher.walk(key, port: AskedPort(port), on: day) == match, "\(host) with care")
      seen.insert(match.outcome)
    }
    if run.rules >= 100 { #expect(seen.count >= 5, "saw \(seen)") }
  }
}

/// What the documents say, as directly as it can be said.
struct NaiveMatcher {
  typealias Match = Matcher.Match
  let rules: [(rule: Rule, name: String, depth: Int)]
  /// As the matcher numbers them.
  private var numbers: [UInt32] = []

  init(_ sources: [Matcher.Source]) {
    var firstLine = 0
    for source in sources {
      for rule in source.list.rules where source.use == .all || rule.verdict == .denyAlways {
        numbers.append(UInt32(firstLine + rule.line - 1))
      }
      firstLine += source.list.rules.last?.line ?? 0
    }
    rules = sources.flatMap { source in
      source.list.rules.filter { source.use == .all || $0.verdict == .denyAlways }
    }.map { rule in
      let name =
        switch rule.pattern {
        case .exact(let name), .oneLabel(let name), .below(let name), .apexAndBelow(let name),
          .glob(_, let name):
          name.text
        }
      return (rule, name, name.split(separator: ".").count)
    }
  }

  func match(_ host: String, _ port: Port, _ day: Day) -> Match {
    var best = -1
    var group: [Int] = []
    var hard: (depth: Int, index: Int)?
    for (index, entry) in rules.enumerated() {
      let rank = rank(entry, host)
      if rank < 0 { continue }
      if entry.rule.verdict == .denyAlways {
        if hard.map({ entry.depth < $0.depth }) ?? true { hard = (entry.depth, index) }
      } else if rank > best {
        best = rank
        group = [index]
      } else if rank == best {
        group.append(index)
      }
    }
    func answer(_ outcome: Matcher.Outcome, _ holds: (Rule) -> Bool) -> Match? {
      group.first { holds(rules[$0].rule) }.map {
        Match(outcome: outcome, rule: Matcher.RuleIndex(rawValue: numbers[$0]))
      }
    }
    if let hard {
      return Match(outcome: .denyAlways, rule: Matcher.RuleIndex(rawValue: numbers[hard.index]))
    }
    return answer(.deny) { $0.verdict == .deny && $0.ports.contains(port) }
      ?? answer(.allow) {
        $0.verdict == .allow && $0.ports.contains(port) && ($0.until.map { day <= $0 } ?? true)
      }
      ?? answer(.portNotAllowed) { $0.verdict == .allow && !$0.ports.contains(port) }
      ?? answer(.expired) { $0.verdict == .allow }
      ?? answer(.deny) { _ in true }
      ?? Match(outcome: .unlisted, rule: .none)
  }

  /// How specific the rule is for the host; below 0: it is not about it.
  private func rank(_ entry: (rule: Rule, name: String, depth: Int), _ host: String) -> Int {
    let isSame = host == entry.name
    let isBelow = host.hasSuffix(entry.name) && host.hasSuffix("." + entry.name)
    let front = isBelow ? host.dropLast(entry.name.utf8.count + 1) : ""
    let isChild = isBelow && !front.contains(".")
    return switch entry.rule.pattern {
    case .exact: isSame ? .max : -1
    case .apexAndBelow: isSame ? .max : isBelow ? entry.depth * 3 : -1
    case .below: isBelow ? entry.depth * 3 : -1
    case .oneLabel: isChild ? entry.depth * 3 + 2 : -1
    case .glob(let label, _): isChild && Self.glob(front, label[...]) ? entry.depth * 3 + 1 : -1
    }
  }

  /// By trying everything.
  static func glob(_ text: Substring, _ pattern: Substring) -> Bool {
    guard let wanted = pattern.first else { return text.isEmpty }
    guard let first = text.first else { return false }
    let (rest, tail) = (pattern.dropFirst(), text.dropFirst())
    if wanted == "*" { return glob(tail, rest) || glob(tail, pattern) }
    return wanted == first && glob(tail, rest)
  }
}

/// Lists of random rules, and names that are near them.
struct RandomLists {
  private var random: SplitMix
  private let ruleCount: Int
  private var names: [String] = []
  private static let days = ["2026-01-01", "2026-06-30", "2026-12-31", "2027-06-01"].map {
    Day($0)!
  }
  private static let ports: [UInt16] = [22, 80, 443, 8443, 9001]

  init(seed: UInt64, rules: Int) {
    random = SplitMix(seed: seed)
    ruleCount = rules
  }

  /// A few short labels, and more of them when there are many rules, so that rules meet but not always.
  private mutating func label() -> String {
    if Int.random(in: 0..<4, using: &random) == 0 {
      return ["x-a", "x-ab", "x-b-a", "xn--a", "_t", "9", "0x1z"].randomElement(using: &random)!
    }
    let letters = ruleCount > 1000 ? "abcdefgh" : "abc"
    return String(
      (0..<Int.random(in: 1...2, using: &random)).map { _ in letters.randomElement(using: &random)!
      })
  }

  private mutating func name() -> String {
    let depth = Int.random(in: 0...3, using: &random)
    return
      ((0..<depth).map { _ in label() } + [["com", "x", "co.x"].randomElement(using: &random)!])
      .joined(separator: ".")
  }

  private mutating func rule() -> String {
    let name = name()
    names.append(name)
    let kind = Int.random(in: 0..<100, using: &random)
    if kind < 3 { return "!!\(name.contains(".") ? name : label() + "." + name)" }
    let globs = ["x-*", "*a", "x*a", "a*", "*-*", "x-*b*"]
    let pattern =
      switch kind {
      case ..<40: name
      case ..<55: "*.\(name)"
      case ..<70: "+.\(name)"
      case ..<85: "?.\(name)"
      default: "\(globs.randomElement(using: &random)!).co.\(name)"
      }
    let ports = ["", "", "", " :22", " :443,8443", " :9000-9003", " :*"].randomElement(
      using: &random)!
    if Int.random(in: 0..<4, using: &random) == 0 { return "!\(pattern)\(ports)" }
    let until =
      Int.random(in: 0..<2, using: &random) == 0
      ? " until=\(Self.days.randomElement(using: &random)!)" : ""
    return "\(pattern)\(ports)\(until)"
  }

  mutating func sources() throws -> [Matcher.Source] { try sources(ruleCount: ruleCount) }

  mutating func sources(ruleCount: Int) throws -> [Matcher.Source] {
    let count = ruleCount == 1 ? 1 : Int.random(in: 1...3, using: &random)
    var lists = Array(repeating: "", count: count)
    for _ in 0..<ruleCount {
      lists[Int.random(in: 0..<count, using: &random)] += rule() + "\n"
    }
    return try lists.enumerated().map { number, rules in
      let isLast = number == 2
      return Matcher.Source(
        list: try list("list\(number)", rules), use: isLast ? .hardDeniesOnly : .all)
    }
  }

  /// A name near some rule, a port and a day.
  mutating func question() -> (host: String, port: Port, day: Day) {
    var host = names.randomElement(using: &random)!
    switch Int.random(in: 0..<10, using: &random) {
    case 0: host = "\(label()).\(label()).\(host)"
    case 1, 2: host = "\(label()).\(host)"
    case 3: host = "\(label()).co.\(host)"
    case 4: host = "\(["x-", "x", "a", "-"].randomElement(using: &random)!)\(label()).co.\(host)"
    case 5: host = host.split(separator: ".").dropFirst().joined(separator: ".")
    case 6: host = "a" + host
    case 7: host = name()
    case 8: host += ".com"
    default: break
    }
    if host.isEmpty { host = "com" }
    return (
      host, Port(Self.ports.randomElement(using: &random)!)!,
      Self.days.randomElement(using: &random)!
    )
  }
}

@Suite("Globs")
struct GlobTests {
  @Test("a glob matches as trying everything does")
  func agrees() {
    var random = SplitMix(seed: 11)
    var matches = 0
    for _ in 0..<20_000 {
      let label = String(
        (0..<Int.random(in: 1...8, using: &random)).map { _ in "ab".randomElement(using: &random)! }
      )
      let pattern = String(
        (0..<Int.random(in: 1...6, using: &random)).map { _ in "ab**".randomElement(using: &random)!
        })
      let compiled = Self.compiled(label, pattern)
      #expect(compiled == NaiveMatcher.glob(label[...], pattern[...]), "\(label) \(pattern)")
      if compiled { matches += 1 }
    }
    #expect(matches > 1000)
  }

  @Test("the worst label for the worst glob takes no time to speak of")
  func worstCase() {
    let label = String(repeating: "a", count: 63)
    let pattern = String(repeating: "*a", count: 30) + "*b"
    let clock = ContinuousClock()
    let time = clock.measure {
      for _ in 0..<100 { #expect(!Self.compiled(label, pattern)) }
    }
    #expect(time < .seconds(5), "trying everything takes 2^60 steps")
  }

  static func compiled(_ label: String, _ pattern: String) -> Bool {
    let patterns = Array(pattern.utf8)
    let bytes = Array(label.utf8)
    return Glob.matches(bytes.span, bytes.count, patterns.span)
  }
}
