/// The two parts of a formatted list: what stands above the first section or rule, and the rest. They
/// decide where blank lines are and what a comment belongs to.
extension ListFormat {
  /// The header behind its first line. A comment belongs to the key below it; those right above the
  /// first section or rule, without a blank line between, belong to that.
  struct HeaderBlock {
    private var keys: [(key: Int, lines: [[UInt8]])] = []
    private var comments: [[UInt8]] = []
    /// Index into `comments` behind the last one that a blank line follows, and whether it is there.
    private var lastBlank = 0

    mutating func addBlank() {
      lastBlank = comments.count
      // An empty line stands for a blank one, between comments only.
      if let last = comments.last, !last.isEmpty {
        comments.append([])
        lastBlank = comments.count
      }
    }

    mutating func add(comment: [UInt8]) { comments.append(comment) }

    mutating func add(key: (key: Int, line: [UInt8])) {
      keys.append((key.key, comments.filter { !$0.isEmpty } + [key.line]))
      comments = []
      lastBlank = 0
    }

    /// Writes the header; the comments that belong to the body are left over.
    func write(to output: inout [UInt8]) -> [[UInt8]] {
      writeKeys(to: &output)
      let own = comments[..<lastBlank]
      if own.contains(where: { !$0.isEmpty }) {
        output.append(UInt8(ascii: "\n"))
        writeComments(own, to: &output)
      }
      output.append(UInt8(ascii: "\n"))
      return Array(comments[lastBlank...])
    }

    /// Writes a list that has nothing else.
    func writeAlone(to output: inout [UInt8]) {
      writeKeys(to: &output)
      guard comments.contains(where: { !$0.isEmpty }) else { return }
      output.append(UInt8(ascii: "\n"))
      writeComments(comments[...], to: &output)
    }

    private func writeKeys(to output: inout [UInt8]) {
      for lines in keys.sorted(by: { $0.key < $1.key }).map(\.lines) {
        for line in lines { output += line + [UInt8(ascii: "\n")] }
      }
    }

    private func writeComments(_ comments: ArraySlice<[UInt8]>, to output: inout [UInt8]) {
      var comments = comments
      while comments.last?.isEmpty == true { comments.removeLast() }
      for line in comments { output += line + [UInt8(ascii: "\n")] }
    }
  }

  /// Sections and rules.
  struct BodyBlock {
    let order: Order
    /// Comments that wait for what is below them.
    private var comments: [[UInt8]] = []
    /// Rules that wait to be sorted, each with the comments above it.
    private var waiting: [(order: RuleOrder, lines: [[UInt8]])] = []
    private var needsBlank = false
    private var isEmpty = true
    private var isBehindHeading = false

    init(order: Order) { self.order = order }

    mutating func start(behind comments: [[UInt8]]) { self.comments = comments }

    mutating func add(comment: [UInt8]) { comments.append(comment) }

    mutating func add(rule: [UInt8], _ place: RuleOrder?, to output: inout [UInt8]) {
      guard let place else {
        write(comments + [rule], to: &output)
        comments = []
        return
      }
      waiting.append((place, comments + [rule]))
      comments = []
    }

    mutating func add(heading: [UInt8], to output: inout [UInt8]) {
      flushRules(to: &output)
      needsBlank = true
      write(comments + [heading], to: &output)
      comments = []
      isBehindHeading = true
    }

    mutating func addBlank(to output: inout [UInt8]) {
      flushRules(to: &output)
      if !comments.isEmpty {
        write(comments, to: &output)
        comments = []
      }
      if !isBehindHeading { needsBlank = true }
    }

    mutating func finish(to output: inout [UInt8]) {
      flushRules(to: &output)
      if !comments.isEmpty { write(comments, to: &output) }
      comments = []
    }

    private mutating func flushRules(to output: inout [UInt8]) {
      guard !waiting.isEmpty else { return }
      // Of equal rules the first stays the first: it is the one that logs name.
      let sorted = waiting.enumerated().sorted {
        $0.element.order != $1.element.order
          ? $0.element.order < $1.element.order : $0.offset < $1.offset
      }
      waiting = []
      for rule in sorted { write(rule.element.lines, to: &output) }
    }

    private mutating func write(_ lines: [[UInt8]], to output: inout [UInt8]) {
      if needsBlank, !isEmpty { output.append(UInt8(ascii: "\n")) }
      for line in lines {
        output += line
        output.append(UInt8(ascii: "\n"))
      }
      needsBlank = false
      isEmpty = false
      isBehindHeading = false
    }
  }
}
