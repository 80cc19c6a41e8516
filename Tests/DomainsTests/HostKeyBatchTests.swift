import Testing

@testable import Domains

@Suite("Batches of names")
struct HostKeyBatchTests {
  @Test("a batch gives back each name in its order, and answers as one lookup after the other does")
  func order() throws {
    let text = "sluice-allowlist 1\nname: one\nversion: 1\n*.example.com\nexample.org\n"
    let list = try Allowlist.parse(Array(text.utf8), file: "one")
    let matcher = Matcher([.init(list: list)], seed: 9)
    let names = (0..<HostKeyBatch.capacity).map { number in
      ["a.example.com", "example.org", "Example.COM.", "com"][number % 4].replacing(
        "a.", with: "n\(number).")
    }
    var batch = HostKeyBatch()
    for _ in 0..<2 {
      for name in names { #expect(batch.append(Array(name.utf8).span, for: matcher) == nil) }
      let isFull = batch.isFull
      #expect(isFull)
      var seen: [String] = []
      batch.drain { index, key in
        seen.append(key.text)
        var alone = HostKey()
        #expect(alone.load(Array(names[index].utf8).span) == nil)
        let day = Day(daysSince1970: 0)
        #expect(
          matcher.match(key, port: .https, on: day) == matcher.match(alone, port: .https, on: day))
      }
      #expect(seen.count == names.count && seen[2] == "example.com")
      let count1 = batch.count
      #expect(count1 == 0)
    }
  }

  @Test("a name that is refused takes no place")
  func refused() {
    let matcher = Matcher([], seed: 1)
    var batch = HostKeyBatch()
    #expect(batch.append(Array("a b".utf8).span, for: matcher) == .forbiddenByte)
    let count2 = batch.count
    #expect(count2 == 0)
    #expect(batch.append(Array("ab".utf8).span, for: matcher) == nil)
    let count3 = batch.count
    #expect(count3 == 1)
  }
}
