import Testing

@testable import Domains

@Suite("The two ways through a list")
struct AllowlistParserPropertyTests {
  @Test(
    "random texts of sound and broken pieces give the same rules or the same complaints on both ways",
    arguments: UInt64(1)...8)
  func agreement(_ seed: UInt64) {
    var texts = RandomTexts(seed: seed)
    var taken = 0
    var refused = 0
    for number in 0..<400 {
      // Nearly sound texts, so that the end of a long one is reached as well as its first mistake.
      let text = texts.text(lines: number % 40, brokenIn1000: [0, 15, 200][number % 3])
      let fast = Outcome(text, usesFastPath: true)
      #expect(
        fast == Outcome(text, usesFastPath: false), "\(String(decoding: text, as: UTF8.self))")
      if fast.complaints.isEmpty { taken += 1 } else { refused += 1 }
    }
    #expect(taken > 100 && refused > 100, "\(taken) taken, \(refused) refused")
  }

  @Test("a text that ends anywhere gives the same on both ways")
  func ends() {
    let text = Array(AllowlistTests.example.utf8)
    for end in text.indices {
      let cut = Array(text[..<end])
      #expect(
        Outcome(cut, usesFastPath: true) == Outcome(cut, usesFastPath: false), "cut at \(end)")
    }
  }

  @Test("every byte at every place of a short rule gives the same on both ways")
  func bytes() {
    let header = Array("sluice-allowlist 1\nname: x\nversion: 1\nx.com\n".utf8)
    for rule in ["+.ab.cd :22 ticket=1 # c", "!b.c", "!!b.c.d\t"] {
      for place in rule.utf8.indices {
        for byte in UInt8.min...UInt8.max {
          var line = Array(rule.utf8)
          line[rule.utf8.distance(from: rule.utf8.startIndex, to: place)] = byte
          let text = header + line + Array("\nthe.end.example\n".utf8)
          #expect(
            Outcome(text, usesFastPath: true) == Outcome(text, usesFastPath: false), "\(line)")
        }
      }
    }
  }

  @Test(
    "lines at the limit of their length give the same on both ways",
    arguments: ["a.example", "a.example #", "#", "a.example :22 reason=", ""])
  func longLines(_ line: String) {
    let header = "sluice-allowlist 1\nname: x\nversion: 1\nx.com\n"
    for blanksInFront in [true, false] {
      for length in (Allowlist.lineLimit - 9)...(Allowlist.lineLimit + 9) {
        let fill = String(
          repeating: blanksInFront || line.last != "=" ? " " : "x", count: length - line.utf8.count)
        let text = Array((header + (blanksInFront ? fill + line : line + fill) + "\nz.com\n").utf8)
        let fast = Outcome(text, usesFastPath: true)
        #expect(fast == Outcome(text, usesFastPath: false), "\(length) bytes")
        let isBroken = length > Allowlist.lineLimit || (blanksInFront && line.last == "=")
        #expect(fast.complaints.isEmpty == !isBroken, "\(length) bytes")
      }
    }
  }
}

/// What a parser made of a text, in a form that compares.
private struct Outcome: Equatable {
  var complaints: [String]
  var rules: [String] = []
  var sections: [String] = []

  init(_ text: [UInt8], usesFastPath: Bool) {
    var parser = AllowlistParser(
      text: text, file: "x", errorLimit: 5, usesFastPath: usesFastPath)
    parser.parse()
    complaints = parser.errors.map(\.description)
    guard complaints.isEmpty else { return }
    let list = parser.list(digest: "")
    rules = list.rules.map { rule in
      """
      \(rule.line) \(rule.verdict) \(rule.pattern) :\(rule.ports) \(rule.until?.description ?? "-") \
      \(rule.section ?? -1) \(rule.metadata) \(rule.range) \(rule.text)
      """
    }
    sections = list.sections.map { "\($0.line) \($0.name) \($0.metadata)" }
  }
}

/// Texts of lines of words; a part of the words is broken.
private struct RandomTexts {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  private static let soundRules = [
    "a.com", "localhost", "xn--bcher-kva.example", "_sip._tcp.example.org", "0x.a1.b2.example",
    "1.2.3.example", "a-very-long-label-in-front-of-a-name.and-another-one.below.example.co.uk",
    HostnameTests.name253, "\(HostnameTests.label63).com", "api-*.example.com", "*-x.a.example",
    "*.b.example", "+.b.example", "?.b.example", "+.com", "!a.example", "!*.b.example",
    "!?.c.example", "!api-*.d.example", "!!e.example", "!!com", "a.b", "a",
  ]
  private static let brokenRules = [
    "A.com", "a.coM", "a.com.", "*.a.com.", ".a.com", "a..com", "127.1", "127.0.0.1", "*.1", "0x1f",
    "a.0x", "\(HostnameTests.label63)a.com", "\(HostnameTests.name253)a", "*", "*.", "+.", "?.",
    "*.*.a.com", "!!*.a.com", "!!!a.com", "!", "!!", "a.com:443", "http://a.com/", "a.com/x",
    "me@a.com", "bücher.example", "a\u{7f}.com", "a.c\u{0}m", "*a.com", "api-**.a.com", "a*",
    "[::1]",
    "name: y", "a: b", "include x", "@a", "a.com#x", "\"a.com\"", "[open", "a.c\u{e9}", "a+b.com",
  ]
  private static let soundTails = [
    "", "", "", "", " ", "\t", " # why", "\t#", " :443", " :443,8443 ", " :*", " :9000-9003",
    " ticket=SEC-1", " until=2026-12-31", " owner=@a reason=\"a # b\"", " reason=\"ü\" # ünï",
    " review=a=b :22", " # a long comment that takes several words, \"open", " :80,443",
    " :1-65535",
  ]
  private static let brokenTails = [
    " b.com", " 443", " :", " :0", " :443,", " :443 :443", " x=1", " ticket=", " ticket=1 ticket=2",
    " until=2026-02-30", " until=2026-12-31 until=2026-12-31", " reason=\"x", " reason=x\"y\"",
    " =1", " Ticket=1", "\r", " # \u{202e}", " # \u{200b}x", " # \u{85}", " # \u{1}", " :x=1",
    " #" + String(repeating: "x", count: Allowlist.lineLimit),
  ]
  private static let otherLines = [
    "", "", " ", "\t\t", "# a comment", "  # ünïcödé", "#", "[Section] owner=@a", "[C#]",
    "[S] a=\"b c\" d=e # f",
  ]

  mutating func text(lines: Int, brokenIn1000: Int) -> [UInt8] {
    var text = "sluice-allowlist 1\n"
    for key in ["name: x", "# y", "version: 1", "description: z"] {
      // A header that lacks something is as good a text as any.
      if !isChosen(brokenIn1000 / 4) { text += key + "\n" }
    }
    for _ in 0..<lines {
      if isChosen(250) {
        text += Self.otherLines.randomElement(using: &random)!
      } else {
        text += ["", "", "", "", " ", "\t ", "         "].randomElement(using: &random)!
        text += rule(brokenIn1000)
      }
      text += "\n"
    }
    if isChosen(300) { text.removeLast() }
    var bytes = Array(text.utf8)
    if isChosen(brokenIn1000 / 4) {
      bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
    }
    return bytes
  }

  private mutating func rule(_ brokenIn1000: Int) -> String {
    if isChosen(brokenIn1000) { return Self.brokenRules.randomElement(using: &random)! }
    let rule = Self.soundRules.randomElement(using: &random)!
    let tails = isChosen(brokenIn1000) ? Self.brokenTails : Self.soundTails
    // Some of the sound ones are not behind `!` and `!!`, which is as well.
    let isAllow = !rule.hasPrefix("!") || isChosen(brokenIn1000)
    return rule + (isAllow ? tails.randomElement(using: &random)! : "")
  }

  private mutating func isChosen(_ in1000: Int) -> Bool {
    Int.random(in: 0..<1000, using: &random) < in1000
  }
}
