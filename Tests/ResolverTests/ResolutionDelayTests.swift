import Domains
import Testing

@testable import Resolver

/// RFC 8305 §3, with the server's answers let go one by one and a clock that stands still.
@Suite("The resolution delay")
struct ResolutionDelayTests {
  private func holding(_ change: (inout ResolverSettings) -> Void = { _ in }) -> Rig {
    let rig = Rig(change: change)
    rig.server.script = { question, _ in
      let response = Response(question)
      return .hold(question.type == Question.a ? response.a(192, 0, 2, 1) : response.aaaa(last: 1))
    }
    rig.ask("dual.example", 1)
    #expect(rig.run { rig.server.log.count == 2 })
    return rig
  }

  private func letGo(_ type: UInt16, _ rig: Rig) {
    rig.server.release(type)
    #expect(rig.run { rig.resolver.core.delays.first != nil })
  }

  @Test("both in: complete without delay")
  func bothIn() {
    let rig = holding()
    rig.server.release(Question.a)
    rig.server.release(Question.aaaa)
    #expect(rig.outcome() == .addresses([v6(last: 1), v4(192, 0, 2, 1)]))
    #expect(rig.waited[1] == 0)
  }

  @Test("A alone waits 50 ms for AAAA, to the nanosecond")
  func aloneWaits() {
    let rig = holding()
    letGo(Question.a, rig)
    #expect(rig.resolver.nextDeadline(now: rig.now) == rig.now + 50 * Rig.millisecond)
    rig.now += 50 * Rig.millisecond - 1
    rig.turn()
    #expect(rig.outcomes.isEmpty)
    rig.now += 1
    rig.turn()
    #expect(rig.outcomes[1] == .addresses([v4(192, 0, 2, 1)]))
  }

  @Test("AAAA within the delay completes the answer")
  func withinDelay() {
    let rig = holding()
    letGo(Question.a, rig)
    rig.now += 20 * Rig.millisecond
    rig.server.release(Question.aaaa)
    #expect(rig.outcome() == .addresses([v6(last: 1), v4(192, 0, 2, 1)]))
  }

  @Test("AAAA after the delay is merged into the cache")
  func merged() {
    let rig = holding()
    letGo(Question.a, rig)
    rig.now += 50 * Rig.millisecond
    rig.turn()
    #expect(rig.ask("dual.example", 2) == .answer([v4(192, 0, 2, 1)]))
    rig.server.release(Question.aaaa)
    #expect(rig.run { rig.resolver.core.lookups.count == 0 })
    #expect(rig.ask("dual.example", 3) == .answer([v6(last: 1), v4(192, 0, 2, 1)]))
    #expect(rig.server.log.count == 2)
  }

  @Test("AAAA alone waits 50 ms for A too, so that a client without IPv6 gets both")
  func v6Waits() {
    let rig = holding()
    letGo(Question.aaaa, rig)
    rig.now += 50 * Rig.millisecond - 1
    rig.turn()
    #expect(rig.outcomes.isEmpty)
    rig.now += 1
    rig.turn()
    #expect(rig.outcomes[1] == .addresses([v6(last: 1)]))
  }

  @Test("who wants the whole answer waits for the late family, others are answered at once")
  func whole() {
    let rig = holding()
    letGo(Question.aaaa, rig)
    rig.now += 50 * Rig.millisecond
    rig.turn()
    #expect(rig.ask("dual.example", 2, isWhole: true) == .pending)
    #expect(rig.ask("dual.example", 3) == .answer([v6(last: 1)]))
    rig.server.release(Question.a)
    #expect(rig.outcome(2) == .addresses([v6(last: 1), v4(192, 0, 2, 1)]))
    #expect(
      rig.ask("dual.example", 4, isWhole: true) == .answer([v6(last: 1), v4(192, 0, 2, 1)]))
  }

  @Test("who wants the whole answer gets what there is when the late family times out")
  func wholeTimesOut() {
    let rig = holding()
    letGo(Question.aaaa, rig)
    rig.now += 50 * Rig.millisecond
    rig.turn()
    rig.ask("dual.example", 2, isWhole: true)
    rig.now += 5 * Rig.second
    rig.turn()
    #expect(rig.outcomes[2] == .addresses([v6(last: 1)]))
  }

  @Test("a partial answer that expires is asked for anew, and the old query's answer is not used")
  func partialExpires() {
    let rig = Rig()
    rig.server.script = { question, _ in
      let response = Response(question)
      return .hold(
        question.type == Question.a ? response.a(192, 0, 2, 1, ttl: 1) : response.aaaa(last: 1))
    }
    rig.ask("dual.example", 1)
    #expect(rig.run { rig.server.log.count == 2 })
    letGo(Question.a, rig)
    rig.now += 50 * Rig.millisecond
    rig.turn()
    rig.now += Rig.second
    rig.server.script = { question, _ in .reply(Response(question).a(192, 0, 2, 9)) }
    #expect(rig.ask("dual.example", 2) == .pending)
    #expect(rig.outcome(2) == .addresses([v4(192, 0, 2, 9)]))
    rig.server.release(Question.aaaa)
    #expect(rig.run { rig.resolver.core.lookups.count == 0 })
    #expect(rig.ask("dual.example", 3) == .answer([v4(192, 0, 2, 9)]))
  }
}
