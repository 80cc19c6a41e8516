internal import Domains

/// Squid's `dstdomain`: `name` exactly, `.name` the name and everything below it. Either a file of
/// such entries, as an ACL names it in quotation marks, or the `acl` lines of a squid.conf; the rules
/// of `http_access` are not read, so the direction and the ACLs have to be given.
extension ListImporter {
  mutating func readSquid(_ source: SourceText) throws(ImportError) {
    var names: [String] = []
    try source.forEachLine { (number, line) throws(ImportError) in
      let words = line.words
      guard let first = words.first, first.elementsEqual("acl".utf8), words.count >= 3 else {
        return
      }
      let name = words[1].text
      if words[2].elementsEqual("dstdomain".utf8), !names.contains(name), names.count < 1000 {
        names.append(name)
      }
    }
    if names.isEmpty, request.acls.isEmpty {
      try readSquidEntries(source)
    } else {
      try readSquidConfiguration(source, try chosenACLs(of: names, source))
    }
  }

  private func chosenACLs(
    of names: [String], _ source: SourceText
  ) throws(ImportError) -> [String] {
    let list = PrintableText.line(names.joined(separator: ", "), limit: 300)
    for wanted in request.acls where !names.contains(wanted) {
      throw ImportError(
        source.file, "no ACL of type dstdomain has the name '\(PrintableText.line(wanted))'",
        remedy: names.isEmpty ? "there is none in this file" : "there are: \(list)")
    }
    guard request.acls.isEmpty, names.count > 1 else {
      return request.acls.isEmpty ? names : request.acls
    }
    throw ImportError(
      source.file, "several ACLs, which may be allowed and denied",
      remedy: "choose with --acl from: \(list)")
  }

  private mutating func readSquidEntries(_ source: SourceText) throws(ImportError) {
    var isInFront = true
    try forEachLine(of: source) { (number, line) throws(ImportError) in
      let (before, comment) = line.dividedAtComment
      let words = before.words
      if words.isEmpty, let comment { draft.addLead(comment) }
      for word in words {
        // A file may begin with the flags of the ACL that names it.
        if isInFront, try isFlag(word, number, source) { continue }
        isInFront = false
        try addSquid(word, number, comment)
      }
    }
  }

  private mutating func readSquidConfiguration(
    _ source: SourceText, _ chosen: [String]
  ) throws(ImportError) {
    try forEachLine(of: source) { (number, line) throws(ImportError) in
      let (before, comment) = line.dividedAtComment
      let words = before.words
      guard let first = words.first else { return }
      if before.trimmed.last == UInt8(ascii: "\\") {
        throw ImportError(
          source.file, line: number, "a line that goes on in the next one",
          remedy: "write it as one line")
      }
      if first.elementsEqual("include".utf8) {
        throw ImportError(
          source.file, line: number, "an include, which may add to the ACLs",
          remedy: "put the file's text in its place")
      }
      if ["if", "else", "endif"].contains(first.text) {
        throw ImportError(
          source.file, line: number, "a condition, on which the ACLs may depend",
          remedy: "keep the lines that hold, and take the condition out")
      }
      guard first.elementsEqual("acl".utf8), words.count >= 3, chosen.contains(words[1].text) else {
        note(.ignored, first.elementsEqual("acl".utf8) ? .otherList : .otherSetting, number, before)
        return
      }
      guard words[2].elementsEqual("dstdomain".utf8) else {
        throw ImportError(
          source.file, line: number,
          "`\(PrintableText.line(words[2], limit: 60))` under the name of a dstdomain ACL",
          remedy: "an ACL has one type: give the other one its own name")
      }
      draft.begin(source: source.file, section: "squid acl \(words[1].text)")
      for word in words.dropFirst(3) {
        if try isFlag(word, number, source) { continue }
        if word.first == UInt8(ascii: "\"") || word.starts(with: "parameters(") {
          throw ImportError(
            source.file, line: number, "entries in another file", remedy: "import that file itself")
        }
        try addSquid(word, number, comment)
      }
    }
  }

  /// Whether a word is a flag of `dstdomain`: `-n` (names of addresses are not looked up), or the end
  /// of the flags. Neither says anything about names.
  private func isFlag(
    _ word: ArraySlice<UInt8>, _ number: Int, _ source: SourceText
  ) throws(ImportError) -> Bool {
    guard word.first == UInt8(ascii: "-") else { return false }
    guard word.elementsEqual("-n".utf8) || word.elementsEqual("--".utf8) else {
      throw ImportError(
        source.file, line: number,
        "`\(PrintableText.line(word, limit: 60))` is no flag of dstdomain",
        remedy: "write -n or nothing")
    }
    return true
  }

  private mutating func addSquid(
    _ word: ArraySlice<UInt8>, _ number: Int, _ comment: ArraySlice<UInt8>?
  ) throws(ImportError) {
    let isDeny = denies
    let hasDot = word.first == UInt8(ascii: ".")
    guard let host = name(hasDot ? word.dropFirst() : word, isDeny: isDeny, number) else { return }
    try draft.add(
      hasDot ? .apexAndBelow(host) : .exact(host), isDeny: isDeny, line: number, comment: comment)
  }
}
