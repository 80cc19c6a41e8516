import CNames
import Testing

@testable import Domains

/// The straight lookup in all its forms against the careful one, on names of every length.
@Suite("Ways to walk")
struct WalkWaysTests {
  static let ways: [Int32] = [Int32(CN_PORTABLE), cn_best_way()]

  @Test("every form of the straight lookup answers as the careful one does", arguments: 1...3)
  func agrees(_ seed: Int) throws {
    var random = SplitMix(seed: UInt64(seed))
    var names: [String] = []
    var rules = ""
    for _ in 0..<3000 {
      let name = Self.name(&random)
      names.append(name)
      let mark = ["", "", "", "*.", "+."].randomElement(using: &random)!
      let isDenied = Int.random(in: 0..<20, using: &random) == 0
      let ports = Int.random(in: 0..<20, using: &random) == 0 ? " :8443" : ""
      if name.utf8.count < 240 { rules += "\(isDenied ? "!" : "")\(mark)\(name)\(ports)\n" }
    }
    let matcher = Matcher([.init(list: try list("many", rules))], seed: UInt64(seed))
    let forms = [false, true].flatMap { isLarge in
      Self.ways.map { Matcher(matcher, isLarge: isLarge, by: $0) }
    }
    let today = Day(daysSince1970: 20_000)
    var key = HostKey()
    var straight = 0
    var outcomes: Set<Matcher.Outcome> = []
    for _ in 0..<6000 {
      var host = names.randomElement(using: &random)!
      switch Int.random(in: 0..<4, using: &random) {
      case 0: host = "\(Self.label(&random)).\(host)"
      case 1: host = host.split(separator: ".").dropFirst().joined(separator: ".")
      case 2: host = "q" + host
      default: break
      }
      guard key.load(Array(host.utf8).span) == nil else { continue }
      let expected = matcher.walk(key, port: AskedPort(.https), on: today)
      outcomes.insert(expected.outcome)
      for (index, form) in forms.enumerated() {
        let match = form.match(key, port: .https, on: today)
        if match != expected {
          Issue.record("\(host): form \(index) says \(match), with care \(expected)")
          return
        }
        if form.tables.walk(key).how != UInt32(CN_WALK) { straight += 1 }
      }
    }
    #expect(outcomes.isSuperset(of: [.allow, .deny, .unlisted, .portNotAllowed]))
    #expect(straight > 12_000, "most names take the straight way")
  }

  @Test("an empty key and an address are unlisted by every form")
  func nothing() throws {
    let matcher = Matcher([.init(list: try list("one", "a.example\n"))], seed: 1)
    for isLarge in [false, true] {
      for way in Self.ways {
        let form = Matcher(matcher, isLarge: isLarge, by: way)
        var key = HostKey()
        #expect(form.match(key, port: .https, on: Day(daysSince1970: 1)).outcome == .unlisted)
        #expect(key.load(Array("a.example".utf8).span) == nil)
        key.load(IPAddress(v4: 0x0102_0304))
        #expect(form.match(key, port: .https, on: Day(daysSince1970: 1)).outcome == .unlisted)
        key.clear()
        #expect(form.match(key, port: .https, on: Day(daysSince1970: 1)).outcome == .unlisted)
      }
    }
  }

  private static func label(_ random: inout SplitMix) -> String {
    let length = Int.random(in: 1...[3, 12, 40].randomElement(using: &random)!, using: &random)
    return String((0..<length).map { _ in "abcdexyz19".randomElement(using: &random)! })
  }

  private static func name(_ random: inout SplitMix) -> String {
    let count = Int.random(in: 1...3, using: &random)
    return ((0..<count).map { _ in label(&random) } + ["example"]).joined(separator: ".")
  }
}
