/// Where a rule comes from: for audit records, refusals and `sluice check`.
extension Matcher {
  /// Everything that a person needs to find a rule.
  public struct RuleSource: Hashable, Sendable {
    public let listIndex: Int
    /// `name@version` of the list.
    public let listLabel: String
    /// The list's file as it was named when it was read.
    public let file: String
    /// 1-based.
    public let line: Int
    /// The rule as it stands there, without its comment; of a matcher that was loaded from an image
    /// only what decides, in canonical form.
    public let text: String
  }

  /// Allocates, and reads all of the text in front of the rule. Traps on ``RuleIndex/none``.
  public func source(of rule: RuleIndex) -> RuleSource {
    let number = listIndex(of: rule)
    let list = lists[number]
    let line = Int(rule.rawValue - list.firstRule) + 1
    let text = list.text.map { Self.rule(onLine: line, of: $0) } ?? canonicalText(of: rule)
    return RuleSource(
      listIndex: number, listLabel: list.label, file: list.file, line: line, text: text)
  }

  /// The 1-based line of a rule in its list. Allocates nothing; traps on ``RuleIndex/none``.
  public func line(of rule: RuleIndex) -> UInt32 {
    rule.rawValue - tables.listRow(listIndex(of: rule)).firstRule + 1
  }

  /// The rule on a line of a list; the caller knows that one is there.
  public func rule(onLine line: Int, ofList number: Int) -> RuleIndex {
    RuleIndex(rawValue: lists[number].firstRule + UInt32(line) - 1)
  }

  /// The index of a rule's list in ``lists``. Allocates nothing; traps on ``RuleIndex/none``.
  public func listIndex(of rule: RuleIndex) -> Int {
    var number = 0
    while true {
      let row = tables.listRow(number)
      if rule.rawValue < row.firstRule + row.lineCount { return number }
      number += 1
    }
  }

  /// The bytes of a list's `name@version`.
  public func label(ofList number: Int) -> [UInt8] { Array(lists[number].label.utf8) }

  /// The bytes of the `name@version` of a rule's list. Allocates nothing; traps on
  /// ``RuleIndex/none``.
  @_lifetime(borrow self)
  public func withLabel(of rule: RuleIndex) -> Span<UInt8> {
    let row = tables.listRow(listIndex(of: rule))
    let count = Int(row.nameLength) + 1 + Int(row.versionLength)
    return unsafe _overrideLifetime(
      tables.unownedText(Int(row.text), count), borrowing: self)
  }

  /// The words on a line, up to a comment.
  private static func rule(onLine line: Int, of text: [UInt8]) -> String {
    var start = 0
    for _ in 1..<line { start = text[start...].firstIndex(of: UInt8(ascii: "\n"))! + 1 }
    let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
    var words = AllowlistWords(start..<end)
    var range: Range<Int>?
    while case .word(let word) = words.next(in: text.span) {
      range = (range?.lowerBound ?? word.lowerBound)..<word.upperBound
    }
    guard let range else { preconditionFailure("a rule was read from this line") }
    return String(decoding: text[range], as: UTF8.self)
  }

  // MARK: - From the tables alone

  /// Goes over all nodes until the rule is found.
  private func canonicalText(of rule: RuleIndex) -> String {
    for bucket in 0..<tables.bucketCount {
      for place in 0..<MatcherSlot.inBucket {
        let slot = tables.slot(place, inBucket: bucket)
        guard slot & MatcherSlot.record != 0 else { continue }
        if let text = text(of: rule.rawValue, at: slot) { return text }
      }
    }
    preconditionFailure("a rule of this matcher")
  }

  /// The rule's text if it is one of the slot's.
  private func text(of rule: UInt32, at slot: UInt32) -> String? {
    let name = { String(decoding: self.tables.name(of: slot), as: UTF8.self) }
    if let plain = tables.plainRule(of: slot) {
      guard plain == rule else { return nil }
      let hasExact = slot & MatcherSlot.exact != 0
      return (slot & MatcherSlot.below == 0 ? "" : hasExact ? "+." : "*.") + name()
    }
    guard let (detail, kinds) = details(of: slot) else { return nil }
    let word = { (kind: UInt32) -> Int? in
      guard kinds & kind != 0 else { return nil }
      return Int(self.tables.detailWord(detail + MatcherKinds.position(of: kind, in: kinds)))
    }
    if word(MatcherKinds.hardDeny) == Int(rule) { return "!!" + name() }
    let exact = word(MatcherKinds.exact).flatMap { entry(of: rule, from: $0) }
    let below = word(MatcherKinds.below).flatMap { entry(of: rule, from: $0) }
    if let entry = exact ?? below {
      return text(below == nil ? "" : exact == nil ? "*." : "+.", name(), entry)
    }
    if let entry = word(MatcherKinds.oneLabel).flatMap({ entry(of: rule, from: $0) }) {
      return text("?.", name(), entry)
    }
    guard let first = word(MatcherKinds.glob) else { return nil }
    for index in first..<(first + Int(tables.detailWord(detail) >> 8)) {
      let glob = tables.glob(index)
      guard let entry = entry(of: rule, from: Int(glob.entry)) else { continue }
      let label = unsafe String(
        ascii: tables.unownedText(Int(glob.start), Int(glob.length)))
      return text("\(label).", name(), entry)
    }
    return nil
  }

  /// The rule's entry in the group that starts at `first`.
  private func entry(of rule: UInt32, from first: Int) -> MatcherEntry? {
    var index = first
    while true {
      let entry = tables.entry(index)
      if entry.rule == rule { return entry }
      if entry.isLast { return nil }
      index += 1
    }
  }

  private func text(_ prefix: String, _ name: String, _ entry: MatcherEntry) -> String {
    var ranges: [ClosedRange<UInt16>] = []
    var index = entry.ports
    while true {
      let range = tables.portRange(index)
      ranges.append(range.first...range.last)
      if range.isLast != 0 { break }
      index += 1
    }
    let ports = PortSet(sorted: ranges)
    var text = (entry.isDeny ? "!" : "") + prefix + name
    if ports != (entry.isDeny ? .all : .standard) { text += " :\(ports)" }
    if entry.until != .max { text += " until=\(Day(daysSince1970: entry.until))" }
    if entry.allowsAnyProtocol && !entry.isDeny { text += " protocol=any" }
    return text
  }
}

extension Matcher.List {
  init(_ row: MatcherListRow, _ list: Allowlist, file: String) {
    self.init(
      name: list.name, version: list.version, digest: list.digest, label: list.label,
      file: file, use: Matcher.Use(rawValue: UInt8(row.use)) ?? .all,
      firstRule: row.firstRule, lineCount: row.lineCount, text: list.text)
  }
}
