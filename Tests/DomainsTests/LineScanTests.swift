import Testing

@testable import Domains

@Suite("Long texts by words of eight bytes")
struct LineScanTests {
  @Test("what is found by words is what is found byte by byte", arguments: UInt64(1)...4)
  func agreement(_ seed: UInt64) {
    var random = SplitMix(seed: seed)
    let odd: [UInt8] = [0x09, 0x0A, 0x0A, 0x0B, 0x1F, 0x20, 0x7E, 0x7F, 0x80, 0x8A, 0xFF, 0x00]
    for length in 0..<120 {
      var text = [UInt8](repeating: UInt8(ascii: "a"), count: length)
      for _ in 0..<(length / 16) { text[Int.random(in: 0..<length, using: &random)] = 0x0A }
      for _ in 0..<(length / 16) {
        text[Int.random(in: 0..<length, using: &random)] = odd.randomElement(using: &random)!
      }
      let start = Int.random(in: 0...length, using: &random)
      let end = Int.random(in: start...length, using: &random)
      let range = start..<end
      let feed = range.first { text[$0] == 0x0A } ?? end
      let other = range.first { !(0x20...0x7E).contains(text[$0]) && text[$0] != 0x09 } ?? end
      #expect(text.span.lineFeed(from: start, to: end) == feed)
      #expect(text.span.plainEnd(from: start, to: end) == other)
      #expect(text.span.lineFeedCount == text.count { $0 == 0x0A })
    }
  }

  @Test(
    "line feeds are counted without overflow", arguments: [2039, 2040, 2041, 2048, 4080, 10_000])
  func count(_ length: Int) {
    #expect([UInt8](repeating: 0x0A, count: length).span.lineFeedCount == length)
    #expect([UInt8](repeating: 0x8A, count: length).span.lineFeedCount == 0)
  }

  @Test("only equal texts of at most eight bytes are packed into equal numbers")
  func packed() {
    let texts = ["", "4", "44", "443", ":443", "443,8443", "443,8444", "443,84430", "344"]
    let numbers = texts.map { Array($0.utf8).span.packed }
    #expect(numbers.map { $0 == nil } == texts.map { $0.utf8.count > 8 })
    #expect(Set(numbers).count == texts.count)
  }
}
