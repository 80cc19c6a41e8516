internal import Domains

/// An AdGuard or Adblock filter. `||name^` blocks the name and everything below it; `@@` in front
/// allows, and beats every block but one with `$important`, which only `@@` with `$important` beats. Lines as
/// in a hosts file block their names exactly.
///
/// Such filters are about URLs. A block of some URLs of a host, or under conditions, becomes a block
/// of the host; an exception of that kind is left out.
extension ListImporter {
  private enum Tier {
    static let importantException: UInt8 = 0
    static let importantBlock: UInt8 = 1
    static let exception: UInt8 = 2
    static let block: UInt8 = 3
  }

  mutating func readAdGuard(_ source: SourceText) throws(ImportError) {
    let disabled = try badfilters(source)
    // Inside `!#if` what is said holds on some platforms only.
    var depth = 0
    var isHinted = false
    try forEachLine(of: source) { (number, line) throws(ImportError) in
      let text = line.trimmed
      guard let first = text.first else { return }
      if text.starts(with: "!#") {
        try readDirective(text, &depth, number, source)
        return
      }
      if text.starts(with: "!+") {
        isHinted = true
        return
      }
      if first == UInt8(ascii: "!") {
        draft.addLead(text.dropFirst())
        return
      }
      if first == UInt8(ascii: "["), text.last == UInt8(ascii: "]") { return }
      // Before the rules about pages: a comment behind a host may look like one.
      if first == UInt8(ascii: "#"), !Self.isCosmetic(text) {
        draft.addLead(text.dropFirst())
      } else if try !addHostsLine(text, number) {
        if Self.isCosmetic(text) {
          note(.ignored, .cosmetic, number, text)
        } else {
          try addAdGuard(
            AdGuardRule(text), text, isConditional: depth > 0 || isHinted, disabled, number)
        }
      }
      isHinted = false
    }
  }

  /// The identities that `$badfilter` turns off. One that holds on some platforms only turns no block
  /// off.
  private func badfilters(_ source: SourceText) throws(ImportError) -> Set<String> {
    var identities: Set<String> = []
    var depth = 0
    var isHinted = false
    try source.forEachLine { (number, line) throws(ImportError) in
      let text = line.trimmed
      guard let first = text.first else { return }
      if text.starts(with: "!#") { return try readDirective(text, &depth, number, source) }
      if text.starts(with: "!+") {
        isHinted = true
        return
      }
      guard first != UInt8(ascii: "!"), first != UInt8(ascii: "#") else { return }
      defer { isHinted = false }
      guard text.contains(UInt8(ascii: "$")), !Self.isCosmetic(text) else { return }
      let rule = AdGuardRule(text)
      guard rule.isBadfilter, rule.isException || (depth == 0 && !isHinted) else { return }
      identities.insert(rule.identity)
    }
    return identities
  }

  private func readDirective(
    _ text: ArraySlice<UInt8>, _ depth: inout Int, _ number: Int, _ source: SourceText
  ) throws(ImportError) {
    if text.starts(with: "!#if") {
      depth += 1
    } else if text.starts(with: "!#endif") {
      depth = max(0, depth - 1)
    } else if text.starts(with: "!#include") {
      throw ImportError(
        source.file, line: number, "an include, which may hold more rules",
        remedy: "put the file's text in its place")
    }
  }

  /// `##`, `#@#`, `#?#`, `#$#`, `#%#`, `$$`, `$@$`: rules about elements of pages, with nothing but
  /// names in front.
  private static func isCosmetic(_ text: ArraySlice<UInt8>) -> Bool {
    let hasModifiers = text.starts(with: "[$")
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      if "/|\"!@ \t".utf8.contains(byte), !hasModifiers { return false }
      if byte == UInt8(ascii: "#") || byte == UInt8(ascii: "$") {
        let rest = text[(index + 1)...].drop { "@?$%".utf8.contains($0) && $0 != byte }
        guard rest.startIndex - index <= 4, rest.first == byte else {
          index += 1
          continue
        }
        guard let next = rest.dropFirst().first else { return false }
        // `## Title` and `####` are comments of hosts files.
        return index > text.startIndex || (next != byte && !ArraySlice.isBlank(next))
      }
      index += 1
    }
    return false
  }

  /// `0.0.0.0 name…`; `false` if the line is none of this kind.
  private mutating func addHostsLine(
    _ text: ArraySlice<UInt8>, _ number: Int
  ) throws(ImportError) -> Bool {
    let (before, comment) = text.dividedAtComment
    let words = before.words
    guard words.count > 1 else { return false }
    let first = words[0]
    guard let address = IPAddress(parsing: first.span) else { return false }
    if !Self.isSink(address) { note(.narrowed, .redirect, number, text) }
    for word in words.dropFirst() {
      guard let host = name(word, isDeny: true, number) else { continue }
      try draft.add(
        .exact(host), isDeny: true, tier: Tier.block, line: number, comment: comment)
    }
    return true
  }

  private mutating func addAdGuard(
    _ rule: AdGuardRule, _ text: ArraySlice<UInt8>, isConditional: Bool, _ disabled: Set<String>,
    _ number: Int
  ) throws(ImportError) {
    if rule.isBadfilter { return note(.ignored, .disabled, number, text) }
    if disabled.contains(rule.identity) {
      return note(.ignored, .disabled, number, text)
    }
    if rule.blocksNothing { return note(.ignored, .noBlocking, number, text) }
    if rule.isException {
      if rule.hasConditions || isConditional {
        return note(.narrowed, .conditional, number, text)
      }
      if rule.isPartOfHost { return note(.narrowed, .partOfHost, number, text) }
      try addException(rule, text, number)
    } else {
      let isWhole = !rule.hasConditions && !rule.isPartOfHost && !isConditional
      try addBlock(rule, text, isWhole: isWhole, number)
    }
  }

  private mutating func addException(
    _ rule: AdGuardRule, _ text: ArraySlice<UInt8>, _ number: Int
  ) throws(ImportError) {
    let tier = rule.isImportant ? Tier.importantException : Tier.exception
    var ports: PortSet?
    let pattern: Pattern
    switch rule.scope {
    case .unsayable(let remark): return note(.narrowed, remark, number, text)
    case .apexAndBelow(let word):
      guard let host = name(word, isDeny: false, number) else { return }
      pattern = .apexAndBelow(host)
    case .below(let word):
      guard let host = name(word, isDeny: false, number) else { return }
      pattern = .below(host)
    case .someBelow:
      // A `*` takes in dots here, and our glob does not; what is left is rarely what is needed.
      return note(.narrowed, .wildcardInside, number, text)
    case .exact(let word, let scheme):
      guard let host = name(word, isDeny: false, number) else { return }
      pattern = .exact(host)
      ports = PortSet(scheme.elementsEqual("https".utf8) ? .https : .http)
      note(.narrowed, .scheme, number, text)
    }
    try draft.add(pattern, isDeny: false, tier: tier, ports: ports, line: number)
  }

  private mutating func addBlock(
    _ rule: AdGuardRule, _ text: ArraySlice<UInt8>, isWhole: Bool, _ number: Int
  ) throws(ImportError) {
    let tier = rule.isImportant ? Tier.importantBlock : Tier.block
    let pattern: Pattern
    var remark: ImportRemark? = isWhole ? nil : .condition
    switch rule.scope {
    case .unsayable(let remark): return note(.refused, remark, number, text)
    case .apexAndBelow(let word):
      guard let host = name(word, isDeny: true, number) else { return }
      pattern = .apexAndBelow(host)
    case .below(let word):
      guard let host = name(word, isDeny: true, number) else { return }
      pattern = .below(host)
    case .someBelow(_, let word):
      guard let host = name(word, isDeny: true, number) else { return }
      pattern = .below(host)
      remark = .belowToo
    case .exact(let word, _):
      guard let host = name(word, isDeny: true, number) else { return }
      pattern = .exact(host)
      remark = remark ?? .scheme
    }
    if let remark { note(.narrowed, remark, number, text) }
    try draft.add(pattern, isDeny: true, tier: tier, line: number)
  }
}
