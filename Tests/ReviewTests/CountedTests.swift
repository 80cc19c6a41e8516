import Testing

@testable import Review

@Suite("Numbers in messages")
struct CountedTests {
  @Test("one is singular, and everything else plural")
  func forms() {
    #expect((0...2).map { Counted.text($0, "rule") } == ["0 rules", "1 rule", "2 rules"])
    #expect((0...2).map { Counted.text($0, "was", "were") } == ["0 were", "1 was", "2 were"])
  }

  @Test("of globs that all must fit, those that another says already are left out")
  func globs() {
    let narrowest = { (globs: [String]) in
      ListComparison.narrowest(globs.map { Array($0.utf8) }).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    #expect(narrowest(["a*b", "a*"]) == ["a*b"])
    #expect(narrowest(["a*", "a*b"]) == ["a*b"])
    #expect(narrowest(["a*", "*b"]) == ["a*", "*b"])
    #expect(narrowest(["*", "a*", "a*b", "a*bb"]) == ["a*bb"])
    #expect(narrowest(["a*", "a*"]) == ["a*"])
    #expect(narrowest([]) == [])
  }
}
