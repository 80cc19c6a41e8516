import BuiltinLists
import Testing

@testable import Domains

@Test("smoke") func smoke() throws {
  for n in BuiltinLists.names {
    let l = try Allowlist.parse(BuiltinLists.text(named: n)!, file: n)
    let m = Matcher([.init(list: l)], seed: 7)
    for r in l.rules {
      if case .exact(let h) = r.pattern {
        let x = m.match(h, port: .https, on: Day(daysSince1970: 1))
        #expect(x.outcome == .allow)
        #expect(m.source(of: x.rule).line == r.line)
        #expect(m.source(of: x.rule).text == r.text)
      }
    }
    print(
      m.ruleCount, m.lists[0].label,
      m.match(try Hostname("x.gcr.io"), port: .https, on: Day(daysSince1970: 1)))
  }
}
