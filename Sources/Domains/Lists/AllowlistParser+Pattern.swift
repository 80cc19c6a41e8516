/// Reads the pattern of a rule. A pattern must be canonical already: a list that is reviewed by people
/// says exactly what it means, so nothing is put right silently; each near miss gets a complaint that
/// says what to write instead.
extension AllowlistParser {
  /// Where the parts of a pattern stand.
  struct PatternPlace {
    var kind: RulePatternKind
    /// Of a glob the parent.
    var name: Range<Int>
    /// The label of a glob.
    var glob: Range<Int>?
  }

  mutating func parsePattern(
    _ range: Range<Int>, _ verdict: Rule.Verdict
  ) throws(AllowlistError) -> PatternPlace {
    try checkShape(range)
    let first = text[range.lowerBound]
    let isPrefixed =
      range.count >= 2 && text[range.lowerBound + 1] == UInt8(ascii: ".")
      && (first == UInt8(ascii: "*") || first == UInt8(ascii: "+") || first == UInt8(ascii: "?"))
    if verdict == .denyAlways, isPrefixed || text[range].contains(UInt8(ascii: "*")) {
      throw failure(
        at: range.lowerBound, "a pattern behind `!!`",
        "write a plain name: `!!example.com` covers the name and everything below it")
    }
    guard isPrefixed else {
      let label =
        range.lowerBound..<(text[range].firstIndex(of: UInt8(ascii: ".")) ?? range.upperBound)
      if text[label].contains(UInt8(ascii: "*")) { return try parseGlob(label, in: range) }
      try checkName(range)
      return PatternPlace(kind: verdict == .denyAlways ? .apexAndBelow : .exact, name: range)
    }
    let rest = (range.lowerBound + 2)..<range.upperBound
    guard !rest.isEmpty else {
      throw failure(
        at: range.lowerBound, "a wildcard without a name", "write one, such as `*.example.com`")
    }
    try checkName(rest)
    switch first {
    case UInt8(ascii: "*"): return PatternPlace(kind: .below, name: rest)
    case UInt8(ascii: "+"): return PatternPlace(kind: .apexAndBelow, name: rest)
    default: return PatternPlace(kind: .oneLabel, name: rest)
    }
  }

  /// Refuses what is not a name at all, with a word on what it is.
  private func checkShape(_ range: Range<Int>) throws(AllowlistError) {
    let bytes = text[range]
    if let offset = bytes.firstIndex(where: { $0 >= 0x80 }) {
      throw failure(
        at: offset, "a character that is not ASCII in a name",
        "write the name in its xn-- form (an A-label)")
    }
    if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
      if text[colon..<range.upperBound].starts(with: "://".utf8) {
        throw failure(
          at: range.lowerBound, "a URL, where only a host name stands",
          remedy(
            [hostOfURL((colon + 3)..<range.upperBound)],
            { "write the host name alone: `\($0[0])`" },
            otherwise: "write the host name alone"))
      }
      if !text[range].contains(UInt8(ascii: "/")),
        IPAddress(parsing: text.span.extracting(range)) != nil
      {
        throw addressFailure(range)
      }
    }
    if let slash = bytes.firstIndex(of: UInt8(ascii: "/")) {
      if AddressRange(excerpt(range)) != nil
        || IPAddress(parsing: text.span.extracting(range.lowerBound..<slash)) != nil
      {
        throw addressFailure(range)
      }
      throw failure(
        at: slash, "a path behind the name",
        remedy(
          [excerpt(range.lowerBound..<slash)], { "write the host name alone: `\($0[0])`" },
          otherwise: "write the host name alone"))
    }
    if let at = bytes.firstIndex(of: UInt8(ascii: "@")) {
      guard at > range.lowerBound else {
        throw failure(
          at: at, "a directive, which this format does not have",
          "write rules, sections and comments only")
      }
      throw failure(
        at: at, "a user name in front of the name",
        remedy(
          [excerpt((at + 1)..<range.upperBound)], { "write the host name alone: `\($0[0])`" },
          otherwise: "write the host name alone"))
    }
    if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
      throw failure(
        at: colon, "a port inside the name",
        remedy(
          ["\(excerpt(range.lowerBound..<colon)) \(excerpt(colon..<range.upperBound))"],
          { "write a space in front of it: `\($0[0])`" },
          otherwise: "write the name, a space, and ports such as `:443`"))
    }
    if IPAddress(parsing: text.span.extracting(range)) != nil { throw addressFailure(range) }
    if bytes.elementsEqual("*".utf8) {
      throw failure(
        at: range.lowerBound, "a rule for every name",
        "name what is needed, or give the environment the access level full")
    }
    if bytes.first == UInt8(ascii: ".") {
      let name = excerpt((range.lowerBound + 1)..<range.upperBound)
      throw failure(
        at: range.lowerBound, "a dot at the start of a name",
        remedy(
          ["*.\(name)", "+.\(name)"],
          { "write `\($0[0])` for everything below, or `\($0[1])` for the name as well" },
          otherwise: "write a name, such as `*.example.com`"))
    }
  }

  private func addressFailure(_ range: Range<Int>) -> AllowlistError {
    failure(
      at: range.lowerBound, "an address, where only names stand",
      "open addresses for an environment with allow_addresses")
  }

  /// The host of what follows `://`, for a message.
  private func hostOfURL(_ range: Range<Int>) -> String {
    var start = range.lowerBound
    var end = start
    while end < range.upperBound, !"/?#:".utf8.contains(text[end]) {
      if text[end] == UInt8(ascii: "@") { start = end + 1 }
      end += 1
    }
    return excerpt(start..<end)
  }

  /// A label with one `*` or more, and the name below which it stands.
  private mutating func parseGlob(
    _ label: Range<Int>, in range: Range<Int>
  ) throws(AllowlistError) -> PatternPlace {
    guard label.upperBound < range.upperBound else {
      throw failure(
        at: range.lowerBound, "a glob without a parent name",
        "write one, such as `api-*.example.com`")
    }
    guard label.count <= NameNormaliser.labelLimit else {
      throw failure(
        at: label.lowerBound, "a label of more than \(NameNormaliser.labelLimit) bytes",
        "shorten it")
    }
    for offset in label {
      let byte = text[offset]
      if byte == UInt8(ascii: "*") {
        guard offset == label.lowerBound || text[offset - 1] != UInt8(ascii: "*") else {
          throw failure(
            at: offset, "two `*` in a row",
            "write one: within a label it stands for one character or more")
        }
        continue
      }
      try checkNameByte(offset)
    }
    let parent = (label.upperBound + 1)..<range.upperBound
    try checkName(parent)
    if text[label.lowerBound] == UInt8(ascii: "*"), !text[parent].contains(UInt8(ascii: ".")) {
      let name = excerpt((label.lowerBound + 1)..<range.upperBound)
      throw failure(
        at: label.lowerBound, "a glob that takes in every name that ends so, whoever owns it",
        remedy(
          ["*.\(name)"], { "write `\($0[0])` for what is below the name" },
          otherwise: "give it a parent name of two labels or more"))
    }
    return PatternPlace(kind: .glob, name: parent, glob: label)
  }

  /// Refuses what is not a canonical name, with what to write instead.
  private mutating func checkName(_ range: Range<Int>) throws(AllowlistError) {
    let text = self.text
    let error = key.load(text.span.extracting(range))
    if error == .forbiddenByte || error == nil {
      for offset in range where text[offset] != UInt8(ascii: ".") {
        try checkNameByte(offset)
      }
    }
    if let error { throw nameFailure(error, range) }
    if text[range.upperBound - 1] == UInt8(ascii: ".") {
      let word = word(around: range.upperBound - 1)
      throw failure(
        at: range.upperBound - 1, "a dot at the end of a name",
        remedy([excerpt(word)], { "write `\($0[0])`" }, otherwise: "take the dot away"))
    }
  }

  /// Refuses a byte that a canonical label does not have.
  private func checkNameByte(_ offset: Int) throws(AllowlistError) {
    let byte = text[offset]
    let canonical = NameNormaliser.canonical(byte)
    if canonical == byte { return }
    let character = Character(Unicode.Scalar(byte))
    if canonical != 0 {
      throw failure(
        at: offset, "a capital letter in a name",
        remedy(
          [excerpt(word(around: offset))], { "write `\($0[0])`" }, otherwise: "use small letters"))
    }
    if byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "+") {
      throw failure(
        at: offset, "`\(character)` in a place where it has no meaning",
        "`*.`, `+.` and `?.` stand at the start of a name; `*` also inside its first label")
    }
    throw failure(
      at: offset, "`\(character)` is not a character of host names",
      "use lower-case letters, digits, `-`, `_` and dots")
  }

  /// The pattern that `offset` is in, for a message.
  private func word(around offset: Int) -> Range<Int> {
    func isInside(_ byte: UInt8) -> Bool { byte > 0x20 && byte != UInt8(ascii: "!") }
    var start = offset
    while start > lineStart, isInside(text[start - 1]) { start -= 1 }
    var end = offset
    while end < text.count, isInside(text[end]) { end += 1 }
    return start..<end
  }

  private func nameFailure(_ error: HostnameError, _ range: Range<Int>) -> AllowlistError {
    switch error {
    case .empty:
      failure(at: range.lowerBound, "a name that is only a dot", "write the name")
    case .tooLong:
      failure(
        at: range.lowerBound, "a name of more than 253 bytes", "no such name exists in the DNS")
    case .forbiddenByte:
      preconditionFailure("found by checkNameByte")
    case .emptyLabel:
      failure(at: emptyLabel(in: range), "two dots in a row", "write one")
    case .labelTooLong:
      failure(
        at: range.lowerBound, "a label of more than 63 bytes", "no such name exists in the DNS")
    case .endsInNumber:
      failure(
        at: range.lowerBound,
        "a name that ends in a number, which programs take for an IPv4 address",
        "write a host name")
    }
  }

  /// The second of two dots in a row, or a dot at the start.
  private func emptyLabel(in range: Range<Int>) -> Int {
    for offset in range where text[offset] == UInt8(ascii: ".") {
      if offset == range.lowerBound || text[offset - 1] == UInt8(ascii: ".") { return offset }
    }
    return range.lowerBound
  }
}
