/// A setting that Sluice does not take: where it stands, what is wrong with it, what to write
/// instead. Nothing is ever guessed: one wrong setting refuses the whole configuration.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The flag and its text, `--listen ':3128'`, or a place in a file, `FILE:LINE:COLUMN`.
  package let place: String
  package let problem: String
  package let remedy: String

  package init(_ place: String, _ problem: String, remedy: String) {
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  /// `PLACE: problem; remedy`, on one line whatever files are called: a `?` stands for each control
  /// character, and for each that hides others or turns them round.
  package var description: String {
    var text = ""
    for scalar in "\(place): \(problem); \(remedy)".unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: text.append("?")
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

/// A text that a person gave for a setting, and which one.
package struct SettingText: Hashable, Sendable {
  /// The flag or variable, `--listen`.
  package let name: String
  package let text: String

  package init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }

  func error(_ problem: String, remedy: String) -> ConfigurationError {
    ConfigurationError("\(name) '\(printable)'", problem, remedy: remedy)
  }

  /// The text on one line and of bounded length, whatever it holds.
  private var printable: String {
    let shown = text.unicodeScalars.prefix(80).map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7F ? "?" : String(scalar)
    }
    return shown.joined() + (text.unicodeScalars.count > 80 ? "…" : "")
  }
}
