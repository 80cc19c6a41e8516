import Testing

@testable import Domains
@testable import Review

@Suite("v2fly lists and what they include")
struct V2flyTests {
  private func rules(
    _ own: String, _ lists: [String: String], as direction: ImportDirection = .allow,
    attributes: [String] = []
  ) throws -> [String] {
    try importing(.v2fly, lists[own] ?? "", as: direction) {
      $0.neighbours = neighbours(own, lists)
      $0.attributes = attributes.compactMap { AttributeFilter($0) }
    }.rules
  }

  @Test("an include takes in the entries of the other list, and theirs")
  func includes() throws {
    let lists = ["a": "include:B\na.com", "b": "include:c\nb.com", "c": "full:c.com"]
    #expect(try rules("a", lists) == ["c.com", "+.b.com", "+.a.com"])
  }

  @Test("attributes on an include filter all that comes through it")
  func filters() throws {
    let lists = [
      "a": "include:b @ads @-cn", "b": "one.com @ads\ntwo.com @ads @cn\nthree.com\ninclude:c",
      "c": "four.com @ads\nfive.com @!cn",
    ]
    #expect(try rules("a", lists) == ["+.one.com", "+.four.com"])
  }

  @Test("attributes of the command line filter the list itself")
  func ownFilters() throws {
    let lists = ["a": "one.com @ads\ntwo.com"]
    #expect(try rules("a", lists, attributes: ["ads"]) == ["+.one.com"])
    #expect(try rules("a", lists, attributes: ["-ads"]) == ["+.two.com"])
  }

  @Test("an entry with an affiliation belongs to that list too, through includes as well")
  func affiliations() throws {
    let lists = [
      "a": "include:b\na.com", "b": "b.com", "other": "o.com &b @x\nkeyword:k",
      "another": "p.com &nofile", "z": "include:nofile",
    ]
    #expect(try rules("a", lists) == ["+.b.com", "+.o.com", "+.a.com"])
    #expect(try rules("z", lists) == ["+.p.com"])
    #expect(try rules("a", lists, as: .deny) == ["!!b.com", "!!o.com", "!!a.com"])
  }

  @Test("the same list reached twice adds nothing, and a cycle is an error that names the way")
  func cycles() throws {
    let diamond = ["a": "include:b\ninclude:c", "b": "include:d", "c": "include:d", "d": "d.com"]
    #expect(try rules("a", diamond) == ["+.d.com"])
    let error = try #require(throws: ImportError.self) {
      _ = try rules("a", ["a": "include:b", "b": "include:c", "c": "include:a"])
    }
    #expect(error.description.hasPrefix("data/c:1:1: `a` includes itself by way of a, b, c"))
  }

  @Test("a chain of includes beyond the limit, and one that is missing, are errors")
  func bounds() throws {
    var lists: [String: String] = [:]
    for index in 0..<40 { lists["l\(index)"] = "include:l\(index + 1)" }
    lists["l40"] = "a.com"
    #expect(throws: ImportError.self) { _ = try rules("l0", lists) }
    #expect(throws: ImportError.self) { _ = try rules("a", ["a": "include:b"]) }
  }

  @Test("many lists that all include each other below them are read once for each condition")
  func noExplosion() throws {
    var lists: [String: String] = [:]
    for index in 0..<20 {
      lists["l\(index)"] =
        (index + 1..<20).map { "include:l\($0)" }.joined(separator: "\n")
        + "\nn\(index).com"
    }
    #expect(try rules("l0", lists).count == 20)
  }

  @Test("a file of the real collection, with what it includes, becomes its rules")
  func sample() throws {
    let lists = [
      "github": try corpus("v2fly/github"), "github-copilot": try corpus("v2fly/github-copilot"),
      "npmjs": try corpus("v2fly/npmjs"),
    ]
    let rules = try rules("github", lists)
    #expect(rules.contains("+.github.com"))
    #expect(rules.contains("github-cloud.s3.amazonaws.com"))
    #expect(rules.contains("+.npmjs.com"))
  }
}
