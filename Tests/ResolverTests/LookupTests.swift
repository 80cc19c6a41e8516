import Domains
import Glibc
import Testing

@testable import Resolver

/// Both families: one address each.
private func bothFamilies(_ question: Question, _ isTCP: Bool) -> ScriptedServer.Reaction {
  let response = Response(question)
  return .reply(question.type == Question.a ? response.a(192, 0, 2, 1) : response.aaaa(last: 1))
}

@Suite("A lookup")
struct LookupTests {
  @Test("asks AAAA and A once each and gives IPv6 first, the families by turns")
  func bothAsked() {
    let rig = Rig()
    rig.server.script = { question, _ in
      let response = Response(question)
      return .reply(
        question.type == Question.a
          ? response.a(192, 0, 2, 1).a(192, 0, 2, 2).a(192, 0, 2, 3)
          : response.aaaa(last: 1).aaaa(last: 2))
    }
    #expect(
      rig.resolve("two.example")
        == .addresses([
          v6(last: 1), v4(192, 0, 2, 1), v6(last: 2), v4(192, 0, 2, 2), v4(192, 0, 2, 3),
        ]))
    #expect(rig.server.log.sorted() == ["A two.example", "AAAA two.example"])
  }

  @Test("never appends a search domain, even when resolv.conf names one and the name has no dot")
  func noSearchDomain() throws {
    let path = temporaryFile("search corp.example other.example\noptions ndots:5\n")
    defer { unlink(path) }
    setenv("LOCALDOMAIN", "environment.example", 1)
    defer { unsetenv("LOCALDOMAIN") }
    let rig = Rig { $0.resolvConf = path }
    rig.server.script = { question, _ in .reply(Response(question).failing(3)) }
    #expect(rig.resolve("printer", 1) == .failure(.notFound))
    #expect(rig.resolve("a.example", 2) == .failure(.notFound))
    #expect(Set(rig.server.log) == ["A printer", "AAAA printer", "A a.example", "AAAA a.example"])
    #expect(rig.server.log.count == 4)
  }

  @Test("that several connections wait for is one pair of queries, answered in their order")
  func coalesced() {
    let rig = Rig()
    rig.server.script = bothFamilies
    for waiter in 1...5 { #expect(rig.ask("one.example", UInt64(waiter)) == .pending) }
    #expect(rig.run { rig.outcomes.count == 5 })
    #expect(rig.order == [1, 2, 3, 4, 5])
    #expect(rig.server.log.count == 2)
  }

  @Test("that the cache can answer makes no query")
  func cached() {
    let rig = Rig()
    rig.server.script = bothFamilies
    let first = rig.resolve("one.example", 1)
    #expect(rig.ask("one.example", 2) == .answer([v6(last: 1), v4(192, 0, 2, 1)]))
    #expect(first == .addresses([v6(last: 1), v4(192, 0, 2, 1)]))
    for _ in 0..<5 { rig.turn() }
    #expect(rig.server.log.count == 2)
  }

  @Test(
    "is remembered for its TTL, from 1 s to 300 s",
    arguments: [(0, 1), (1, 1), (60, 60), (300, 300), (86_400, 300), (0x8000_0001, 1)])
  func positiveTTL(_ row: (ttl: UInt32, kept: UInt64)) {
    let rig = Rig()
    rig.server.script = { question, _ in
      .reply(
        question.type == Question.a
          ? Response(question).a(192, 0, 2, 1, ttl: row.ttl) : Response(question))
    }
    _ = rig.resolve("one.example")
    rig.now += row.kept * Rig.second - 1
    #expect(rig.ask("one.example", 2) == .answer([v4(192, 0, 2, 1)]))
    rig.now += 1
    #expect(rig.ask("one.example", 3) == .pending)
    #expect(rig.outcome(3) == .addresses([v4(192, 0, 2, 1)]))
    #expect(rig.server.queries("A one.example") == 2)
  }

  @Test("lives as long as the shortest TTL of its CNAME chain and of both families")
  func leastTTL() {
    let rig = Rig()
    rig.server.script = { question, _ in
      let response = Response(question)
      return .reply(
        question.type == Question.a
          ? response.cname("x.example", ttl: 7).a(192, 0, 2, 1, owner: "x.example", ttl: 90)
          : response.aaaa(last: 1, ttl: 30))
    }
    _ = rig.resolve("one.example")
    rig.now += 7 * Rig.second - 1
    #expect(rig.ask("one.example", 2) == .answer([v6(last: 1), v4(192, 0, 2, 1)]))
    rig.now += 1
    #expect(rig.ask("one.example", 3) == .pending)
  }

  @Test(
    "that fails is remembered: not found for 5 s, anything else for 1 s",
    arguments: [
      (3, ResolutionError.notFound, 5), (0, .notFound, 5), (2, .serverFailure, 1),
      (5, .refusedByServer, 1), (4, .refusedByServer, 1),
    ])
  func negative(_ row: (code: UInt16, error: ResolutionError, kept: UInt64)) {
    let rig = Rig()
    rig.server.script = { question, _ in .reply(Response(question).failing(row.code)) }
    #expect(rig.resolve("no.example") == .failure(row.error))
    let asked = rig.server.log.count
    rig.now += row.kept * Rig.second - 1
    #expect(rig.ask("no.example", 2) == .failure(row.error))
    for _ in 0..<5 { rig.turn() }
    #expect(rig.server.log.count == asked)
    rig.now += 1
    #expect(rig.ask("no.example", 3) == .pending)
  }

  @Test("that one family answers and the other fails is a success")
  func oneFamilyFails() {
    let rig = Rig()
    rig.server.script = { question, _ in
      .reply(
        question.type == Question.a
          ? Response(question).a(192, 0, 2, 1) : Response(question).failing(2))
    }
    #expect(rig.resolve("half.example") == .addresses([v4(192, 0, 2, 1)]))
  }

  @Test("asks the next server when the first fails")
  func nextServer() {
    let second = ScriptedServer()
    second.script = bothFamilies
    let rig = Rig {
      $0.servers.append(.init(v4(127, 0, 0, 1), port: second.port))
    }
    rig.server.script = { question, _ in .reply(Response(question).failing(2)) }
    rig.ask("one.example")
    #expect(
      rig.run {
        second.serve()
        return !rig.outcomes.isEmpty
      })
    #expect(rig.outcomes[1] == .addresses([v6(last: 1), v4(192, 0, 2, 1)]))
  }

  @Test("finds out at once that no server listens")
  func nobodyListens() {
    let closed = ScriptedServer().port
    let rig = Rig(port: closed)
    #expect(rig.resolve("one.example") == .failure(.unreachable))
  }

  @Test("asks a silent server again, then gives up with a timeout")
  func silence() {
    let rig = Rig {
      $0.queryTimeoutMilliseconds = 60
      $0.totalTimeoutMilliseconds = 2500
    }
    rig.server.script = { _, _ in .silence }
    rig.ask("silent.example")
    #expect(rig.outcomeInRealTime() == .failure(.timeout))
    #expect(rig.server.queries("A silent.example") == 2)
    #expect(rig.server.queries("AAAA silent.example") == 2)
  }

  @Test("ends after the total timeout even when c-ares would go on")
  func totalTimeout() {
    let rig = Rig()
    rig.server.script = { _, _ in .silence }
    rig.ask("silent.example")
    rig.turn()
    rig.now += 5 * Rig.second - 1
    rig.turn()
    #expect(rig.outcomes.isEmpty)
    rig.now += 1
    rig.turn()
    #expect(rig.outcomes[1] == .failure(.timeout))
    #expect(rig.waited[1] == 5_000_000)
    #expect(rig.ask("silent.example", 2) == .failure(.timeout))
    #expect(rig.resolver.core.lookups.count == 1)
  }

  @Test("answered after it was given up is thrown away, and its place is free again")
  func lateAnswer() {
    let rig = Rig()
    rig.server.script = { question, _ in .hold(Response(question).a(192, 0, 2, 1)) }
    rig.ask("late.example")
    #expect(rig.run { rig.server.log.count == 2 })
    rig.now += 5 * Rig.second
    rig.turn()
    #expect(rig.outcomes[1] == .failure(.timeout))
    rig.server.release(Question.a)
    rig.server.release(Question.aaaa)
    #expect(rig.run { rig.resolver.core.lookups.count == 0 })
    #expect(rig.ask("late.example", 2) == .failure(.timeout))
  }

  @Test("says how long it took")
  func duration() {
    let rig = Rig()
    rig.server.script = { question, _ in
      .hold(Response(question).a(192, 0, 2, 1))
    }
    rig.ask("slow.example", 1)
    #expect(rig.run { rig.server.log.count == 2 })
    rig.now += 3 * Rig.millisecond
    rig.ask("slow.example", 2)
    rig.now += 4 * Rig.millisecond
    rig.server.script = { _, _ in .silence }
    rig.server.release(Question.a)
    rig.server.release(Question.aaaa)
    #expect(rig.run { rig.outcomes.count == 2 })
    #expect(rig.waited == [1: 7000, 2: 4000])
  }
}

/// A file with `text`; the caller unlinks it.
func temporaryFile(_ text: String) -> String {
  var template = Array("/tmp/sluice-resolver-XXXXXX".utf8CString)
  let fd = mkstemp(&template)
  precondition(fd >= 0)
  let bytes = Array(text.utf8)
  precondition(write(fd, bytes, bytes.count) == bytes.count)
  close(fd)
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
