import Domains
import Testing

@testable import Review

@Suite("Explaining a decision with other open ports")
struct OpenPortsWalkTests {
  @Test("the walk gives the matcher's answer, whichever ports are open", arguments: 1...4)
  func agrees(_ seed: UInt64) throws {
    var world = RandomPairs(seed: seed &+ 177)
    let sets = ["443", "8443", "22,80,8000-9000", "1-65535"].compactMap { PortSet($0) }
    var outcomes: Set<Matcher.Outcome> = []
    var differences = 0
    for round in 0..<250 {
      let (old, new) = try world.pair()
      let sources = (old + new).map { Matcher.Source(list: $0) }
      let matcher = Matcher(sources, seed: 1)
      let open = sets[round % sets.count]
      for port in ComparisonPropertyTests.ports {
        let host = try Hostname(world.host())
        let day = ComparisonPropertyTests.days[round % 3]
        let walk = Walk(
          host, port: port, on: day, in: sources.map { NamedSource($0) }, openPorts: open)
        var key = HostKey()
        let error = key.load(Array(host.text.utf8).span)
        #expect(error == nil)
        let asked = AskedPort(port, isOpen: open.contains(port))
        let match = matcher.match(key, port: asked, on: day)
        outcomes.insert(match.outcome)
        if match != matcher.match(host, port: port, on: day) { differences += 1 }
        let standing = matcher.standing(key, port: asked, on: day)
        #expect(standing.match.outcome == match.outcome)
        guard walk.agrees(with: match, of: matcher) else {
          Issue.record("\(host):\(port) on \(day): \(match), walk: \(walk.outcome)\n\(world)")
          return
        }
      }
    }
    #expect(outcomes.count == Matcher.Outcome.allCases.count, "\(outcomes)")
    #expect(differences > 10)
  }
}
