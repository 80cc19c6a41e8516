import Domains

/// What can be said of rules only beside others: those that change no answer, and those that say
/// something else than they seem to.
extension Lint {
  mutating func checkOverlap(_ tick: (Int) -> Void) {
    var found: [(row: Int32, idleness: RuleTable.Idleness)] = []
    var rows = RuleTable()
    swap(&rows, &table)
    rows.findIdle({ found.append(($0, $1)) }, tick)
    swap(&rows, &table)
    for (row, idleness) in found { report(row, idleness) }
  }

  private mutating func report(_ number: Int32, _ idleness: RuleTable.Idleness) {
    let row = table.rows[Int(number)]
    let places = RulePlaces(table.rows, collector.files)
    let (file, line) = (Int(row.list), Int(row.line))
    switch idleness {
    case .duplicate(let first):
      let canGo = isRemovable(number, besides: first)
      let isCounted = collector.add(
        .duplicate, severity(row, first), file: file, line: line,
        ("\(places.place(first, from: row)) says the same", "remove one of the two"),
        fix: canGo ? Finding.Fix(summary: "remove the rule", replacement: nil) : nil)
      if canGo, isCounted { edits[file].append(.removeLine(Int32(clamping: line))) }
    case .shadowed(let other):
      collector.add(
        .shadowed, severity(row, other), file: file, line: line,
        (
          "\(places.place(other, from: row)) gives every answer that this rule gives",
          "remove the rule"
        ))
    case .unreachable(let other):
      collector.add(
        .unreachable, file: file, line: line,
        (
          "this rule never decides: \(places.place(other, from: row)) always comes first",
          "remove one of the two"
        ))
    case .tooLong:
      collector.add(
        .unreachable, file: file, line: line,
        (
          "this rule never decides: a name below it would have more than 253 bytes",
          "remove the rule"
        ))
    }
  }

  private func severity(_ row: RuleTable.Row, _ other: Int32) -> LintCode.Severity? {
    table.rows[Int(other)].list == row.list ? nil : .note
  }

  /// Whether a duplicate says nothing more than the rule that stays, in its comment and metadata, so
  /// that a program may remove it.
  private func isRemovable(_ number: Int32, besides first: Int32) -> Bool {
    let (row, other) = (table.rows[Int(number)], table.rows[Int(first)])
    guard row.list == other.list else { return false }
    let file = collector.files[Int(row.list)]
    let text = file.repair.text
    let line = file.range(ofLine: Int(row.line))
    let (words, comment) = ListLine.words(text, line)
    guard comment == line.upperBound else { return false }
    let kept = ListLine.words(text, file.range(ofLine: Int(other.line))).words.map { text[$0] }
    // Ports and `until` are the same; whatever else it has must stand on the other line too.
    return words.dropFirst().allSatisfy { word in
      text[word.lowerBound] == UInt8(ascii: ":") || text[word].starts(with: "until=".utf8)
        || kept.contains { $0.elementsEqual(text[word]) }
    }
  }

  // MARK: - Groups

  mutating func checkGroups() {
    for index in table.rows.indices where table.rows[index].state == .live {
      let row = table.rows[index]
      let number = Int32(index)
      if row.kind == .hardDeny { continue }
      if row.isDeny {
        checkDeny(number, row)
        continue
      }
      checkNarrower(number, row)
      if row.kind == .below { checkApex(number, row) }
    }
  }

  /// A deny with ports in a group without an allow: the ports of the group are denied all the same.
  private mutating func checkDeny(_ number: Int32, _ row: RuleTable.Row) {
    guard table.ports[Int(row.ports)] != .all else { return }
    let all = RuleTable.World(withIdle: true, except: -1)
    let groups =
      switch row.kind {
      case .exact: [table.exact(row.node, all)]
      case .oneLabel: [table.oneLabel(row.node, all)]
      case .glob: [table.globs(row.node, all)]
      case .below: [table.below(row.node, all)]
      case .apexAndBelow, .hardDeny: [table.exact(row.node, all), table.below(row.node, all)]
      }
    let isAlone = groups.allSatisfy { group in
      !group.isTooLarge && group.rows.allSatisfy { table.rows[Int($0)].isDeny }
    }
    guard isAlone else { return }
    collector.add(
      .deniesEveryPort, file: Int(row.list), line: Int(row.line), word: ":",
      (
        "this denies every port, because no rule as specific allows another",
        "remove the ports, or add an allow with the same pattern"
      ))
  }

  /// An allow alone in its group that holds for fewer ports or days than what would decide without it.
  private mutating func checkNarrower(_ number: Int32, _ row: RuleTable.Row) {
    let others = RuleTable.World(withIdle: true, except: number)
    let (group, instead): (RuleTable.Group, RuleTable.Group)
    switch row.kind {
    case .exact:
      (group, instead) = (table.exact(row.node, others), table.aboveName(row.node, others))
    case .below, .apexAndBelow:
      (group, instead) = (table.below(row.node, others), table.above(row.node, others))
    case .oneLabel:
      let below = table.below(row.node, others)
      group = table.oneLabel(row.node, others)
      instead = below.isEmpty ? table.above(row.node, others) : below
    case .glob, .hardDeny: return
    }
    guard group.isEmpty, !instead.isTooLarge,
      let broader = instead.rows.first(where: { !table.rows[Int($0)].isDeny })
    else { return }
    let keepsAll = table.holdsEverywhere([number], instead.rows) {
      !$1.isAllow || $0 == $1 || $0 == .allowAnyProtocol
    }
    guard keepsAll == false else { return }
    let places = RulePlaces(table.rows, collector.files)
    collector.add(
      .narrower, file: Int(row.list), line: Int(row.line),
      (
        "\(places.place(broader, from: row)) allows more ports or days, and this rule takes them away",
        "add what is missing if it is needed: there is no fall-through"
      ))
  }

  /// `*.x` without `x`, or `*.x` and `x` that are one rule.
  private mutating func checkApex(_ number: Int32, _ row: RuleTable.Row) {
    let all = RuleTable.World(withIdle: true, except: -1)
    let apex = table.exact(row.node, all)
    guard !apex.isTooLarge else { return }
    let name = table.names.text(row.node)
    if apex.isEmpty {
      guard table.aboveName(row.node, all).isEmpty, !suffixes.isPublicSuffix(name) else { return }
      collector.add(
        .apexMissing, file: Int(row.list), line: Int(row.line),
        (
          "`\(name)` itself is not allowed",
          "write `+.\(name)` if it is needed too"
        ))
      return
    }
    guard apex.rows.count == 1, let first = apex.rows.first else { return }
    let other = table.rows[Int(first)]
    let below = table.below(row.node, all)
    guard other.kind == .exact, !other.isDeny, other.ports == row.ports, other.until == row.until,
      other.allowsAnyProtocol == row.allowsAnyProtocol,
      other.list == row.list, below.rows == [number]
    else { return }
    let places = RulePlaces(table.rows, collector.files)
    collector.add(
      .splitApex, file: Int(row.list), line: Int(row.line),
      (
        "with \(places.place(first, from: row)) this says what `+.\(name)` says",
        "write that one rule instead of the two"
      ))
  }
}

/// How a finding about one rule speaks of another.
private struct RulePlaces {
  private let rows: [RuleTable.Row]
  private let files: [LintedFile]

  init(_ rows: [RuleTable.Row], _ files: [LintedFile]) {
    self.rows = rows
    self.files = files
  }

  /// "`*.example.com` on line 12", with the file if it is another.
  func place(_ number: Int32, from row: RuleTable.Row) -> String {
    let other = rows[Int(number)]
    let file = files[Int(other.list)]
    let rule = "`\(file.rule(onLine: Int(other.line)))`"
    return other.list == row.list
      ? "\(rule) on line \(other.line)" : "\(rule) in \(file.name), line \(other.line),"
  }
}
