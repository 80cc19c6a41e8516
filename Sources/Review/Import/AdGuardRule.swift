internal import Domains

/// One network rule of an AdGuard or Adblock filter, taken apart: what it is about, as far as hosts
/// can say it, and under which conditions. What it means for a list, ListImporter+AdGuard.swift says.
struct AdGuardRule {
  /// What the pattern takes in.
  enum Scope {
    /// `||name^`: the name and everything below it.
    case apexAndBelow(ArraySlice<UInt8>)
    /// `||*.name^`: below the name.
    case below(ArraySlice<UInt8>)
    /// `||ad*.name^`: some names below the name; the glob is the first label.
    case someBelow(glob: ArraySlice<UInt8>, ArraySlice<UInt8>)
    /// `|https://name^`: the name, over this scheme.
    case exact(ArraySlice<UInt8>, scheme: ArraySlice<UInt8>)
    /// Nothing that a rule about hosts could say.
    case unsayable(ImportRemark)
  }

  /// `@@` in front.
  let isException: Bool
  let scope: Scope
  /// The pattern goes on behind the host: a path, a port, the end of the URL.
  let isPartOfHost: Bool
  let isImportant: Bool
  let isBadfilter: Bool
  /// Conditions, without `important` and `badfilter`.
  let hasConditions: Bool
  /// Its modifiers change requests or pages and block nothing.
  let blocksNothing: Bool
  /// Two rules with the same identity are one: what `$badfilter` looks for.
  let identity: String

  private static let harmless: Set<String> = [
    "removeparam", "queryprune", "removeheader", "csp", "permissions", "cookie", "replace", "hls",
    "jsonprune", "xmlprune", "urltransform", "referrerpolicy", "stealth",
  ]

  /// `line` is neither empty nor a comment nor a rule about pages.
  init(_ line: ArraySlice<UInt8>) {
    isException = line.starts(with: "@@")
    let body = isException ? line.dropFirst(2) : line
    let (pattern, options) = Self.divideOptions(body)
    var important = false
    var badfilter = false
    var others: [String] = []
    for option in options {
      let name = option.divided(at: UInt8(ascii: "=")).before.text.lowercased()
      switch name {
      case "important": important = true
      // A text that was divided wrongly must not make a block weaker.
      case _ where !isException && option.text.lowercased().contains("important"):
        important = true
        others.append(option.text.lowercased())
      case "badfilter": badfilter = true
      default: others.append(option.text.lowercased())
      }
    }
    isImportant = important
    isBadfilter = badfilter
    hasConditions = !others.isEmpty
    blocksNothing = others.contains { option in
      Self.harmless.contains(String(option.prefix { $0 != "=" }))
    }
    identity =
      ([isException ? "@@" : "", important ? "important" : "", pattern.text.lowercased()]
      + others.sorted()).joined(separator: "\u{0}")
    (scope, isPartOfHost) = Self.scope(pattern)
  }

  /// The pattern and its modifiers. A `$` inside a regular expression belongs to it.
  private static func divideOptions(
    _ body: ArraySlice<UInt8>
  ) -> (ArraySlice<UInt8>, [ArraySlice<UInt8>]) {
    var from = body.startIndex
    if body.first == UInt8(ascii: "/"),
      let close = body.lastIndex(of: UInt8(ascii: "/")), close > body.startIndex
    {
      from = close
    }
    guard let mark = body[from...].firstIndex(of: UInt8(ascii: "$")) else { return (body, []) }
    let options = body[(mark + 1)...].split(separator: UInt8(ascii: ",")).map(\.trimmed)
    return (body[..<mark], options)
  }

  private static func scope(_ pattern: ArraySlice<UInt8>) -> (Scope, Bool) {
    if pattern.count >= 2, pattern.first == UInt8(ascii: "/"), pattern.last == UInt8(ascii: "/") {
      return (.unsayable(.regularExpression), false)
    }
    if pattern.starts(with: "||") { return hostScope(pattern.dropFirst(2)) }
    for start in ["|https://", "|http://"] where pattern.starts(with: start) {
      let rest = pattern.dropFirst(start.utf8.count)
      let scheme = pattern.dropFirst().prefix(start.utf8.count - 4)
      guard let end = rest.firstIndex(where: { "^/:|".utf8.contains($0) }) else {
        return (.unsayable(.openEnd), false)
      }
      let host = rest[rest.startIndex..<end]
      guard !host.contains(UInt8(ascii: "*")) else { return (.unsayable(.wildcardInside), false) }
      return (.exact(host, scheme: scheme), !isWholeHost(rest[end...]))
    }
    return (.unsayable(.substring), false)
  }

  /// What follows `||`.
  private static func hostScope(_ rest: ArraySlice<UInt8>) -> (Scope, Bool) {
    guard let end = rest.firstIndex(where: { "^/:|?".utf8.contains($0) }) else {
      return (.unsayable(.openEnd), false)
    }
    // `|` anchors the end of the URL, which is behind the host: `||name|` matches nothing at all.
    let host = rest[rest.startIndex..<end]
    let isPart = !isWholeHost(rest[end...])
    guard let star = host.lastIndex(of: UInt8(ascii: "*")) else {
      return (.apexAndBelow(host), isPart)
    }
    guard let dot = host.firstIndex(of: UInt8(ascii: ".")), star < dot, dot + 1 < end else {
      return (.unsayable(.wildcardInside), isPart)
    }
    let label = host[host.startIndex..<dot]
    let parent = host[(dot + 1)...]
    return (label.count == 1 ? .below(parent) : .someBelow(glob: label, parent), isPart)
  }

  /// `^` alone: any URL of the host. An address bar's `/` has one path at least, and is no less.
  private static func isWholeHost(_ rest: ArraySlice<UInt8>) -> Bool {
    rest.elementsEqual("^".utf8) || rest.elementsEqual("/".utf8) || rest.elementsEqual("^*".utf8)
  }
}
