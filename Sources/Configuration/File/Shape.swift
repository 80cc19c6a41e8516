/// What stands behind a key, for the JSON Schema and the reference; the reading is ``ValueKind``'s.
indirect enum Shape: Hashable, Sendable {
  /// A text: how the reference calls it, and a pattern that all of its values match.
  case text(String, pattern: String? = nil)
  case choice([String])
  /// A whole number.
  case count(ClosedRange<Int>)
  /// Milliseconds, written as in `30s`.
  case time(ClosedRange<Int>)
  /// Bytes, written as in `64KiB`.
  case size(ClosedRange<Int>)
  case list(Shape, max: Int)
  /// A list, or one of its items alone.
  case oneOrList(Shape, max: Int)
  /// Fixed keys; the title heads the part of the reference that explains them.
  case section(String, [KeyDescription])
  /// Any names, each with the same shape behind it.
  case named(Shape, pattern: String, min: Int = 1, max: Int)

  /// For the reference, in a few words.
  var words: String {
    switch self {
    case .text(let words, pattern: _): words
    case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
    case .count(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .time(let range):
      "`\(SettingParser.duration(range.lowerBound))` to `\(SettingParser.duration(range.upperBound))`"
    case .size(let range):
      "`\(SettingParser.size(range.lowerBound))` to `\(SettingParser.size(range.upperBound))`"
    case .list(let item, let max): "list of at most \(max): \(item.words)"
    case .oneOrList(let item, let max): "\(item.words), or a list of at most \(max)"
    case .section(let title, _): "[\(title)](#\(Self.anchor(title)))"
    case .named(let item, pattern: _, min: _, max: _): "names, each with \(item.words)"
    }
  }

  static func anchor(_ title: String) -> String {
    title.lowercased().replacing(" ", with: "-").replacing("'", with: "")
  }
}

/// A key as the reference and the JSON Schema describe it.
struct KeyDescription: Hashable, Sendable {
  let name: String
  let summary: String
  let shape: Shape
  let isRequired: Bool
  /// In words or as it is written; `nil`: none.
  let standard: String?
  /// The default as a value, where it can be written as one.
  let standardValue: Written?
  /// Without hyphens: `access`.
  let flag: String?

  /// `SLUICE_ACCESS`.
  var variable: String? { flag.map(FlagName.variable) }
}

enum FlagName {
  /// The variable that stands for a flag: `allow-address` is `SLUICE_ALLOW_ADDRESS`.
  static func variable(_ flag: String) -> String {
    "SLUICE_" + flag.uppercased().replacing("-", with: "_")
  }
}

/// A value as it is written into YAML or JSON.
indirect enum Written: Hashable, Sendable {
  case text(String)
  case number(Int)
  /// Of JSON only.
  case truth(Bool)
  case list([Written])
  case section([WrittenEntry])
}

struct WrittenEntry: Hashable, Sendable {
  let key: String
  /// `nil`: what holds then is in the note.
  let value: Written?
  /// Where it comes from; `nil` where that is said further inside.
  let origin: Origin?
  var note: String?
}
