import CNames
import Testing

@testable import Domains

/// The vector code for names against the portable code, bit by bit.
@Suite("Ways to take a name")
struct NameWaysTests {
  static let ways: [Int32] = [Int32(CN_SSSE3), Int32(CN_AVX2), Int32(CN_NEON)].filter {
    cn_is_available($0) == 1
  }

  @Test("the processor of this machine has a vector way, and the best is one of them")
  func best() {
    #if arch(x86_64) || arch(arm64)
      #expect(Self.ways.contains(cn_best_way()))
    #endif
  }

  @Test("names of every length with any byte at any place are the same by every way")
  func allBytes() {
    for length in 1...70 {
      for place in 0..<length where length < 20 || place % 5 == length % 5 {
        for byte in UInt8.min ... .max where length % 16 == 1 || byte % 7 == 0 || byte == 46 {
          var name = [UInt8](repeating: UInt8(ascii: "q"), count: length)
          if length > 6 { name[length - 4] = UInt8(ascii: ".") }
          if length > 30 { name[length / 2] = UInt8(ascii: ".") }
          name[place] = byte
          guard check(name) else { return }
        }
      }
    }
  }

  @Test("random names and near names are the same by every way", arguments: 1...8)
  func random(_ seed: Int) {
    var random = SplitMix(seed: UInt64(seed))
    let bytes = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_...0x".utf8)
    let others = Array("@ \u{0}/:\\[]^`{|}~!*+,é".utf8)
    for _ in 0..<4000 {
      let length = Int.random(in: 1...Int.random(in: 1...4, using: &random) * 65, using: &random)
      var name = (0..<length).map { _ in bytes.randomElement(using: &random)! }
      if Int.random(in: 0..<8, using: &random) == 0 {
        name[Int.random(in: 0..<length, using: &random)] = others.randomElement(using: &random)!
      }
      guard check(name) else { return }
    }
  }

  /// Compares all ways for one name; `false` after a difference was recorded.
  private func check(_ name: [UInt8]) -> Bool {
    var portable = HostKey()
    let error = portable.loadPortably(name.span)
    for way in Self.ways {
      var key = HostKey()
      guard key.load(name.span, by: way) else {
        // What a way leaves to the portable code is wrong, or ends in something like a number.
        let last = name.split(separator: UInt8(ascii: ".")).last?.first ?? 0
        let isNumberLike = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last)
        if error == nil, !isNumberLike {
          Issue.record("way \(way) leaves \(name)")
          return false
        }
        continue
      }
      guard error == nil, key.count == portable.count, isSame(key, portable) else {
        Issue.record("way \(way) differs for \(name)")
        return false
      }
    }
    return true
  }

  private func isSame(_ key: borrowing HostKey, _ other: borrowing HostKey) -> Bool {
    let words = key.count <= 32 ? 4 : key.count <= 64 ? 6 : 24
    let dotWords = key.count < 64 ? 1 : key.count >> 6 + (key.count == 64 ? 0 : 1)
    return key.text == other.text
      && (0..<words).allSatisfy { key.word($0) == other.word($0) }
      // The words of the dots stand behind those of the number.
      && (0..<dotWords).allSatisfy { key.word(24 + $0) == other.word(24 + $0) }
  }

  @Test("the number of a name gives its bytes back, and the dots its suffixes")
  func numbers() throws {
    let labels = ["com", "a-b", "_x", String(repeating: "z9", count: 31), "q", "xn--0", "m"]
    for count in 1...labels.count {
      let name = labels.prefix(count).reversed().joined(separator: ".")
      var key = HostKey()
      try #require(key.load(Array(name.utf8).span) == nil)
      var bytes: [UInt8] = []
      for distance in 0..<key.count {
        let bit = distance * 6
        var code = key.word(bit / 64) >> UInt64(bit % 64)
        if bit % 64 > 58 { code |= key.word(bit / 64 + 1) << UInt64(64 - bit % 64) }
        bytes.insert(CodedByte.byte(UInt8(code & 63)), at: 0)
      }
      #expect(String(decoding: bytes, as: UTF8.self) == name)
      var suffix = 0
      var suffixes: [String] = []
      while suffix < key.count {
        suffix = key.suffix(longerThan: suffix)
        suffixes.append(String(name.suffix(suffix)))
      }
      #expect(suffixes == (1...count).map { labels.prefix($0).reversed().joined(separator: ".") })
    }
  }
}
