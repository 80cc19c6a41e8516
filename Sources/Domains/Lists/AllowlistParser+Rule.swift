/// What stands on a line of an allowlist behind the header: a section's heading, or a rule with its
/// ports and metadata. The pattern itself is read in AllowlistParser+Pattern.swift.
extension AllowlistParser {
  /// The keys that a rule may have, beside `until`.
  private static let ruleKeys = ["ticket", "owner", "reason", "review"]

  /// The words of a line up to a comment. Blanks and `#` inside double quotes belong to the word.
  func tokens(of range: Range<Int>) throws(AllowlistError) -> [Range<Int>] {
    var tokens: [Range<Int>] = []
    var position = range.lowerBound
    while true {
      while position < range.upperBound, Self.isBlank(text[position]) { position += 1 }
      if position == range.upperBound || text[position] == UInt8(ascii: "#") { return tokens }
      let start = position
      var quote: Int?
      while position < range.upperBound, quote != nil || !Self.isBlank(text[position]) {
        if text[position] == UInt8(ascii: "\"") { quote = quote == nil ? position : nil }
        position += 1
      }
      if let quote {
        throw failure(
          at: quote, "a quotation mark without its partner", "close it on the same line")
      }
      tokens.append(start..<position)
    }
  }

  // MARK: - Sections

  mutating func parseSection(_ range: Range<Int>) throws(AllowlistError) {
    let open = range.lowerBound
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
    for token in try tokens(of: rest) {
      let (key, value) = try parsePair(token, of: "a section")
      try checkNew(key, in: metadata, at: token.lowerBound)
      metadata.append((key, value))
    }
    let name = String(decoding: text[inside], as: UTF8.self)
    sections.append(Section(name: name, metadata: metadata, line: line))
  }

  // MARK: - Rules

  mutating func parseRule(_ tokens: [Range<Int>]) throws(AllowlistError) {
    guard rules.count < Allowlist.ruleLimit else {
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
    let parsed = try parsePattern(pattern, verdict)
    var conditions = Conditions()
    for token in tokens.dropFirst() { try parseCondition(token, verdict, &conditions) }

    let range = tokens[0].lowerBound..<tokens[tokens.count - 1].upperBound
    rules.append(
      Rule(
        pattern: parsed, verdict: verdict,
        ports: conditions.ports ?? (verdict == .allow ? .standard : .all),
        until: conditions.until, line: line, section: sections.isEmpty ? nil : sections.count - 1,
        metadata: conditions.metadata, text: ruleText(range, parsed), range: range))
  }

  /// What a rule says behind its pattern.
  private struct Conditions {
    var ports: PortSet?
    var until: Day?
    var metadata: [(key: String, value: String)] = []
  }

  /// Most rules are a bare name: their text is the name's, and shares its storage.
  private func ruleText(_ range: Range<Int>, _ pattern: Pattern) -> String {
    if case .exact(let name) = pattern, range.count == name.text.utf8.count { return name.text }
    return String(decoding: text[range], as: UTF8.self)
  }

  private mutating func parseCondition(
    _ token: Range<Int>, _ verdict: Rule.Verdict, _ conditions: inout Conditions
  ) throws(AllowlistError) {
    if text[token.lowerBound] == UInt8(ascii: ":") {
      guard verdict != .denyAlways else {
        throw failure(
          at: token.lowerBound, "ports on a rule with `!!`, which holds for every port",
          "remove them, or write `!`")
      }
      guard conditions.ports == nil else {
        throw failure(
          at: token.lowerBound, "ports for the second time", "write one list, such as `:443,8443`")
      }
      conditions.ports = try parsePorts(token)
      return
    }
    guard text[token].contains(UInt8(ascii: "=")) else {
      throw failure(
        at: token.lowerBound, "`\(excerpt(token))` is not understood behind a name",
        "write one rule a line; behind the name may stand ports such as `:443`, and key=value")
    }
    let (key, value) = try parsePair(token, of: "a rule")
    if key == "until" {
      conditions.until = try parseUntil(value, token, verdict, conditions)
      return
    }
    guard Self.ruleKeys.contains(key) else {
      throw failure(
        at: token.lowerBound, "`\(key)` is not a key of a rule",
        "the keys are until, \(Self.ruleKeys.joined(separator: ", "))")
    }
    try checkNew(key, in: conditions.metadata, at: token.lowerBound)
    conditions.metadata.append((key, value))
  }

  private func parsePorts(_ token: Range<Int>) throws(AllowlistError) -> PortSet {
    switch PortSet.parse(text.span.extracting((token.lowerBound + 1)..<token.upperBound)) {
    case .success(let ports):
      return ports
    case .failure(let problem):
      throw failure(
        at: token.lowerBound, "`\(excerpt(token))` has \(problem.problem)",
        "write `:443`, `:443,8443`, `:9000-9003` or `:*`")
    }
  }

  private func parseUntil(
    _ value: String, _ token: Range<Int>, _ verdict: Rule.Verdict, _ conditions: Conditions
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
    guard let day = Day(value) else {
      throw failure(
        at: token.lowerBound, "`\(excerpt(token))` does not name a day",
        "write year, month and day, such as `until=2026-12-31`")
    }
    return day
  }

  // MARK: - Pairs

  /// `key=value` or `key="a value"`.
  private func parsePair(
    _ token: Range<Int>, of owner: String
  ) throws(AllowlistError) -> (key: String, value: String) {
    guard let equals = text[token].firstIndex(of: UInt8(ascii: "=")) else {
      throw failure(
        at: token.lowerBound, "`\(excerpt(token))` is not understood on \(owner)",
        "write key=value, such as `owner=@build`")
    }
    let key = token.lowerBound..<equals
    for offset in key {
      let byte = text[offset]
      let isLetter = byte &- UInt8(ascii: "a") < 26
      let isLater = byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "-")
      guard isLetter || (isLater && offset > key.lowerBound) else {
        throw failure(
          at: offset, "a character that a key cannot have here",
          "use lower-case letters, digits and hyphens, and start with a letter")
      }
    }
    guard !key.isEmpty else {
      throw failure(at: equals, "a value without a key", "write key=value, such as `owner=@build`")
    }
    let value = try parseValue((equals + 1)..<token.upperBound)
    return (String(decoding: text[key], as: UTF8.self), value)
  }

  private func parseValue(_ range: Range<Int>) throws(AllowlistError) -> String {
    var inside = range
    let mark = UInt8(ascii: "\"")
    if range.count >= 2, text[range.lowerBound] == mark, text[range.upperBound - 1] == mark {
      inside = (range.lowerBound + 1)..<(range.upperBound - 1)
    }
    if let stray = text[inside].firstIndex(of: mark) {
      throw failure(
        at: stray, "a quotation mark inside a value",
        "quote the whole value, such as `reason=\"a b\"`")
    }
    guard !inside.isEmpty else {
      throw failure(at: range.lowerBound, "a key without a value", "write one, or remove the key")
    }
    return String(decoding: text[inside], as: UTF8.self)
  }

  private func checkNew(
    _ key: String, in metadata: [(key: String, value: String)], at offset: Int
  ) throws(AllowlistError) {
    guard metadata.contains(where: { $0.key == key }) else { return }
    throw failure(at: offset, "`\(key)` stands on the line twice", "remove one of the two")
  }
}
