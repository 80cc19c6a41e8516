import Domains
import Testing

@testable import Resolver

/// What a name server, or whoever can send in its place, may try.
@Suite("From a hostile or broken server")
struct HostileServerTests {
  /// Answers A queries with what `make` gives, AAAA with nothing.
  private func rig(_ make: @escaping (Question, Bool) -> ScriptedServer.Reaction) -> Rig {
    let rig = Rig { $0.queryTimeoutMilliseconds = 60 }
    rig.server.script = { question, isTCP in
      question.type == Question.a ? make(question, isTCP) : .reply(Response(question))
    }
    return rig
  }

  @Test("an address that another name owns is not taken")
  func otherOwner() {
    let rig = rig { question, _ in
      .reply(Response(question).a(192, 0, 2, 66, owner: "evil.example"))
    }
    #expect(rig.resolve("good.example") == .failure(.notFound))
  }

  @Test("an address behind a CNAME that the name does not own is not taken")
  func otherCNAME() {
    let rig = rig { question, _ in
      .reply(
        Response(question).cname("evil.example", owner: "other.example")
          .a(192, 0, 2, 66, owner: "evil.example").a(192, 0, 2, 1))
    }
    #expect(rig.resolve("good.example") == .addresses([v4(192, 0, 2, 1)]))
  }

  @Test("an answer with another id is not taken, the right one after it is")
  func otherID() {
    let rig = rig { question, _ in
      var forged = question
      forged.id ^= 1
      return .replies([
        Response(forged).a(192, 0, 2, 66).bytes, Response(question).a(192, 0, 2, 1).bytes,
      ])
    }
    #expect(rig.resolve("good.example") == .addresses([v4(192, 0, 2, 1)]))
  }

  @Test("an answer to another question is not taken, even with the right id")
  func otherQuestion() {
    let rig = rig { question, _ in
      var forged = Question("evil.example")
      forged.id = question.id
      return .replies([Response(forged).a(192, 0, 2, 66).bytes])
    }
    rig.ask("good.example")
    #expect(rig.outcomeInRealTime() == .failure(.timeout))
  }

  @Test("an answer to two questions is not taken")
  func twoQuestions() {
    let rig = rig { question, _ in
      var response = Response(question).a(192, 0, 2, 66)
      response.questionCount = 2
      response.question.wire += Question("evil.example").wire
      return .reply(response)
    }
    rig.ask("good.example")
    #expect(rig.outcomeInRealTime() == .failure(.timeout))
  }

  @Test("a compression loop is an error and ends")
  func compressionLoop() {
    let rig = rig { question, _ in
      let at = 12 + question.wire.count
      let toItself: [UInt8] = [0xc0 | UInt8(at >> 8), UInt8(at & 0xff)]
      return .reply(Response(question).record(Question.a, owner: toItself, [192, 0, 2, 66]))
    }
    #expect(rig.resolve("good.example") == .failure(.malformed))
  }

  @Test("a CNAME to itself is an error and ends")
  func selfCNAME() {
    let rig = rig { question, _ in .reply(Response(question).cname(question.name)) }
    #expect(rig.resolve("good.example") == .failure(.malformed))
  }

  @Test("a record that runs out of the message is an error")
  func cutOff() {
    let rig = rig { question, _ in
      .replies([Response(question).a(192, 0, 2, 1).bytes.dropLast(2)])
    }
    #expect(rig.resolve("good.example") == .failure(.malformed))
  }

  @Test("an empty datagram does not end the lookup")
  func emptyDatagram() {
    let rig = rig { question, _ in .replies([[], Response(question).a(192, 0, 2, 1).bytes]) }
    rig.ask("good.example")
    #expect(rig.outcomeInRealTime() == .addresses([v4(192, 0, 2, 1)]))
  }

  @Test("a truncated answer is fetched whole over TCP")
  func truncated() {
    let rig = rig { question, isTCP in
      .reply(isTCP ? Response(question).a(192, 0, 2, 1) : Response(question).truncated)
    }
    #expect(rig.resolve("big.example") == .addresses([v4(192, 0, 2, 1)]))
    #expect(rig.server.queries("A big.example") == 1)
    #expect(rig.server.queries("tcp A big.example") == 1)
  }

  @Test("of 4,000 addresses over TCP, 16 are kept and the rest are counted")
  func thousands() {
    let rig = rig { question, isTCP in
      guard isTCP else { return .reply(Response(question).truncated) }
      var response = Response(question)
      for n in 0..<4000 { response = response.a(198, 18, UInt8(n / 250), UInt8(n % 250)) }
      return .reply(response)
    }
    guard case .addresses(let addresses) = rig.resolve("big.example") else {
      Issue.record("no answer")
      return
    }
    #expect(addresses == (0..<16).map { v4(198, 18, 0, $0) })
    let name = Array("big.example".utf8)
    guard case .answer(let answer) = rig.resolver.lookup(name.span, waiter: 2, now: rig.now) else {
      Issue.record("not cached")
      return
    }
    #expect(rig.resolver.droppedCount(answer) == 4000 - 16)
  }

  @Test("mixed addresses come through in order: the guard judges them, not the resolver")
  func mixed() {
    let rig = rig { question, _ in
      .reply(Response(question).a(10, 0, 0, 1).a(127, 0, 0, 1).a(192, 0, 2, 1).a(10, 0, 0, 1))
    }
    #expect(
      rig.resolve("mixed.example")
        == .addresses([v4(10, 0, 0, 1), v4(127, 0, 0, 1), v4(192, 0, 2, 1)]))
  }
}
