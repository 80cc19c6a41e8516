import Testing

/// A strict reader of the Prometheus text format 0.0.4, of what a scraper would refuse or warn about:
/// each family once, with help and type in front of its samples, and no sample twice.
struct PrometheusText {
  struct Sample: Hashable {
    var name: String
    var labels: [String: String]
    var value: String
  }

  struct Family {
    var name: String
    var kind = ""
    var help = ""
    var samples: [Sample] = []
  }

  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  private(set) var families: [Family] = []

  init(_ text: String) throws {
    guard text.isEmpty || text.hasSuffix("\n") else { throw Malformed(description: "no last \\n") }
    var seen: Set<String> = []
    var identities: Set<Sample> = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if line.hasPrefix("# HELP ") {
        let words = line.dropFirst(7).split(separator: " ", maxSplits: 1)
        guard words.count == 2, Self.isName(words[0]), seen.insert(String(words[0])).inserted
        else { throw Malformed(description: "\(line)") }
        families.append(Family(name: String(words[0]), help: String(words[1])))
      } else if line.hasPrefix("# TYPE ") {
        let words = line.dropFirst(7).split(separator: " ")
        guard words.count == 2, let last = families.last, last.name == words[0], last.kind == "",
          ["counter", "gauge", "histogram"].contains(words[1])
        else { throw Malformed(description: "\(line)") }
        families[families.count - 1].kind = String(words[1])
      } else {
        let sample = try Self.sample(line)
        guard let family = families.last, family.kind != "",
          Self.belongs(sample.name, to: family),
          identities.insert(Sample(name: sample.name, labels: sample.labels, value: "")).inserted
        else { throw Malformed(description: "\(line)") }
        families[families.count - 1].samples.append(sample)
      }
    }
  }

  subscript(_ name: String) -> Family? { families.first { $0.name == name } }

  /// The value of a sample, `nil` if there is none.
  func value(_ name: String, _ labels: [String: String] = [:]) -> String? {
    families.lazy.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
  }

  private static func belongs(_ name: String, to family: Family) -> Bool {
    guard family.kind == "histogram" else { return name == family.name }
    return ["_bucket", "_sum", "_count"].contains { name == family.name + $0 }
  }

  private static func isName(_ text: Substring) -> Bool {
    text.first.map { $0.isLowercase && $0.isASCII } ?? false
      && text.utf8.allSatisfy { byte in
        byte == 0x5F || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
      }
  }

  private static func sample(_ line: Substring) throws -> Sample {
    var rest = line
    func fail() -> Malformed { Malformed(description: "\(line)") }
    let name = rest.prefix { $0 != "{" && $0 != " " }
    guard isName(name) else { throw fail() }
    rest = rest.dropFirst(name.count)
    var labels: [String: String] = [:]
    if rest.first == "{" {
      rest = rest.dropFirst()
      repeat {
        let label = rest.prefix { $0 != "=" }
        rest = rest.dropFirst(label.count)
        guard isName(label), rest.hasPrefix("=\"") else { throw fail() }
        rest = rest.dropFirst(2)
        var value = ""
        while let character = rest.first, character != "\"" {
          rest = rest.dropFirst()
          guard character == "\\" else {
            value.append(character)
            continue
          }
          switch rest.first {
          case "\\": value.append("\\")
          case "\"": value.append("\"")
          case "n": value.append("\n")
          default: throw fail()
          }
          rest = rest.dropFirst()
        }
        guard rest.first == "\"", labels.updateValue(value, forKey: String(label)) == nil else {
          throw fail()
        }
        rest = rest.dropFirst()
        guard rest.first == "," else { break }
        rest = rest.dropFirst()
      } while true
      guard rest.first == "}" else { throw fail() }
      rest = rest.dropFirst()
    }
    guard rest.first == " ", let number = Double(rest.dropFirst()), number.isFinite else {
      throw fail()
    }
    return Sample(name: String(name), labels: labels, value: String(rest.dropFirst()))
  }
}
