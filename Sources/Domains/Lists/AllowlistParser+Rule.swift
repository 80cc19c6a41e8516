/// What stands on a line of an allowlist behind the header: a section's heading, or a rule with its
/// ports and metadata. The pattern itself is read in AllowlistParser+Pattern.swift.
extension AllowlistParser {
  /// The keys that a rule may have, beside `until` and `protocol`.
  private static let ruleKeys = ["ticket", "owner", "reason", "review"]
  /// The same as numbers; a text has no NUL.
  private static let packedKeys = ruleKeys.map { Array($0.utf8).span.packed }

  private static let packedUntil = Array("until".utf8).span.packed
  private static let packedProtocol = Array("protocol".utf8).span.packed
  private static let packedAny = Array("any".utf8).span.packed

  // MARK: - Sections

  mutating func parseSection(_ range: Range<Int>) throws(AllowlistError) {
    let open = range.lowerBound
    guard sections.count < sectionLimit else {
      throw failure(at: open, "more than \(sectionLimit) sections", "join some, or split the list")
    }
    guard let close = text[range].firstIndex(of: UInt8(ascii: "]")) else {
      throw failure(at: open, "a section without its closing bracket", "write `[Name] owner=@team`")
    }
    let inside = (open + 1)..<close
    if let nested = text[inside].firstIndex(of: UInt8(ascii: "[")) {
      throw failure(at: nested, "a bracket in the name of a section", "remove it")
    }
    if IPAddress(parsing: text.span.extracting(inside)) != nil {
      throw failure(
        at: open, "an address, where only names stand",
        "open addresses for an environment with allow_addresses")
    }
    guard let first = inside.first, let last = inside.last else {
      throw failure(at: open, "a section without a name", "write `[Name]`")
    }
    if Self.isBlank(text[first]) || Self.isBlank(text[last]) {
      throw failure(
        at: Self.isBlank(text[first]) ? first : last, "a blank at the edge of a section's name",
        "remove it")
    }
    let rest = (close + 1)..<range.upperBound
    if let next = rest.first, !Self.isBlank(text[next]) {
      throw failure(at: next, "text behind a section's bracket", "write a space in front of it")
    }
    var metadata: [(key: String, value: String)] = []
    for token in try words(of: rest) {
      let pair = try parsePair(token, of: "a section")
      let key = String(decoding: text[pair.key], as: UTF8.self)
      guard !metadata.contains(where: { $0.key == key }) else {
        throw repeatedKey(key, at: token.lowerBound)
      }
      metadata.append((key, String(decoding: text[pair.value], as: UTF8.self)))
    }
    let name = String(decoding: text[inside], as: UTF8.self)
    sections.append(Section(name: name, metadata: metadata, line: line))
  }

  // MARK: - Rules

  mutating func parseRule(_ tokens: [Range<Int>]) throws(AllowlistError) {
    guard rows.count < Allowlist.ruleLimit else {
      throw failure(
        at: tokens[0].lowerBound, "more than \(Allowlist.ruleLimit) rules", "split the list")
    }
    var pattern = tokens[0]
    var marks = 0
    while marks < pattern.count, text[pattern.lowerBound + marks] == UInt8(ascii: "!") {
      marks += 1
    }
    guard marks <= 2 else {
      throw failure(
        at: pattern.lowerBound, "more than two exclamation marks",
        "write `!` for a deny that a more specific rule can lift, `!!` for one that none can")
    }
    let verdict: Rule.Verdict = marks == 0 ? .allow : marks == 1 ? .deny : .denyAlways
    pattern = (pattern.lowerBound + marks)..<pattern.upperBound
    guard !pattern.isEmpty else {
      throw failure(
        at: tokens[0].lowerBound, "an exclamation mark without a name",
        "write the name right behind it, without a space")
    }
    let place = try parsePattern(pattern, verdict)
    var conditions = Conditions()
    for token in tokens.dropFirst() { try parseCondition(token, verdict, &conditions) }
    append(place, verdict, conditions, tokens[0].lowerBound..<tokens[tokens.count - 1].upperBound)
  }

  /// What a rule says behind its pattern.
  struct Conditions {
    /// Index into the sets of ports; `nil`: nothing said.
    var portSet: UInt32?
    var until: Day?
    var allowsAnyProtocol = false
    /// The metadata that is there: a bit for each of the keys.
    fileprivate var keys = 0
  }

  /// Keeps a rule whose text is `range`.
  @inline(__always)
  mutating func append(
    _ place: PatternPlace, _ verdict: Rule.Verdict, _ conditions: Conditions, _ range: Range<Int>
  ) {
    let glob = place.glob ?? range.lowerBound..<range.lowerBound
    rows.append(
      RuleRow(
        start: UInt32(range.lowerBound), line: UInt32(line),
        portSet: conditions.portSet
          ?? (verdict == .allow ? PortSetTable.standard : PortSetTable.all),
        allowsAnyProtocol: conditions.allowsAnyProtocol,
        until: conditions.until?.daysSince1970 ?? RuleRow.endless,
        section: Int32(sections.count) - 1, length: UInt16(range.count),
        nameOffset: UInt8(place.name.lowerBound - range.lowerBound),
        nameLength: UInt8(place.name.count),
        globOffset: UInt8(glob.lowerBound - range.lowerBound), globLength: UInt8(glob.count),
        kind: place.kind, verdict: verdict))
  }

  /// Reads a word behind a pattern.
  mutating func parseCondition(
    _ token: Range<Int>, _ verdict: Rule.Verdict, _ conditions: inout Conditions
  ) throws(AllowlistError) {
    if text[token.lowerBound] == UInt8(ascii: ":") {
      guard verdict != .denyAlways else {
        throw failure(
          at: token.lowerBound, "ports on a rule with `!!`, which holds for every port",
          "remove them, or write `!`")
      }
      guard conditions.portSet == nil else {
        throw failure(
          at: token.lowerBound, "ports for the second time", "write one list, such as `:443,8443`")
      }
      conditions.portSet = try parsePorts(token)
      return
    }
    guard text[token].contains(UInt8(ascii: "=")) else {
      throw failure(
        at: token.lowerBound, "`\(excerpt(token))` is not understood behind a name",
        "write one rule a line; behind the name may stand ports such as `:443`, and key=value")
    }
    let pair = try parsePair(token, of: "a rule")
    let key = text.span.extracting(pair.key).packed
    if key == Self.packedUntil {
      conditions.until = try parseUntil(pair.value, token, verdict, conditions)
      return
    }
    if let key, key == Self.packedProtocol {
      try checkProtocol(pair.value, token, verdict, conditions)
      conditions.allowsAnyProtocol = true
      return
    }
    guard let key, let number = Self.packedKeys.firstIndex(of: key) else {
      throw failure(
        at: token.lowerBound,
        "`\(String(decoding: text[pair.key], as: UTF8.self))` is not a key of a rule",
        "the keys are until, protocol, \(Self.ruleKeys.joined(separator: ", "))")
    }
    guard conditions.keys & 1 << number == 0 else {
      throw repeatedKey(Self.ruleKeys[number], at: token.lowerBound)
    }
    conditions.keys |= 1 << number
  }

  /// The index of the set of ports.
  private mutating func parsePorts(_ token: Range<Int>) throws(AllowlistError) -> UInt32 {
    let text = self.text
    let ports = text.span.extracting((token.lowerBound + 1)..<token.upperBound)
    switch portSets.index(parsing: ports) {
    case .success(let index):
      return index
    case .failure(let problem):
      throw failure(
        at: token.lowerBound, "`\(excerpt(token))` has \(problem.problem)",
        "write `:443`, `:443,8443`, `:9000-9003` or `:*`")
    }
  }

  private func parseUntil(
    _ value: Range<Int>, _ token: Range<Int>, _ verdict: Rule.Verdict, _ conditions: Conditions
  ) throws(AllowlistError) -> Day {
    guard verdict == .allow else {
      throw failure(
        at: token.lowerBound, "`until` on a deny: what ends a deny would be an allow",
        "remove it; delete the rule when its time has come")
    }
    guard conditions.until == nil else {
      throw failure(
        at: token.lowerBound, "`until` stands on the rule twice", "remove one of the two")
    }
    guard let day = Day(parsing: text.span.extracting(value)) else {
      throw failure(
        at: token.lowerBound, "`\(excerpt(token))` does not name a day",
        "write year, month and day, such as `until=2026-12-31`")
    }
    return day
  }

  private func checkProtocol(
    _ value: Range<Int>, _ token: Range<Int>, _ verdict: Rule.Verdict, _ conditions: Conditions
  ) throws(AllowlistError) {
    guard verdict == .allow else {
      throw failure(
        at: token.lowerBound, "`protocol` on a deny, which holds for every protocol", "remove it")
    }
    guard !conditions.allowsAnyProtocol else { throw repeatedKey("protocol", at: token.lowerBound) }
    guard text.span.extracting(value).packed == Self.packedAny else {
      throw failure(
        at: token.lowerBound, "`\(excerpt(token))` names no protocol that can be asked for",
        "write `protocol=any`, or remove it: on a TLS port TLS is checked then")
    }
  }

  // MARK: - Pairs

  /// `key=value` or `key="a value"`.
  private func parsePair(
    _ token: Range<Int>, of owner: String
  ) throws(AllowlistError) -> AllowlistPair {
    guard let pair = AllowlistPair(splitting: token, of: text.span) else {
      throw failure(
        at: token.lowerBound, "`\(excerpt(token))` is not understood on \(owner)",
        "write key=value, such as `owner=@build`")
    }
    for offset in pair.key {
      let byte = text[offset]
      let isLetter = byte &- UInt8(ascii: "a") < 26
      let isLater = byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "-")
      guard isLetter || (isLater && offset > pair.key.lowerBound) else {
        throw failure(
          at: offset, "a character that a key cannot have here",
          "use lower-case letters, digits and hyphens, and start with a letter")
      }
    }
    guard !pair.key.isEmpty else {
      throw failure(
        at: pair.key.upperBound, "a value without a key", "write key=value, such as `owner=@build`")
    }
    if let stray = text[pair.value].firstIndex(of: UInt8(ascii: "\"")) {
      throw failure(
        at: stray, "a quotation mark inside a value",
        "quote the whole value, such as `reason=\"a b\"`")
    }
    guard !pair.value.isEmpty else {
      throw failure(
        at: pair.key.upperBound + 1, "a key without a value", "write one, or remove the key")
    }
    return pair
  }

  private func repeatedKey(_ key: String, at offset: Int) -> AllowlistError {
    failure(at: offset, "`\(key)` stands on the line twice", "remove one of the two")
  }
}
