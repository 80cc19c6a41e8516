/// The header of an allowlist: the line that names the format, then name, version and description.
extension AllowlistParser {
  static let format = "sluice-allowlist 1"

  /// Takes the first line if it is the one of this format.
  func parseFormat(_ range: Range<Int>) throws(AllowlistError) {
    guard !text[range].elementsEqual(Self.format.utf8) else { return }
    if text[range].starts(with: "sluice-allowlist ".utf8) {
      throw failure(
        at: range.lowerBound, "a format that this version does not know",
        "the first line must be exactly `\(Self.format)`")
    }
    throw failure(
      at: range.lowerBound, "not a Sluice allowlist", "write `\(Self.format)` as the first line")
  }

  /// Refuses a header that lacks a key, at what stands behind it.
  func checkHeader(at offset: Int) throws(AllowlistError) {
    if name == nil {
      throw failure(
        at: offset, "the header has no name", "write a line such as `name: default` at the top")
    }
    if version == nil {
      throw failure(
        at: offset, "the header has no version",
        "write a line such as `version: 2026.11.22-1` at the top")
    }
  }

  /// Takes a line `key: value`; says `false` of any other line.
  mutating func parseHeader(_ range: Range<Int>) throws(AllowlistError) -> Bool {
    var colon = range.lowerBound
    while colon < range.upperBound, Self.isKeyByte(text[colon]) { colon += 1 }
    guard colon > range.lowerBound, colon < range.upperBound, text[colon] == UInt8(ascii: ":")
    else { return false }
    let key = excerpt(range.lowerBound..<colon)
    let isKnown = key == "name" || key == "version" || key == "description"
    let isSeparated = colon + 1 == range.upperBound || Self.isBlank(text[colon + 1])
    guard isSeparated || isKnown else { return false }
    guard isSeparated else {
      throw failure(
        at: colon + 1, "no space behind the colon", "write `\(key): ` and then the value")
    }
    guard isKnown else {
      throw failure(
        at: range.lowerBound, "`\(key)` is not a key of the header",
        "the keys are name, version and description")
    }
    guard !isPastHeader else {
      throw failure(
        at: range.lowerBound, "a line of the header behind the first section or rule",
        "move it to the top")
    }
    let value = headerValue((colon + 1)..<range.upperBound)
    guard !value.isEmpty else {
      throw failure(at: colon, "`\(key)` has no value", "write one behind the colon")
    }
    try setHeader(key, value, at: range.lowerBound)
    return true
  }

  private mutating func setHeader(
    _ key: String, _ value: Range<Int>, at offset: Int
  ) throws(AllowlistError) {
    let string = String(decoding: text[value], as: UTF8.self)
    let isRepeated: Bool
    switch key {
    case "name":
      isRepeated = name != nil
      try checkWord(value, allowsUpperCase: false, "the name of a list")
      name = string
    case "version":
      isRepeated = version != nil
      try checkWord(value, allowsUpperCase: true, "the version of a list")
      version = string
    default:
      isRepeated = summary != nil
      summary = string
    }
    if isRepeated {
      throw failure(at: offset, "`\(key)` stands in the header twice", "remove one of the two")
    }
  }

  /// Whether a text can be the name, or with capitals the version, of a list.
  static func isWord(_ text: Span<UInt8>, allowsUpperCase: Bool) -> Bool {
    guard (1...wordLimit).contains(text.count) else { return false }
    return text.indices.allSatisfy {
      isWordByte(text[$0], isFirst: $0 == 0, allowsUpperCase: allowsUpperCase)
    }
  }

  /// The most bytes of a name or a version.
  private static let wordLimit = 64

  private static func isWordByte(_ byte: UInt8, isFirst: Bool, allowsUpperCase: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): allowsUpperCase
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"): !isFirst
    default: false
    }
  }

  /// Names and versions stand in status lines and logs as `name@version`, so they are plain words.
  private func checkWord(
    _ range: Range<Int>, allowsUpperCase: Bool, _ what: String
  ) throws(AllowlistError) {
    for offset in range
    where !Self.isWordByte(
      text[offset], isFirst: offset == range.lowerBound, allowsUpperCase: allowsUpperCase)
    {
      throw failure(
        at: offset, "a character that \(what) cannot have here",
        "use \(allowsUpperCase ? "letters" : "lower-case letters"), digits and . _ - +, "
          + "and start with a letter or digit")
    }
    guard range.count <= Self.wordLimit else {
      throw failure(
        at: range.lowerBound, "\(what) has more than \(Self.wordLimit) bytes", "shorten it")
    }
  }

  /// The value of a header line: to the end of the line or a comment, without blanks around it.
  private func headerValue(_ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    while start < range.upperBound, Self.isBlank(text[start]) { start += 1 }
    var end = start
    while end < range.upperBound {
      if text[end] == UInt8(ascii: "#"), Self.isBlank(text[end - 1]) { break }
      end += 1
    }
    while end > start, Self.isBlank(text[end - 1]) { end -= 1 }
    return start..<end
  }

  /// A byte of a key, generously: what is then not a key gets a better complaint.
  private static func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
