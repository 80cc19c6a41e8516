internal import Domains

/// A plain list: one name a line, exactly that name; `*.name` for all below it. `#` starts a comment.
///
/// `.name` is read in two ways by the programs that take it, as all below the name or with the name
/// itself: an allow takes the first, a deny the second.
extension ListImporter {
  mutating func readPlain(_ source: SourceText) throws(ImportError) {
    let isDeny = denies
    try forEachLine(of: source) { (number, line) throws(ImportError) in
      let (before, comment) = line.dividedAtComment
      let word = before.trimmed
      guard let first = word.first else {
        if let comment { draft.addLead(comment) }
        return
      }
      // In a list of names each of these takes something out, wherever it means anything.
      if "!-~^@".utf8.contains(first) {
        throw ImportError(
          source.file, line: number, "an entry that may take names out of the list again",
          remedy: "write the list without exceptions, or add them by hand behind the import")
      }
      guard word.words.count == 1 else {
        lose(.notAName, isDeny: isDeny, number, word)
        return
      }
      var name = word
      if word.starts(with: "*.") {
        name = word.dropFirst(2)
      } else if first == UInt8(ascii: ".") {
        name = word.dropFirst()
      }
      guard let host = self.name(name, isDeny: isDeny, number) else { return }
      let pattern: Pattern
      if first == UInt8(ascii: ".") {
        note(.narrowed, .leadingDot, number, word)
        pattern = isDeny ? .apexAndBelow(host) : .below(host)
      } else {
        pattern = name.count == word.count ? .exact(host) : .below(host)
      }
      try draft.add(pattern, isDeny: isDeny, line: number, comment: comment)
    }
  }
}
