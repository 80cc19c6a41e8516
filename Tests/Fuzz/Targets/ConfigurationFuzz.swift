import Configuration

/// A configuration is taken whole or refused with places in the text, fit for a terminal; what was
/// taken, and shown, is taken again and says the same.
enum ConfigurationFuzz {
  static func complaint(about input: Span<UInt8>) -> String? {
    let text = input.copy
    let configuration: ConfigurationFile
    do throws(ConfigurationErrors) {
      configuration = try ConfigurationFile.read(text, file: "x").resolved()
    } catch {
      let lines = text.count { $0 == UInt8(ascii: "\n") } + 2
      for error in error.errors {
        guard PlainText.isPlain(error.description) else { return "a complaint with control bytes" }
        let place = error.place.split(separator: ":")
        guard place.count == 3, place[0] == "x", let line = Int(place[1]),
          (1...lines).contains(line), let column = Int(place[2]),
          (1...text.count + 2).contains(column)
        else { return "a complaint without a place: \(error)" }
      }
      return error.errors.isEmpty ? "refused without a complaint" : nil
    }
    let shown = configuration.yaml(file: "x")
    guard let again = try? ConfigurationFile.read(Array(shown.utf8), file: "x") else {
      return "what is shown is not taken: \(shown)"
    }
    return again == configuration ? nil : "what is shown says something else: \(shown)"
  }
}
