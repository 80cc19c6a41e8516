extension String {
  /// The text on one line, for people: control characters, and characters that are invisible or
  /// change the direction of text, become `?`. For names of files and other text from outside.
  package var printable: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
        .unassigned:
        result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
