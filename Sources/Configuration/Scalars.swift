package import Policy

/// The settings whose text is a word or a number.
package enum SettingParser {
  /// A time such as `500ms`, `30s`, `2m` or `1h`, in milliseconds. A unit is always written, and
  /// the number is whole.
  package static func milliseconds(
    _ text: SettingText, in range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int {
    let digits = text.text.prefix { $0.isASCII && $0.isNumber }
    let scale: Int
    switch text.text[digits.endIndex...] {
    case "ms": scale = 1
    case "s": scale = 1000
    case "m": scale = 60_000
    case "h": scale = 3_600_000
    default: throw text.error("not a time", remedy: "write a number and ms, s, m or h, as in 30s")
    }
    guard let number = number(digits), number <= range.upperBound / scale,
      range.contains(number * scale)
    else {
      throw text.error(
        "out of range",
        remedy: "write a time from \(duration(range.lowerBound)) to \(duration(range.upperBound))")
    }
    return number * scale
  }

  /// A whole number in decimal without sign and leading zeros.
  package static func count(
    _ text: SettingText, in range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int {
    guard let number = number(text.text[...]), range.contains(number) else {
      throw text.error(
        "not a number in range",
        remedy: "write a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// `none`, `limited` or `full`.
  package static func access(_ text: SettingText) throws(ConfigurationError) -> AccessLevel {
    guard let level = AccessLevel(rawValue: text.text) else {
      throw text.error("not an access level", remedy: "write none, limited or full")
    }
    return level
  }

  /// Milliseconds as a person writes them.
  package static func duration(_ milliseconds: Int) -> String {
    for (unit, scale) in [("h", 3_600_000), ("m", 60_000), ("s", 1000)]
    where milliseconds >= scale && milliseconds % scale == 0 {
      return "\(milliseconds / scale)\(unit)"
    }
    return "\(milliseconds)ms"
  }

  /// At most nine digits, which no product above overflows.
  fileprivate static func number(_ text: Substring) -> Int? {
    guard (1...9).contains(text.utf8.count), text.utf8.count == 1 || text.utf8.first != 0x30,
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int(text)
  }
}

// Bytes.
extension SettingParser {
  /// A size such as `512B`, `64KiB` or `10MiB`, in bytes. A unit is always written, and the number is
  /// whole.
  package static func bytes(
    _ text: SettingText, in range: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int {
    let digits = text.text.prefix { $0.isASCII && $0.isNumber }
    let shift: Int
    switch text.text[digits.endIndex...] {
    case "B": shift = 0
    case "KiB": shift = 10
    case "MiB": shift = 20
    case "GiB": shift = 30
    default:
      throw text.error("not a size", remedy: "write a number and B, KiB, MiB or GiB, as in 64KiB")
    }
    guard let number = number(digits), number <= range.upperBound >> shift,
      range.contains(number << shift)
    else {
      throw text.error(
        "out of range",
        remedy: "write a size from \(size(range.lowerBound)) to \(size(range.upperBound))")
    }
    return number << shift
  }

  /// Bytes as a person writes them.
  package static func size(_ bytes: Int) -> String {
    for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)]
    where bytes >= (1 << shift) && bytes & ((1 << shift) - 1) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return "\(bytes)B"
  }
}
