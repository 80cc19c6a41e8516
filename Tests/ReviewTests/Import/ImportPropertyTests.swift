import Testing

@testable import Domains
@testable import Review

/// What a source says about a host, by the naive reading of its own rules.
private enum Answer { case allow, deny, silent }

/// A random source, and its own reading of it.
private struct Source {
  var text = ""
  var answer: (String) -> Answer = { _ in .silent }
  var direction: ImportDirection?
}

/// Random sources with their own readings: each is a few lines that know nothing of our rules.
private struct SourceMaker {
  var random: SeededGenerator

  private mutating func pick(_ items: [String]) -> String {
    items.randomElement(using: &random) ?? ""
  }
  private mutating func flip() -> Bool { Bool.random(using: &random) }

  static let labels = ["a", "b", "c"]
  static let hosts: [String] = {
    var all = ["x.com", "y.org"]
    for _ in 0..<3 { all += all.flatMap { name in labels.map { "\($0).\(name)" } } }
    return Array(Set(all)).sorted()
  }()

  mutating func name() -> String {
    let depth = Int.random(in: 0..<4, using: &random)
    return (0..<depth).map { _ in pick(Self.labels) + "." }.joined() + pick(["x.com", "y.org"])
  }

  static func isBelow(_ host: String, _ name: String) -> Bool { host.hasSuffix(".\(name)") }
  static func isIn(_ host: String, _ name: String) -> Bool { host == name || isBelow(host, name) }

  mutating func make(_ format: ImportFormat) -> Source {
    switch format {
    case .plain:
      union { maker in
        let name = maker.name()
        return maker.flip()
          ? (name, { $0 == name }) : ("*.\(name)", { Self.isBelow($0, name) })
      }
    case .hosts:
      union { maker in
        let (one, two) = (maker.name(), maker.name())
        return ("0.0.0.0 \(one) \(two)", { $0 == one || $0 == two })
      }
    case .squid:
      union { maker in
        let name = maker.name()
        return maker.flip() ? (name, { $0 == name }) : (".\(name)", { Self.isIn($0, name) })
      }
    case .v2fly:
      union { maker in
        let name = maker.name()
        switch Int.random(in: 0..<8, using: &maker.random) {
        case 0: return ("keyword:\(name)", { $0.contains(name) })
        case 1..<4: return ("full:\(name)", { $0 == name })
        default: return (name, { Self.isIn($0, name) })
        }
      }
    case .dnsmasq: dnsmasq()
    case .adguard: adGuard()
    case .smokescreen: smokescreen()
    }
  }

  /// Formats whose entries only add names, all for one purpose.
  private mutating func union(
    _ entry: (inout SourceMaker) -> (String, (String) -> Bool)
  ) -> Source {
    let entries = (0..<Int.random(in: 1..<8, using: &random)).map { _ in entry(&self) }
    let isDeny = flip()
    return Source(
      text: entries.map(\.0).joined(separator: "\n"),
      answer: { host in
        entries.contains { $0.1(host) } ? (isDeny ? .deny : .allow) : .silent
      }, direction: isDeny ? .deny : .allow)
  }

  private mutating func dnsmasq() -> Source {
    var verdicts: [String: Bool] = [:]
    for _ in 0..<Int.random(in: 1..<8, using: &random) { verdicts[name()] = flip() }
    let lines = verdicts.map { name, isAllowed in
      isAllowed ? "server=/\(name)/192.0.2.1" : "address=/\(name)/"
    }
    return Source(text: lines.joined(separator: "\n")) { host in
      let longest = verdicts.keys.filter { Self.isIn(host, $0) }.max {
        $0.utf8.count < $1.utf8.count
      }
      guard let longest, let isAllowed = verdicts[longest] else { return .silent }
      return isAllowed ? .allow : .deny
    }
  }

  private mutating func adGuard() -> Source {
    struct Rule {
      let text: String
      let isException: Bool
      let isImportant: Bool
      let isConditional: Bool
      let matches: (String) -> Bool
    }
    let rules = (0..<Int.random(in: 1..<9, using: &random)).map { _ in
      let name = name()
      let isException = flip()
      let isImportant = Int.random(in: 0..<4, using: &random) == 0
      let isConditional = Int.random(in: 0..<8, using: &random) == 0
      let isBelow = Int.random(in: 0..<5, using: &random) == 0
      let options = (isImportant ? ["important"] : []) + (isConditional ? ["third-party"] : [])
      return Rule(
        text: (isException ? "@@||" : "||") + (isBelow ? "*." : "") + name + "^"
          + (options.isEmpty ? "" : "$" + options.joined(separator: ",")),
        isException: isException, isImportant: isImportant, isConditional: isConditional,
        matches: { isBelow ? Self.isBelow($0, name) : Self.isIn($0, name) })
    }
    return Source(text: rules.map(\.text).joined(separator: "\n")) { host in
      // Allowed is only what is so under all conditions, denied what is so under all of them too.
      func met(_ isException: Bool, important: Bool, sure: Bool) -> Bool {
        rules.contains {
          $0.isException == isException && $0.isImportant == important
            && (!sure || !$0.isConditional) && $0.matches(host)
        }
      }
      func answer(exceptionsSure: Bool) -> Answer {
        if met(true, important: true, sure: exceptionsSure) { return .allow }
        if met(false, important: true, sure: !exceptionsSure) { return .deny }
        if met(true, important: false, sure: exceptionsSure) { return .allow }
        if met(false, important: false, sure: !exceptionsSure) { return .deny }
        return .silent
      }
      let (strict, loose) = (answer(exceptionsSure: true), answer(exceptionsSure: false))
      if strict == .allow { return .allow }
      return loose == .deny ? .deny : .silent
    }
  }

  private mutating func smokescreen() -> Source {
    var lists: [[String]] = []
    for _ in 0..<3 {
      lists.append(
        (0..<Int.random(in: 0..<4, using: &random)).map { _ in
          (flip() ? "*." : "") + name()
        })
    }
    func block(_ key: String, _ globs: [String], _ indent: String) -> String {
      "\(indent)\(key):\n" + globs.map { "\(indent)  - \"\($0)\"\n" }.joined()
    }
    let text =
      "version: v1\nservices:\n  - name: s\n    action: enforce\n"
      + block("allowed_domains", lists[0], "    ") + block("global_deny_list", lists[1], "")
      + block("global_allow_list", lists[2], "")
    let chosen = lists
    return Source(text: text) { host in
      func met(_ globs: [String]) -> Bool {
        globs.contains { glob in
          glob.hasPrefix("*.") ? Self.isBelow(host, String(glob.dropFirst(2))) : host == glob
        }
      }
      if met(chosen[0]) { return .allow }
      if met(chosen[1]) { return .deny }
      return met(chosen[2]) ? .allow : .silent
    }
  }
}

@Suite("Imports never widen")
struct ImportPropertyTests {
  @Test(
    "what an import allows its source allows, and what the source denies stays denied; the two are equal if nothing was narrowed",
    arguments: ImportFormat.allCases)
  func subset(_ format: ImportFormat) throws {
    var maker = SourceMaker(random: SeededGenerator(seed: 42))
    var seen: [String: Int] = [:]
    // Someone else's list that allows every host by its own name, as specific as rules can be.
    let others = try Allowlist.parse(
      Array(
        ("sluice-allowlist 1\nname: others\nversion: 1\n"
          + SourceMaker.hosts.joined(separator: "\n") + "\n").utf8), file: "others")
    for round in 0..<100 {
      let source = maker.make(format)
      let result = try importing(format, source.text, as: source.direction)
      guard let text = result.text else {
        seen["nothing", default: 0] += 1
        continue
      }
      let list = try Allowlist.parse(text, file: "imported")
      let matcher = Matcher([Matcher.Source(list: list)], seed: 1)
      let both = Matcher(
        [Matcher.Source(list: list), Matcher.Source(list: others)], seed: 1)
      let isExact = result.report.count(.narrowed) == 0
      for host in SourceMaker.hosts {
        let outcome = matcher.match(try Hostname(host), port: .https, on: Day("2026-11-23")!)
          .outcome
        let place = "round \(round), \(host): \(outcome)\n\(source.text)\n--\n\(result.string)"
        switch source.answer(host) {
        case .allow:
          if isExact { try #require(outcome == .allow, "\(place)") }
        case .deny:
          try #require(outcome == .deny || outcome == .denyAlways, "\(place)")
          if source.direction == .deny {
            let composed = both.match(try Hostname(host), port: .https, on: Day("2026-11-23")!)
            try #require(composed.outcome == .deny || composed.outcome == .denyAlways, "\(place)")
          }
        case .silent:
          try #require(outcome != .allow, "\(place)")
          if isExact, format != .smokescreen { try #require(outcome == .unlisted, "\(place)") }
        }
        seen["\(source.answer(host)) \(isExact)", default: 0] += 1
      }
    }
    // Not vacuous: each kind was met often.
    #expect((seen["allow true"] ?? 0) + (seen["deny true"] ?? 0) > 250, "\(seen)")
    #expect(seen["silent true"] ?? 0 > 250, "\(seen)")
  }
}
