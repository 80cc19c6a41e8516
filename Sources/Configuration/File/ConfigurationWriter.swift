/// Writes configurations as YAML that ``ConfigurationFile/read(_:file:folder:)`` takes, and as JSON.
enum ConfigurationWriter {
  /// A value in the reference.
  static func words(_ value: Written) -> String { "`\(flow(value))`" }

  /// Keys on lines of their own, each with a comment that says where its value comes from.
  static func yaml(_ entries: [WrittenEntry]) -> String {
    var text = ""
    append(entries, indent: 0, to: &text)
    return text
  }

  private static func append(_ entries: [WrittenEntry], indent: Int, to text: inout String) {
    let space = String(repeating: " ", count: indent)
    for entry in entries {
      guard let value = entry.value else {
        let note = (entry.note ?? "not set").replacing("`", with: "")
        text += "\(space)# \(entry.key): \(note)\n"
        continue
      }
      let comment = entry.origin.map { "  # \($0)" } ?? ""
      switch value {
      case .section(let inner):
        // Nothing behind a key would be refused, and comments are nothing.
        let isEmpty = inner.allSatisfy { $0.value == nil }
        text += "\(space)\(scalar(entry.key)):\(isEmpty ? " {}" : "")\(comment)\n"
        append(inner, indent: indent + 2, to: &text)
      case .list(let items) where needsLines(items):
        text += "\(space)\(scalar(entry.key)):\(comment)\n"
        for item in items { append(item: item, indent: indent + 2, to: &text) }
      case .text, .number, .truth, .list:
        text += "\(space)\(scalar(entry.key)): \(flow(value))\(comment)\n"
      }
    }
  }

  /// One item of a list: a hyphen, and the rest in line with what stands behind it.
  private static func append(item: Written, indent: Int, to text: inout String) {
    let space = String(repeating: " ", count: indent)
    guard case .section(let entries) = item else {
      text += "\(space)- \(flow(item))\n"
      return
    }
    let start = text.endIndex
    var inner = ""
    append(entries, indent: indent + 2, to: &inner)
    text += inner
    // The comment of a key that is not set may come first; then the hyphen stands before it, where
    // YAML takes it as well.
    let hyphen = text.index(start, offsetBy: indent)
    text.replaceSubrange(hyphen...hyphen, with: "-")
  }

  private static func needsLines(_ items: [Written]) -> Bool {
    var length = 0
    for item in items {
      guard case .text(let text) = item else { return true }
      length += text.utf8.count + 2
    }
    return length > 60
  }

  private static func flow(_ value: Written) -> String {
    switch value {
    case .text(let text): scalar(text)
    case .number(let number): String(number)
    case .truth(let isTrue): isTrue ? "true" : "false"
    case .list(let items): "[" + items.map(flow).joined(separator: ", ") + "]"
    case .section(let entries):
      "{"
        + entries.compactMap { entry in entry.value.map { "\(scalar(entry.key)): \(flow($0))" } }
        .joined(separator: ", ") + "}"
    }
  }

  /// A text as a YAML scalar: plain where nobody can read it as something else.
  static func scalar(_ text: String) -> String {
    isPlain(text) ? text : quoted(text)
  }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first else { return false }
    let isSafe = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"),
        UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "@"),
        UInt8(ascii: ":"):
        true
      default: false
      }
    }
    // What starts with a letter, a digit or a slash and has no colon at its end is no punctuation.
    return isSafe && text.utf8.last != UInt8(ascii: ":")
      && (first == UInt8(ascii: "/") || first == UInt8(ascii: ".") || first >= UInt8(ascii: "0"))
      && first != UInt8(ascii: ":") && first != UInt8(ascii: "@")
  }

  /// A text inside a comment.
  static func comment(_ text: String) -> String {
    String(
      String.UnicodeScalarView(text.unicodeScalars.map { PlainText.isHidden($0) ? "?" : $0 }))
  }

  /// In double quotes, which YAML and JSON read alike.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where PlainText.isHidden(scalar):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  // MARK: JSON (RFC 8259)

  static func json(_ value: Written, indent: Int = 0) -> String {
    let space = String(repeating: " ", count: indent + 2)
    let close = String(repeating: " ", count: indent)
    switch value {
    case .text(let text): return quoted(text)
    case .number(let number): return String(number)
    case .truth(let isTrue): return isTrue ? "true" : "false"
    case .list(let items):
      guard !items.isEmpty else { return "[]" }
      let lines = items.map { space + json($0, indent: indent + 2) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(close)]"
    case .section(let entries):
      let members = entries.compactMap { entry in
        entry.value.map { "\(space)\(quoted(entry.key)): \(json($0, indent: indent + 2))" }
      }
      return members.isEmpty ? "{}" : "{\n\(members.joined(separator: ",\n"))\n\(close)}"
    }
  }

  /// Where each value comes from, by its path: `environments.vm-7.access`.
  static func origins(_ entries: [WrittenEntry], prefix: String = "") -> [WrittenEntry] {
    var origins: [WrittenEntry] = []
    for entry in entries {
      let path = prefix + entry.key
      if let origin = entry.origin {
        origins.append(WrittenEntry(key: path, value: .text(origin.description), origin: nil))
      }
      switch entry.value {
      case .section(let inner): origins += Self.origins(inner, prefix: "\(path).")
      case .list(let items):
        for (index, item) in items.enumerated() {
          guard case .section(let inner) = item else { continue }
          origins += Self.origins(inner, prefix: "\(path)[\(index)].")
        }
      case .text, .number, .truth, nil: break
      }
    }
    return origins
  }
}
