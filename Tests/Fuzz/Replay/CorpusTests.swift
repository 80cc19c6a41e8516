import Foundation
import FuzzTargets
import Testing

@Suite("Corpora of the fuzz targets")
struct CorpusTests {
  @Test("no input of a corpus is a fault", arguments: FuzzTarget.allCases)
  func replay(_ target: FuzzTarget) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Corpus/\(target.rawValue)")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    #expect(files.count >= 10)
    for file in files {
      let bytes = [UInt8](try Data(contentsOf: file))
      let complaint = target.complaint(about: bytes.span)
      #expect(complaint == nil, "\(file.lastPathComponent)")
    }
  }

  @Test("random edits of sound images are no fault, and not all of them are refused alike")
  func edits() {
    var state: UInt64 = 0x5EED
    func byte() -> UInt8 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    for number in 0..<1_000 {
      let input = [UInt8(2 + number % 4)] + (0..<(5 * (1 + number % 3))).map { _ in byte() }
      let complaint = FuzzTarget.image.complaint(about: input.span)
      #expect(complaint == nil, "\(input)")
    }
  }

  @Test("random edits of configurations are no fault")
  func configurations() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Corpus/config")
    let whole = [UInt8](try Data(contentsOf: folder.appending(path: "whole")))
    let pieces = [
      ": ", "- ", "\n", "  ", "[", "]", "{", "}", "\"", "'", "*", "&", "!", "|", "#", "\t", "~",
    ]
    var state: UInt64 = 0x5EED
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<2_000 {
      var text = whole
      for _ in 0...below(4) {
        let place = below(text.count)
        switch below(3) {
        case 0: text.insert(contentsOf: pieces[below(pieces.count)].utf8, at: place)
        case 1: text.removeSubrange(place..<min(place + 1 + below(8), text.count))
        default: text[place] = UInt8(below(256))
        }
      }
      let complaint = FuzzTarget.config.complaint(about: text.span)
      #expect(complaint == nil, "\(String(decoding: text, as: UTF8.self))")
    }
  }
}
