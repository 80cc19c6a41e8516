/// Names of the lists in a v2fly data directory.
package enum V2flyName {
  /// Whether a text can be the name of a list: no dot, no slash, so that no path is made of it.
  package static func isValid(_ name: String) -> Bool {
    let bytes = name.utf8
    return !bytes.isEmpty && bytes.count <= 128
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: "!"):
          true
        default: false
        }
      }
  }
}

/// One line of a v2fly list.
struct V2flyEntry {
  enum Kind: Equatable {
    case domain, full, keyword, regexp
    /// Another list, taken in under these conditions.
    case include([AttributeFilter])
  }

  let kind: Kind
  let value: ArraySlice<UInt8>
  /// Without their `@`, in lower case.
  let attributes: [String]
  /// Other lists that have this entry as well, in lower case, without their `&`.
  let affiliations: [String]
  let line: Int
  /// The line, for reports.
  let text: ArraySlice<UInt8>

  /// Why a line is no entry.
  struct Problem: Error {
    let text: String
    let remedy: String
  }

  /// `nil` for a line without one. A `#` starts a comment wherever it stands.
  static func parse(_ line: ArraySlice<UInt8>, _ number: Int) throws(Problem) -> V2flyEntry? {
    let text = line.divided(at: UInt8(ascii: "#")).before.trimmed
    let words = text.words
    guard let first = words.first else { return nil }
    let (before, after) = first.divided(at: UInt8(ascii: ":"))
    let value = after ?? before
    guard !value.isEmpty else {
      throw Problem(
        text: "an entry without a value", remedy: "write one, such as domain:example.com")
    }
    var attributes: [String] = []
    var filters: [AttributeFilter] = []
    var affiliations: [String] = []
    let type = after == nil ? "domain" : before.text.lowercased()
    for word in words.dropFirst() {
      let rest = word.dropFirst()
      if word.first == UInt8(ascii: "@"), let filter = AttributeFilter(rest.text) {
        if type == "include" {
          filters.append(filter)
        } else {
          attributes.append(rest.text.lowercased())
        }
      } else if word.first == UInt8(ascii: "&"), type != "include", V2flyName.isValid(rest.text) {
        affiliations.append(rest.text.lowercased())
      } else {
        throw Problem(
          text: "`\(PrintableText.line(word, limit: 60))` is not understood behind an entry",
          remedy: "write attributes as @name and affiliations as &list")
      }
    }
    let kind: Kind
    switch type {
    case "domain": kind = .domain
    case "full": kind = .full
    case "keyword": kind = .keyword
    case "regexp": kind = .regexp
    case "include":
      guard V2flyName.isValid(value.text) else {
        throw Problem(
          text: "`\(PrintableText.line(value, limit: 60))` is not the name of a list",
          remedy: "name a list in the same directory")
      }
      kind = .include(filters)
    default:
      throw Problem(
        text: "`\(PrintableText.line(before, limit: 60))` is not a type of entry",
        remedy: "the types are domain, full, keyword, regexp and include")
    }
    return V2flyEntry(
      kind: kind, value: value, attributes: attributes, affiliations: affiliations, line: number,
      text: text)
  }
}
