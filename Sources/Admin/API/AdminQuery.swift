/// The query of a request, read strictly: what is not known, or comes twice, is refused rather than passed
/// over, because a filter that does not count would show, or end, more than was meant.
struct AdminQuery: Sendable {
  struct Refusal: Error { let text: String }

  private var values: [String: String] = [:]

  /// `known`: the names that may come.
  init(_ text: String, known: [String]) throws(Refusal) {
    guard !text.isEmpty else { return }
    for part in text.split(separator: "&", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(pair[0])
      guard known.contains(name) else {
        let names = known.isEmpty ? "nothing" : known.joined(separator: ", ")
        throw Refusal(text: "the query takes \(names), not '\(Self.shown(name))'")
      }
      guard pair.count == 2, let value = Self.decoded(pair[1]), !value.isEmpty else {
        throw Refusal(text: "\(name) has no value, or not one of ASCII text")
      }
      guard values.updateValue(value, forKey: name) == nil else {
        throw Refusal(text: "\(name) comes twice")
      }
    }
  }

  subscript(name: String) -> String? { values[name] }

  /// A whole number of this range, or `standard` if nothing is said.
  func number(
    _ name: String, in range: ClosedRange<Int>, standard: Int
  ) throws(Refusal) -> Int {
    guard let text = values[name] else { return standard }
    guard text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(text), range.contains(number)
    else {
      throw Refusal(text: "\(name) is not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// `true` or `false`, or no if nothing is said.
  func flag(_ name: String) throws(Refusal) -> Bool {
    switch values[name] {
    case nil, "false": return false
    case "true": return true
    default: throw Refusal(text: "\(name) is not true or false")
    }
  }

  /// Visible ASCII, with `%XX` for bytes (RFC 3986 §2.1).
  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else { return nil }
      rest = rest.dropFirst(2)
      bytes.append(value)
    }
    guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func shown(_ name: String) -> String { String(name.prefix(40)) }
}
