import Domains
import Testing

@testable import Resolver

@Suite("The parser of answers")
struct AnswerParserTests {
  private func parse(
    _ bytes: [UInt8], _ name: String = "a.example", _ family: IPAddress.Family = .v4
  )
    -> ParsedAnswer
  {
    let text = Array(name.utf8)
    return AnswerParser.parse(bytes.span, name: text.span, family: family)
  }

  private func outcome(_ answer: ParsedAnswer) -> Rig.Outcome {
    if let error = answer.error { return .failure(error) }
    return .addresses((0..<answer.addresses.count).map { answer.addresses[$0] })
  }

  private static let one = Rig.Outcome.addresses([v4(192, 0, 2, 1)])
  private static let question = Question("a.example")

  /// A response of `one` with some bytes replaced.
  private static func with(_ at: Int, _ bytes: UInt8...) -> [UInt8] {
    var message = Response(question).a(192, 0, 2, 1).bytes
    message.replaceSubrange(at..<at + bytes.count, with: bytes)
    return message
  }

  private static let rows: [(String, [UInt8], Rig.Outcome)] = [
    ("one address", Response(question).a(192, 0, 2, 1).bytes, one),
    ("no record", Response(question).bytes, .failure(.notFound)),
    ("nothing", [], .failure(.malformed)),
    ("half a header", [1, 2, 3, 4, 5, 6], .failure(.malformed)),
    ("a query", with(2, 0x01), .failure(.malformed)),
    ("another opcode", with(2, 0x89), .failure(.malformed)),
    ("still truncated", with(2, 0x83), .failure(.malformed)),
    ("no question", with(4, 0, 0), .failure(.malformed)),
    ("two questions", with(4, 0, 2), .failure(.malformed)),
    ("NXDOMAIN with an address", with(3, 0x83), .failure(.notFound)),
    ("SERVFAIL", with(3, 0x82), .failure(.serverFailure)),
    ("REFUSED", with(3, 0x85), .failure(.refusedByServer)),
    ("a code nobody knows", with(3, 0x8f), .failure(.serverFailure)),
    ("the question in capitals", with(13, 0x41), one),
    ("another question", with(13, 0x62), .failure(.malformed)),
    ("a question of another type", with(24, 28), .failure(.malformed)),
    ("a question of another class", with(26, 3), .failure(.malformed)),
    ("one record more than there is", with(7, 2), .failure(.malformed)),
    (
      "an owner written out in capitals",
      Response(question).a(192, 0, 2, 1, owner: "A.EXAMPLE").bytes, one
    ),
    (
      "an owner above the name", Response(question).a(1, 2, 3, 4, owner: "example").bytes,
      .failure(.notFound)
    ),
    (
      "an owner below the name", Response(question).a(1, 2, 3, 4, owner: "x.a.example").bytes,
      .failure(.notFound)
    ),
    (
      "an owner that is the root", Response(question).record(1, owner: [0], [1, 2, 3, 4]).bytes,
      .failure(.notFound)
    ),
    ("an address of 3 bytes", Response(question).record(1, [1, 2, 3]).bytes, .failure(.malformed)),
    (
      "an address of 16 bytes as A",
      Response(question).record(1, [UInt8](repeating: 1, count: 16)).bytes,
      .failure(.malformed)
    ),
    ("an AAAA record beside A", Response(question).aaaa(last: 1).a(192, 0, 2, 1).bytes, one),
    (
      "a record of a type nobody knows", Response(question).record(999, [9]).a(192, 0, 2, 1).bytes,
      one
    ),
    (
      "a CNAME chain of two",
      Response(question).cname("b.example").cname("c.test", owner: "b.example")
        .a(192, 0, 2, 1, owner: "c.test").bytes, one
    ),
    (
      "a CNAME chain in reverse",
      Response(question).a(192, 0, 2, 1, owner: "c.test")
        .cname("c.test", owner: "b.example").cname("b.example").bytes, one
    ),
    ("a CNAME alone", Response(question).cname("b.example").bytes, .failure(.notFound)),
    (
      "an address of the alias itself, beside its CNAME",
      Response(question).cname("b.example").a(1, 2, 3, 4).bytes, .failure(.notFound)
    ),
    (
      "two names that alias each other",
      Response(question).cname("b.example").cname("a.example", owner: "b.example").bytes,
      .failure(.malformed)
    ),
    (
      "a CNAME with bytes after its name", Response(question).record(5, [1, 0x62, 0, 0]).bytes,
      .failure(.malformed)
    ),
    (
      "a pointer forward", Response(question).record(1, owner: [0xc0, 200], [1, 2, 3, 4]).bytes,
      .failure(.malformed)
    ),
    (
      "a pointer into the header",
      Response(question).record(1, owner: [0xc0, 0], [1, 2, 3, 4]).bytes,
      .failure(.malformed)
    ),
    (
      "a label of a reserved kind",
      Response(question).record(1, owner: [0x80, 0], [1, 2, 3, 4]).bytes,
      .failure(.malformed)
    ),
    ("the same address twice", Response(question).a(192, 0, 2, 1).a(192, 0, 2, 1).bytes, one),
  ]

  @Test("takes only a well-formed answer to the question asked", arguments: rows.indices)
  func table(_ index: Int) {
    let (name, bytes, expected) = Self.rows[index]
    #expect(outcome(parse(bytes)) == expected, "\(name)")
  }

  @Test("reads AAAA records")
  func v6Record() {
    let bytes = Response(Question("a.example", type: Question.aaaa)).aaaa(last: 5).bytes
    #expect(outcome(parse(bytes, "a.example", .v6)) == .addresses([v6(last: 5)]))
  }

  @Test("a label that holds a dot is not two labels")
  func dotInLabel() {
    var question = Question("a.example")
    question.wire = [9] + Array("a.example".utf8) + [0, 0, 1, 0, 1]
    #expect(parse(Response(question).a(192, 0, 2, 1).bytes).error == .malformed)
  }

  @Test("follows 16 aliases and no more")
  func chainLength() {
    for (length, expected) in [(16, Self.one), (17, .failure(.malformed))] {
      var response = Response(Self.question).cname("c1.test")
      for n in 1..<length { response = response.cname("c\(n + 1).test", owner: "c\(n).test") }
      #expect(outcome(parse(response.a(192, 0, 2, 1, owner: "c\(length).test").bytes)) == expected)
    }
  }

  @Test("the longest name there can be is read, one byte more is not")
  func longNames() {
    let label = String(repeating: "x", count: 63)
    let longest = "\(label).\(label).\(label).\(String(repeating: "x", count: 61))"
    #expect(longest.utf8.count == 253)
    #expect(outcome(parse(Response(Question(longest)).a(192, 0, 2, 1).bytes, longest)) == Self.one)
    let tooLong = longest + "x"
    #expect(parse(Response(Question(tooLong)).a(192, 0, 2, 1).bytes, tooLong).error == .malformed)
  }

  @Test("100,000 damaged messages are read without a trap, and never give a foreign address")
  func damaged() {
    var generator = SeededGenerator(state: 42)
    let whole = Response(Self.question).cname("b.example").cname("c.test", owner: "b.example")
      .a(192, 0, 2, 1, owner: "c.test").aaaa(last: 1).a(192, 0, 2, 1, owner: "c.test").bytes
    for _ in 0..<100_000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let at = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 2: bytes.remove(at: at)
        default: bytes.insert(0xc0, at: at)
        }
      }
      let answer = parse(bytes)
      if answer.error == nil { #expect((1...16).contains(answer.addresses.count)) }
    }
  }
}

/// SplitMix64: the same sequence from the same state, always.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
