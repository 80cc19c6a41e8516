import Testing
import Trail

@testable import Audit

@Suite("Compressed audit logs")
struct LogInputTests {
  private let lines = (1...5000).map { record("h\($0).example.org", sequence: $0) }
  private var bytes: [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }

  @Test("gzip and zstd are read as what is in them, whatever the file is called")
  func formats() throws {
    let scratch = try Scratch()
    let packed = try gzip(bytes, in: scratch, "a")
    #expect(try read(file: packed).lines == lines)
    #expect(try read(file: try scratch.write("b.jsonl", zstd(bytes))).lines == lines)
    #expect(try read(file: try scratch.write("c.gz", bytes)).lines == lines)
    #expect(try read(file: try scratch.write("empty", [])).lines.isEmpty)
  }

  @Test("members and frames behind one another are one text")
  func members() throws {
    let scratch = try Scratch()
    let packed = try contents(gzip(bytes, in: scratch, "a"))
    #expect(try read(file: try scratch.write("two.gz", packed + packed)).lines == lines + lines)
    let frames = zstd(bytes) + zstd(bytes)
    #expect(try read(file: try scratch.write("two.zst", frames)).lines == lines + lines)
  }

  @Test("a file that is cut short gives what is before the cut, and an error that says how much")
  func cut() throws {
    let scratch = try Scratch()
    let packed = try contents(gzip(bytes, in: scratch, "a"))
    for (format, whole) in [("gzip", packed), ("zstd", zstd(bytes))] {
      for count in [7, whole.count / 2, whole.count - 1] {
        let file = try scratch.write("cut", Array(whole[..<count]))
        let reading = try read(file: file)
        let failure = try #require(reading.failure, "\(format) \(count)")
        #expect(failure.description.contains("\(format) data end too early"), "\(failure)")
        #expect(failure.description.contains("bytes of text"))
        #expect(failure.description.hasPrefix("audit.jsonl:\(reading.lines.count + 1):"))
        #expect(reading.lines == Array(lines.prefix(reading.lines.count)))
      }
    }
  }

  @Test("damaged data, and what stands behind them, are errors and never a crash")
  func damaged() throws {
    let scratch = try Scratch()
    let packed = try contents(gzip(bytes, in: scratch, "a"))
    var random = SeededRandom(7)
    for whole in [packed, zstd(bytes)] {
      for _ in 0..<60 {
        var copy = whole
        let place = Int.random(in: 8..<copy.count, using: &random)
        copy[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        let reading = try read(file: try scratch.write("damaged", copy))
        // zstd has no checksum here: a flipped bit may only change the text.
        if reading.failure == nil { #expect(reading.lines.count <= lines.count) }
      }
      let reading = try read(file: try scratch.write("behind", whole + Array("tail".utf8)))
      #expect(reading.failure != nil)
      #expect(reading.lines == lines)
    }
  }

  @Test("other compressions are named, with the tool that undoes them")
  func others() throws {
    let scratch = try Scratch()
    let xz: [UInt8] = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00]
    let failure = try #require(try read(file: try scratch.write("a.xz", xz)).failure)
    #expect(failure.description.contains("xzcat"))
  }
}

private func contents(_ path: String) throws -> [UInt8] {
  try OpenFileContents.read(path)
}
