/// The part of YAML that access lists are written in, read strictly: block mappings, block sequences,
/// scalars on one line, plain or quoted, and comments. Everything else is refused with its line: flow
/// collections, anchors, aliases, tags, block scalars, several documents, tabs, repeated keys.
struct StrictYAML {
  indirect enum Node {
    /// A key or a dash with nothing behind it, or `~`, or `null`.
    case empty(line: Int)
    case scalar(String, line: Int)
    case sequence([Node], line: Int)
    case mapping([Member], line: Int)

    var line: Int {
      switch self {
      case .empty(let line), .scalar(_, let line), .sequence(_, let line), .mapping(_, let line):
        line
      }
    }
  }

  /// `key: value`, and the line of the key.
  struct Member {
    let key: String
    let value: Node
    let line: Int
  }

  /// A line with something on it. A dash is taken off by putting what is behind it at its own column.
  private struct Line {
    var column: Int
    var text: ArraySlice<UInt8>
    let number: Int
  }

  private static let depthLimit = 16

  private let file: String
  private var lines: [Line] = []
  private var next = 0

  /// Reads one document; an empty one is an empty mapping.
  static func parse(_ source: SourceText) throws(ImportError) -> Node {
    var parser = try StrictYAML(source)
    guard let first = parser.lines.first else { return .mapping([], line: 1) }
    let node = try parser.block(at: first.column, depth: 0)
    guard parser.next == parser.lines.count else {
      throw parser.failure("a line that is indented less than the first", "indent it like that")
    }
    return node
  }

  private init(_ source: SourceText) throws(ImportError) {
    file = source.file
    var found: [Line] = []
    var isStarted = false
    try source.forEachLine { (number, line) throws(ImportError) in
      let indented = line.drop { $0 == UInt8(ascii: " ") }
      if indented.first == UInt8(ascii: "\t") {
        throw ImportError(
          source.file, line: number, "a tab in the indentation", remedy: "indent with spaces")
      }
      let text = Self.withoutComment(indented).trimmed
      guard let first = text.first else { return }
      if text.elementsEqual("---".utf8), !isStarted, found.isEmpty {
        isStarted = true
        return
      }
      if text.elementsEqual("---".utf8) || text.elementsEqual("...".utf8)
        || first == UInt8(ascii: "%")
      {
        throw ImportError(
          source.file, line: number, "more than one document, or a directive",
          remedy: "keep one document in the file")
      }
      found.append(Line(column: indented.startIndex - line.startIndex, text: text, number: number))
    }
    lines = found
  }

  /// A `#` at the start or behind a blank, outside quotation marks.
  private static func withoutComment(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var quote: UInt8?
    var previous = UInt8(ascii: " ")
    for index in text.indices {
      let byte = text[index]
      if let open = quote {
        if byte == open, open == UInt8(ascii: "'") || previous != UInt8(ascii: "\\") { quote = nil }
      } else if byte == UInt8(ascii: "#"), ArraySlice.isBlank(previous) {
        return text[text.startIndex..<index]
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"),
        ArraySlice.isBlank(previous)
      {
        quote = byte
      }
      previous = byte
    }
    return text
  }

  // MARK: - Blocks

  private mutating func block(at column: Int, depth: Int) throws(ImportError) -> Node {
    guard depth <= Self.depthLimit else {
      throw failure("more than \(Self.depthLimit) levels", "make the file flatter")
    }
    return isDash(lines[next].text)
      ? try sequence(at: column, depth: depth) : try mapping(at: column, depth: depth)
  }

  private mutating func sequence(at column: Int, depth: Int) throws(ImportError) -> Node {
    let start = lines[next].number
    var items: [Node] = []
    while next < lines.count, lines[next].column == column, isDash(lines[next].text) {
      let number = lines[next].number
      let rest = lines[next].text.dropFirst()
      let text = rest.trimmed
      if text.isEmpty {
        next += 1
        items.append(try nested(below: column, number, depth))
      } else if isDash(text) || key(of: text) != nil {
        // `- name: x`: the mapping starts where its first key stands.
        lines[next].column += text.startIndex - lines[next].text.startIndex
        lines[next].text = text
        items.append(try block(at: lines[next].column, depth: depth + 1))
      } else {
        next += 1
        items.append(try scalar(text, number))
      }
    }
    try checkIndentation(column)
    return .sequence(items, line: start)
  }

  private mutating func mapping(at column: Int, depth: Int) throws(ImportError) -> Node {
    let start = lines[next].number
    var members: [Member] = []
    while next < lines.count, lines[next].column == column, !isDash(lines[next].text) {
      let line = lines[next]
      guard let (name, rest) = key(of: line.text) else {
        throw failure("neither `key: value` nor `- item`", "write one of the two")
      }
      guard case .scalar(let key, _) = try scalar(name, line.number) else {
        throw failure("a key that is not a word", "write a word")
      }
      guard !members.contains(where: { $0.key == key }) else {
        throw failure("`\(PrintableText.line(key))` for the second time", "remove one of the two")
      }
      next += 1
      let value: Node
      if !rest.isEmpty {
        value = try scalar(rest, line.number)
      } else if next < lines.count, lines[next].column == column, isDash(lines[next].text) {
        // A sequence may stand at the column of its key.
        value = try sequence(at: column, depth: depth + 1)
      } else {
        value = try nested(below: column, line.number, depth)
      }
      members.append(Member(key: key, value: value, line: line.number))
    }
    try checkIndentation(column)
    return .mapping(members, line: start)
  }

  private mutating func nested(
    below column: Int, _ number: Int, _ depth: Int
  ) throws(ImportError) -> Node {
    guard next < lines.count, lines[next].column > column else { return .empty(line: number) }
    return try block(at: lines[next].column, depth: depth + 1)
  }

  /// A block ends where a line stands further left, never further right.
  private func checkIndentation(_ column: Int) throws(ImportError) {
    guard next < lines.count, lines[next].column > column else { return }
    throw failure("an indentation that fits no line above", "indent it like its neighbours")
  }

  // MARK: - Words

  private func isDash(_ text: ArraySlice<UInt8>) -> Bool {
    text.first == UInt8(ascii: "-")
      && (text.count == 1 || ArraySlice.isBlank(text.dropFirst().first!))
  }

  /// The key of `key: value` and what is behind the colon.
  private func key(of text: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
    var start = text.startIndex
    if let mark = text.first, mark == UInt8(ascii: "\"") || mark == UInt8(ascii: "'") {
      guard let close = text.dropFirst().firstIndex(of: mark) else { return nil }
      start = close + 1
      guard start < text.endIndex, text[start] == UInt8(ascii: ":") else { return nil }
    }
    for index in text[start...].indices where text[index] == UInt8(ascii: ":") {
      guard index + 1 == text.endIndex || ArraySlice.isBlank(text[index + 1]) else { continue }
      return (text[text.startIndex..<index].trimmed, text[(index + 1)...].trimmed)
    }
    return nil
  }

  private func scalar(_ text: ArraySlice<UInt8>, _ number: Int) throws(ImportError) -> Node {
    func refuse(_ problem: String, _ remedy: String) -> ImportError {
      ImportError(file, line: number, problem, remedy: remedy)
    }
    guard let first = text.first, let last = text.last else { return .empty(line: number) }
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
      let inside = text.dropFirst().dropLast()
      guard text.count >= 2, last == first, !inside.contains(first),
        !inside.contains(UInt8(ascii: "\\"))
      else {
        throw refuse(
          "a quoted text with an escape in it, or with something behind it",
          "write a plain text between two quotation marks")
      }
      return .scalar(inside.text, line: number)
    }
    if text.elementsEqual("[]".utf8) { return .sequence([], line: number) }
    if text.elementsEqual("~".utf8) || text.elementsEqual("null".utf8) {
      return .empty(line: number)
    }
    guard
      !"&*!|>%@`{}[],?:-#".utf8.contains(first) || (first == UInt8(ascii: "-") && text.count > 1)
    else {
      throw refuse(
        "`\(PrintableText.line(text, limit: 60))` starts with a character that YAML keeps for itself",
        "put the text in quotation marks")
    }
    guard
      !text.indices.contains(where: { index in
        text[index] == UInt8(ascii: ":")
          && (index + 1 == text.endIndex || ArraySlice.isBlank(text[index + 1]))
      })
    else {
      throw refuse("a second `key:` on one line", "write one key a line, or quote the text")
    }
    return .scalar(text.text, line: number)
  }

  private func failure(_ problem: String, _ remedy: String) -> ImportError {
    let number = next < lines.count ? lines[next].number : lines.last?.number
    return ImportError(file, line: number, problem, remedy: remedy)
  }
}
