import Domains
import Glibc
import Testing

@testable import Resolver

@Suite("Nothing grows")
struct BoundsTests {
  private func silent(_ change: (inout ResolverSettings) -> Void) -> Rig {
    let rig = Rig(change: change)
    rig.server.script = { _, _ in .silence }
    return rig
  }

  @Test("one more name than can be pending is full, and asks nobody")
  func pendingFull() {
    let rig = silent {
      $0.pendingCapacity = 3
      $0.cacheCapacity = 8
    }
    for n in 1...3 { #expect(rig.ask("n\(n).example", UInt64(n)) == .pending) }
    #expect(rig.ask("n4.example", 4) == .full)
    #expect(rig.ask("n1.example", 5) == .pending)
    #expect(rig.run { rig.server.log.count == 6 })
    for _ in 0..<5 { rig.turn() }
    #expect(rig.server.log.count == 6)
  }

  @Test("one more waiter than there is room for is full, whatever it waits for")
  func waitersFull() {
    let rig = silent { $0.waiterCapacity = 2 }
    #expect(rig.ask("n1.example", 1) == .pending)
    #expect(rig.ask("n1.example", 2) == .pending)
    #expect(rig.ask("n1.example", 3) == .full)
    #expect(rig.ask("n2.example", 4) == .full)
    rig.resolver.cancel(waiter: 1)
    #expect(rig.ask("n2.example", 4) == .pending)
  }

  @Test("a lookup given up keeps its place until c-ares lets go of its queries")
  func zombies() {
    let rig = silent {
      $0.pendingCapacity = 1
      $0.cacheCapacity = 8
      $0.queryTimeoutMilliseconds = 60
    }
    rig.ask("n1.example", 1)
    rig.now += 5 * Rig.second
    rig.turn()
    #expect(rig.outcomes[1] == .failure(.timeout))
    #expect(rig.ask("n2.example", 2) == .full)
    #expect(
      rig.run {
        rig.now += Rig.second
        return rig.resolver.core.lookups.count == 0
      })
    #expect(rig.ask("n2.example", 2) == .pending)
  }

  @Test("a full cache evicts what has expired, then what was not used, never what is in flight")
  func eviction() {
    let rig = Rig {
      $0.pendingCapacity = 1
      $0.cacheCapacity = 4
    }
    rig.server.script = { question, _ in
      .reply(
        question.type == Question.a
          ? Response(question).a(192, 0, 2, 1, ttl: question.name == "n3.example" ? 1 : 60)
          : Response(question))
    }
    for n in 1...4 { _ = rig.resolve("n\(n).example") }
    rig.now += 2 * Rig.second
    for n in [1, 2] { #expect(rig.ask("n\(n).example") == .answer([v4(192, 0, 2, 1)])) }
    _ = rig.resolve("n5.example")
    // n3 was expired; 1, 2, 4 and 5 are left, of which 4 and 5 were not used since.
    #expect(rig.ask("n4.example") == .answer([v4(192, 0, 2, 1)]))
    _ = rig.resolve("n6.example")
    for n in [1, 2, 4, 6] { #expect(rig.ask("n\(n).example") == .answer([v4(192, 0, 2, 1)])) }
    #expect(rig.resolver.core.cache.count == 4)
    rig.server.script = { _, _ in .silence }
    rig.ask("n7.example", 7)
    for n in 8...20 { #expect(rig.ask("n\(n).example", UInt64(n)) == .full) }
    #expect(rig.ask("n7.example", 21) == .pending)
  }

  @Test("an answer that is not handed out yet is neither evicted nor asked for again")
  func undelivered() {
    let rig = Rig {
      $0.pendingCapacity = 1
      $0.cacheCapacity = 2
    }
    rig.server.script = { _, _ in .silence }
    rig.ask("n1.example", 1)
    rig.now += 5 * Rig.second
    rig.resolver.expire(now: rig.now)
    rig.now += 60 * Rig.second
    #expect(rig.ask("n1.example", 2) == .failure(.timeout))
    rig.collect()
    #expect(rig.outcomes == [1: .failure(.timeout)])
  }

  @Test("10,000 names through a cache of 64 leave it whole")
  func churn() {
    let path = temporaryFile(
      (0..<10_000).map { "10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255) h\($0).example\n" }.joined())
    defer { unlink(path) }
    let rig = Rig {
      $0.hostsFile = path
      $0.cacheCapacity = 64
      $0.pendingCapacity = 8
      $0.seed = (1, 2)
    }
    for n in 0..<10_000 {
      rig.now += 100 * Rig.millisecond
      let expected = Rig.Immediate.answer([
        v4(10, UInt32(n >> 16), UInt32(n >> 8 & 255), UInt32(n & 255))
      ])
      #expect(rig.ask("h\(n).example") == expected)
      #expect(rig.ask("h\(max(0, n - 3)).example") != .pending)
    }
    #expect(rig.resolver.core.cache.count == 64)
    #expect(rig.server.log.isEmpty)
  }
}

@Suite("A connection that goes away")
struct CancelTests {
  @Test("gets no completion, and its name is answered for the others and for the cache")
  func cancel() {
    let rig = Rig()
    rig.server.script = { question, _ in .reply(Response(question).a(192, 0, 2, 1)) }
    for waiter in 1...3 { rig.ask("one.example", UInt64(waiter)) }
    rig.resolver.cancel(waiter: 2)
    #expect(rig.run { rig.outcomes.count == 2 })
    #expect(rig.order == [1, 3])
    #expect(rig.resolver.core.waiters.count == 0)
  }

  @Test("alone: the lookup goes on into the cache")
  func alone() {
    let rig = Rig()
    rig.server.script = { question, _ in .reply(Response(question).a(192, 0, 2, 1)) }
    rig.ask("one.example", 1)
    rig.resolver.cancel(waiter: 1)
    #expect(rig.run { rig.resolver.core.lookups.count == 0 })
    #expect(rig.outcomes.isEmpty)
    #expect(rig.ask("one.example", 2) == .answer([v4(192, 0, 2, 1)]))
  }

  @Test("between the answer and its completion: gets none, and the entry is free to be evicted")
  func ready() {
    let rig = Rig()
    rig.server.script = { _, _ in .silence }
    rig.ask("one.example", 1)
    rig.ask("one.example", 2)
    rig.now += 5 * Rig.second
    rig.resolver.expire(now: rig.now)
    rig.resolver.cancel(waiter: 1)
    rig.collect()
    #expect(rig.order == [2])
    #expect(rig.resolver.core.cache.entries[0].undelivered == 0)
  }

  @Test("that never asked: nothing happens")
  func unknown() {
    let rig = Rig()
    rig.resolver.cancel(waiter: 99)
    #expect(rig.resolver.nextCompletion() == nil)
  }
}
