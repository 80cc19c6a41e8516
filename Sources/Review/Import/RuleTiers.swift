internal import Domains

/// In some formats a rule overrules another whatever their names: an exception beats a block, a
/// service's list the global one. In ours the more specific one wins. The two agree once the rules
/// are gone that can never decide in the source, because all their names are decided at a higher
/// tier: names are either inside one another or apart, so what is left of two rules that meet is that
/// the winner is the more specific one.
enum RuleTiers {
  /// Which names a higher tier decides, by the name they hang on.
  private struct Cover: OptionSet {
    let rawValue: UInt8
    static let exact = Cover(rawValue: 1)
    static let below = Cover(rawValue: 2)
  }

  /// Takes out of `draft` what is overruled, and cuts down what is overruled in part.
  static func resolve(_ draft: inout ImportDraft) {
    guard let top = draft.rules.map(\.tier).max(), top > 0 else { return }
    var covers: [String: Cover] = [:]
    var kept = [ImportedRule?](repeating: nil, count: draft.rules.count)
    for tier in 0...top {
      let members = draft.rules.indices.filter { draft.rules[$0].tier == tier }
      for index in members {
        var rule = draft.rules[index]
        if let rest = rest(of: rule.pattern, under: covers) {
          rule.pattern = rest
          kept[index] = rule
        } else {
          draft.report.note(
            .ignored, .overruled, file: draft.sources[rule.source], line: rule.line,
            rule.pattern.description.utf8)
        }
      }
      for index in members {
        guard let rule = kept[index] else { continue }
        switch rule.pattern {
        case .exact(let name): covers[name.text, default: []].insert(.exact)
        case .below(let name): covers[name.text, default: []].insert(.below)
        case .apexAndBelow(let name): covers[name.text] = [.exact, .below]
        // They cover a part of what is below a name; taking them for nothing only keeps more denies.
        case .oneLabel, .glob: break
        }
      }
    }
    draft.rules = kept.compactMap { $0 }
  }

  /// What of a pattern higher tiers leave open; `nil` if nothing.
  private static func rest(of pattern: Pattern, under covers: [String: Cover]) -> Pattern? {
    let name = pattern.base.text
    for ancestor in ancestors(of: name) where covers[ancestor]?.contains(.below) == true {
      return nil
    }
    let cover = covers[name] ?? []
    switch pattern {
    case .exact: return cover.contains(.exact) ? nil : pattern
    case .below, .oneLabel, .glob: return cover.contains(.below) ? nil : pattern
    case .apexAndBelow(let host):
      if cover == [.exact, .below] { return nil }
      if cover.contains(.exact) { return .below(host) }
      return cover.contains(.below) ? .exact(host) : pattern
    }
  }

  /// Makes each deny of everything below a name a hard one, where no allow of the source is in there:
  /// what the source denies, no rule of another list lifts. An exact deny is hard as it is.
  ///
  /// - Parameter deniesUnlisted: whether the source denies what it does not name, so that denying
  ///   the name itself beside what is below changes nothing.
  static func harden(_ draft: inout ImportDraft, deniesUnlisted: Bool) {
    // For each name that a deny hangs on, whether an allow is on it or below: no more names than there
    // are rules, however many labels the allows have.
    var inhabited: [String: Bool] = [:]
    for rule in draft.rules where rule.isDeny { inhabited[rule.pattern.base.text] = false }
    guard !inhabited.isEmpty else { return }
    var roots: Set<String> = []
    for rule in draft.rules where !rule.isDeny {
      let name = rule.pattern.base.text
      switch rule.pattern {
      case .below, .apexAndBelow, .oneLabel, .glob: roots.insert(name)
      case .exact: break
      }
      if inhabited[name] != nil { inhabited[name] = true }
      for ancestor in ancestors(of: name) where inhabited[ancestor] != nil {
        inhabited[ancestor] = true
      }
    }
    for index in draft.rules.indices where draft.rules[index].isDeny {
      let rule = draft.rules[index]
      guard inhabited[rule.pattern.base.text] == false else { continue }
      switch rule.pattern {
      case .apexAndBelow: draft.rules[index].isHard = true
      case .below(let name):
        // The name itself is another matter where an allow from above covers it.
        guard roots.isEmpty || !ancestors(of: name.text).contains(where: roots.contains) else {
          continue
        }
        draft.rules[index].pattern = .apexAndBelow(name)
        draft.rules[index].isHard = true
        guard !deniesUnlisted else { continue }
        draft.report.note(
          .narrowed, .apexToo, file: draft.sources[rule.source], line: rule.line,
          rule.pattern.description.utf8)
      case .exact, .oneLabel, .glob: break
      }
    }
  }

  /// The names above a name, from its parent to its last label.
  static func ancestors(of name: String) -> some Sequence<String> {
    let bytes = name.utf8
    return sequence(first: bytes[...]) { rest in
      rest.firstIndex(of: UInt8(ascii: ".")).map { rest[rest.index(after: $0)...] }
    }.dropFirst().lazy.map { String(Substring($0)) }
  }
}

extension Pattern {
  /// The name that a pattern hangs on.
  var base: Hostname {
    switch self {
    case .exact(let name), .oneLabel(let name), .below(let name), .apexAndBelow(let name): name
    case .glob(_, let parent): parent
    }
  }
}
