import Domains

/// Whatever bytes are given as an image, they are refused with a plain message, or everything that can
/// be done with the matcher ends, traps nowhere and reads nothing outside of the image (which is the
/// address sanitizer's part).
///
/// The first byte: 0, the rest is an image as it is; 1, the same with the first fields and the check
/// value made right; from 2 on, the rest are edits of the sound image of that number, after which
/// these are made right again. An edit is five bytes: where (two bytes, in steps of 4), what to do, and
/// two bytes of operand.
package enum ImageFuzz {
  static func complaint(about input: Span<UInt8>) -> String? {
    guard input.count > 0 else { return nil }
    let rest = input.extracting(1...)
    switch input[0] {
    case 0: return complaint(aboutImage: rest)
    case 1:
      var bytes = rest.copy
      Inspection.stamp(&bytes)
      return complaint(aboutImage: bytes.span)
    default:
      var bytes = sound[Int(input[0]) % sound.count]
      var index = 0
      while index + 5 <= rest.count {
        edit(&bytes, rest.extracting(index..<(index + 5)))
        index += 5
      }
      Inspection.stamp(&bytes)
      return complaint(aboutImage: bytes.span)
    }
  }

  private static func edit(_ bytes: inout [UInt8], _ edit: Span<UInt8>) {
    // From the fields of the header that are not made right again.
    let first = 32
    let words = (bytes.count - first) / 4
    let at = first + (Int(edit[0]) | Int(edit[1]) << 8) % words * 4
    let operand = UInt32(edit[3]) | UInt32(edit[4]) << 8
    var word = UInt32(0)
    for index in 0..<4 { word |= UInt32(bytes[at + index]) << UInt32(index * 8) }
    switch edit[2] & 7 {
    case 0: word = operand
    case 1: word &+= operand
    case 2: word &-= operand
    case 3: word ^= operand << 16
    case 4: word ^= operand
    case 5: word = .max &- operand
    case 6: word = word & 0xFFFF_FF00 | operand & 0xFF
    default: word ^= 1 << (operand & 31)
    }
    for index in 0..<4 { bytes[at + index] = UInt8(truncatingIfNeeded: word >> UInt32(index * 8)) }
  }

  /// Images of lists that together have everything that an image can say.
  package static let sound: [[UInt8]] = [
    image([.init(list: list("a.com\n")), .init(list: list("!!b.a.com\n"))]),
    image([.init(list: list(everything)), .init(list: list("!!x.y\n+.z.y"), use: .hardDeniesOnly)]),
    image([.init(list: list("com\n*.org\n?.net\n!a.b\n+.c.d :1-9,22\nx-*.a.b\n*-y.a.b :*\n"))]),
    image([]),
  ]

  private static let everything = """
    [one owner=@a]
    example.com
    *.example.com :8443
    +.example.org
    ?.tenant.example
    !secret.example.com
    api-*.cloud.example until=2027-01-01
    api-a*.cloud.example :22
    !*-x.cloud.example
    ?.cloud.example :443,9000-9003
    +.cloud.example
    \(String(repeating: "long-label-of-many-bytes.", count: 3))example
    \(String(repeating: "abcdefghijklmnopqrstuvwxyz.", count: 9))example
    !!never.example.com
    example.com :22
    """

  private static func list(_ rules: String) -> Allowlist {
    let text = "sluice-allowlist 1\nname: fuzz\nversion: 1\n\(rules)"
    do throws(AllowlistError) {
      return try Allowlist.parse(Array(text.utf8), file: "fuzz.allow", digest: "00")
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func image(_ sources: [Matcher.Source]) -> [UInt8] {
    Matcher(sources, seed: 7).image.copy
  }

  // MARK: - What is done with it

  private static func complaint(aboutImage bytes: Span<UInt8>) -> String? {
    guard let memory = ImageMemory(copying: bytes) else { return "no memory" }
    do throws(ImageError) {
      return complaint(aboutTaken: try Matcher(image: memory))
    } catch {
      return PlainText.isPlain(error.description) ? nil : "a refusal with control bytes"
    }
  }

  /// A matcher that was made of lists: as one of its image.
  static func complaint(aboutBuilt matcher: Matcher) -> String? {
    guard let memory = ImageMemory(copying: matcher.image) else { return "no memory" }
    do throws(ImageError) {
      let loaded = try Matcher(image: memory)
      guard loaded.image.copy == matcher.image.copy else { return "another image" }
      return complaint(aboutTaken: loaded, matcher) ?? complaint(aboutTaken: matcher)
    } catch {
      return "an image that was made here is refused: \(error)"
    }
  }

  private static let ports: [UInt16] = [443, 22, 1, 65_535, 9_001]
  private static let days: [Int32] = [20_780, .min, .max]
  private static let fixedNames = [
    "example.com", "a.example.com", "never.example.com", "x.never.example.com",
    "api-a.cloud.example",
    "api-x.cloud.example", "q-x.cloud.example", "com", "a.com", "b.a.com", "c.b.a.com", "x-1.a.b",
    "1-y.a.b", "a.b", "t.tenant.example", "u.t.tenant.example", "z.y", "unknown", "x.unknown.test",
    String(repeating: "long-label-of-many-bytes.", count: 3) + "example",
    String(repeating: "abcdefghijklmnopqrstuvwxyz.", count: 9) + "example",
  ]

  /// Asks for many names and everything about each answer. With a second matcher, that one gives the
  /// same answers.
  private static func complaint(aboutTaken matcher: Matcher, _ twin: Matcher? = nil) -> String? {
    var key = HostKey()
    var names = fixedNames
    for name in Inspection.names(of: matcher, limit: 40) {
      names += [name, "x.\(name)", "api-a.\(name)", "a.b.\(name)"]
    }
    for list in matcher.lists where !PlainText.isPlain(list.label + list.file + list.digest) {
      return "a list's name with control bytes"
    }
    for name in names {
      // Names that a hostile image made up.
      guard key.load(Array(name.utf8).span) == nil else { continue }
      matcher.prefetch(key)
      for port in ports.compactMap(Port.init) {
        for day in days.map(Day.init(daysSince1970:)) {
          let match = matcher.match(key, port: port, on: day)
          if let twin, twin.match(key, port: port, on: day) != match {
            return "\(name): another answer from the image"
          }
          if match.outcome == .unlisted {
            guard match.rule == .none else { return "\(name): a rule of no list" }
          } else if let complaint = complaint(about: match.rule, of: matcher) {
            return complaint
          }
        }
      }
    }
    return nil
  }

  private static func complaint(about rule: Matcher.RuleIndex, of matcher: Matcher) -> String? {
    let number = matcher.listIndex(of: rule)
    let source = matcher.source(of: rule)
    guard source.listIndex == number, source.line == Int(matcher.line(of: rule)),
      matcher.rule(onLine: source.line, ofList: number) == rule
    else { return "a rule with two places" }
    let label = matcher.withLabel(of: rule).copy
    guard label == matcher.label(ofList: number), label == Array(source.listLabel.utf8) else {
      return "a list with two labels"
    }
    // A rule of a text stands there as it was written, with tabs.
    let text = String(source.text.map { $0 == "\t" ? " " : $0 })
    guard PlainText.isPlain(text), PlainText.isPlain(source.file), !source.text.isEmpty
    else {
      return "a rule with control bytes"
    }
    return nil
  }
}
