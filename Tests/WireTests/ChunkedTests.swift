import Testing

@testable import Wire

/// Chunked bodies: strict, and the same however they are cut.
@Suite struct ChunkedTests {
  enum Outcome: Equatable {
    case end(body: String, trailers: String = "", consumed: Int)
    case unfinished(body: String)
    case invalid(RefusalDetail)
  }

  /// Decodes `bytes`, given in pieces that end at `cuts` and at the end.
  func decode(_ bytes: [UInt8], cuts: [Int] = []) -> Outcome {
    var decoder = ChunkedDecoder()
    var body: [UInt8] = []
    var trailers: [UInt8] = []
    var start = 0
    for cut in cuts + [bytes.count] {
      let piece = Array(bytes[start..<cut])
      var at = 0
      reading: while true {
        switch decoder.next(piece.span, from: at) {
        case .data(let range):
          body += piece[Int(range.start)..<Int(range.end)]
          at = Int(range.end)
        case .trailer(let range):
          #expect(range.end > range.start)
          trailers += piece[Int(range.start)..<Int(range.end)]
          at = Int(range.end)
        case .needMore(let consumed):
          #expect(consumed == piece.count)
          break reading
        case .end(let consumed):
          return .end(
            body: latin1(body), trailers: latin1(trailers), consumed: start + consumed)
        case .invalid(let detail): return .invalid(detail)
        }
      }
      start = cut
    }
    return .unfinished(body: latin1(body))
  }

  /// Body, and behind a bar the trailer lines.
  static let good: [(String, String, String)] = [
    ("an empty body", "0\r\n\r\n", ""),
    ("one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello"),
    ("two chunks", "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello"),
    (
      "hexadecimal of both cases", "a\r\n0123456789\r\nB\r\n01234567890\r\n0\r\n\r\n",
      "012345678901234567890"
    ),
    ("leading zeros up to 16 digits", "0000000000000005\r\nhello\r\n0000\r\n\r\n", "hello"),
    ("line ends in the data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"),
    ("an extension", "5;a\r\nhello\r\n0;b=c\r\n\r\n", "hello"),
    ("two extensions", "5;a=b;c=\"d;\\\" \u{e4}\"\r\nhello\r\n0\r\n\r\n", "hello"),
    (
      "trailers", "5\r\nhello\r\n0\r\nX: y\r\nContent-Length: 7\r\nHost: evil.test\r\n\r\n",
      "hello|X: y\r\nContent-Length: 7\r\nHost: evil.test\r\n"
    ),
    ("an empty trailer value", "0\r\nX:\r\n\r\n", "|X:\r\n"),
  ]

  @Test("a good body is decoded, whole and cut at every byte and pair of bytes", arguments: good)
  func goodBody(says: String, text: String, body: String) {
    let next = latin1("GET http://")
    let bytes = latin1(text)
    let parts = body.split(separator: "|", omittingEmptySubsequences: false)
    let expected = Outcome.end(
      body: String(parts[0]), trailers: parts.count > 1 ? String(parts[1]) : "",
      consumed: bytes.count)
    #expect(decode(bytes + next) == expected)
    #expect(decode(bytes, cuts: Array(0...bytes.count)) == expected)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        #expect(decode(bytes + next, cuts: [first, second]) == expected)
      }
    }
    for count in 0..<bytes.count {
      guard case .unfinished = decode(Array(bytes[..<count])) else {
        Issue.record("ended early at \(count)")
        continue
      }
    }
  }

  static let bad: [(String, String, RefusalDetail)] = [
    ("no digits", "\r\n", .chunkSizeMalformed), ("a plus sign", "+5\r\n", .chunkSizeMalformed),
    ("a minus sign", "-5\r\n", .chunkSizeMalformed), ("0x", "0x5\r\n", .chunkSizeMalformed),
    ("an underscore", "1_0\r\n", .chunkSizeMalformed),
    ("a leading space", " 5\r\n", .chunkSizeMalformed),
    ("a trailing space", "5 \r\n", .chunkSizeMalformed),
    ("a trailing tab", "5\t\r\n", .chunkSizeMalformed),
    ("a letter that is no digit", "g\r\n", .chunkSizeMalformed),
    ("only an extension", ";a\r\n", .chunkSizeMalformed),
    ("NUL", "5\u{0}\r\n", .chunkSizeMalformed),
    ("17 digits", "00000000000000005\r\n", .chunkSizeTooLarge),
    ("2^63", "8000000000000000\r\n", .chunkSizeTooLarge),
    ("2^64", "10000000000000000\r\n", .chunkSizeTooLarge),
    ("all ones", "ffffffffffffffff\r\n", .chunkSizeTooLarge),
    ("a size that ends in bare LF", "5\nhello", .chunkLineEnd),
    ("a size that ends in bare CR", "5\rhello", .chunkLineEnd),
    ("CR CR LF after the size", "5\r\r\nhello", .chunkLineEnd),
    ("data longer than its size", "5\r\nhello!\r\n", .chunkLineEnd),
    ("data that ends in bare LF", "5\r\nhello\n0\r\n\r\n", .chunkLineEnd),
    ("data that ends in bare CR", "5\r\nhello\r0\r\n\r\n", .chunkLineEnd),
    ("data with no line end", "5\r\nhello0\r\n\r\n", .chunkLineEnd),
    ("an extension with no name", "5;\r\n", .chunkExtensionMalformed),
    ("an extension with two separators", "5;;a\r\n", .chunkExtensionMalformed),
    ("an extension with no value", "5;a=\r\n", .chunkExtensionMalformed),
    ("an extension with two values", "5;a=b=c\r\n", .chunkExtensionMalformed),
    ("an extension with a space", "5; a\r\n", .chunkExtensionMalformed),
    ("an extension with NUL", "5;a\u{0}\r\n", .chunkExtensionMalformed),
    ("an extension that ends in bare LF", "5;a\nhello", .chunkLineEnd),
    ("an extension that ends in bare CR", "5;a\rhello", .chunkLineEnd),
    ("a quoted extension over a line end", "5;a=\"b\r\nc\"\r\nhello", .chunkExtensionMalformed),
    ("an escaped line end in quotes", "5;a=\"\\\n\"\r\nhello", .chunkExtensionMalformed),
    ("text after a quoted extension", "5;a=\"b\"c\r\n", .chunkExtensionMalformed),
    (
      "an extension of 257 bytes", "5;" + String(repeating: "a", count: 257) + "\r\n",
      .chunkExtensionTooLong
    ),
    (
      "an extension of 64 KiB", "5;" + String(repeating: "a", count: 65536) + "\r\n",
      .chunkExtensionTooLong
    ),
    ("a trailer with no name", "0\r\n: x\r\n\r\n", .trailerMalformed),
    ("a trailer with no colon", "0\r\nX\r\n\r\n", .trailerMalformed),
    ("a folded trailer", "0\r\nX: y\r\n z\r\n\r\n", .trailerMalformed),
    ("a trailer with a space before the colon", "0\r\nX : y\r\n\r\n", .trailerMalformed),
    ("a trailer with NUL", "0\r\nX: \u{0}\r\n\r\n", .trailerMalformed),
    ("a trailer that ends in bare LF", "0\r\nX: y\n\r\n", .trailerMalformed),
    ("a trailer that ends in bare CR", "0\r\nX: y\rZ: w\r\n\r\n", .trailerMalformed),
    ("a body that ends in CR and something else", "0\r\n\rX", .trailerMalformed),
    ("a body that ends in bare LF", "0\r\n\n", .trailerMalformed),
    (
      "trailers of more than 8192 bytes",
      "0\r\n" + String(repeating: "X: y\r\n", count: 1400) + "\r\n", .trailerTooLong
    ),
    (
      "a request where the last chunk should be", "5\r\nhello\r\nGET / HTTP/1.1\r\n\r\n",
      .chunkSizeMalformed
    ),
  ]

  @Test("a bad body is refused, whole and byte by byte", arguments: bad)
  func badBody(says: String, text: String, detail: RefusalDetail) {
    let bytes = latin1(text)
    #expect(decode(bytes) == .invalid(detail))
    #expect(decode(bytes, cuts: Array(0...bytes.count)) == .invalid(detail))
  }

  @Test("a body with no last chunk never ends")
  func unfinished() {
    #expect(decode(latin1("5\r\nhello\r\n")) == .unfinished(body: "hello"))
    #expect(decode(latin1("7fffffffffffffff\r\nhello")) == .unfinished(body: "hello"))
  }

  @Test("end and fault are repeated by every later call")
  func repeats() {
    let good = latin1("0\r\n\r\nX")
    var decoder = ChunkedDecoder()
    #expect(decoder.next(good.span, from: 0) == .end(5))
    #expect(decoder.next(good.span, from: 5) == .end(5))
    let bad = latin1("5;\r\n5\r\nhello")
    decoder = ChunkedDecoder()
    #expect(decoder.next(bad.span, from: 0) == .invalid(.chunkExtensionMalformed))
    #expect(decoder.next(bad.span, from: 4) == .invalid(.chunkExtensionMalformed))
  }

  @Test("the longest extension and the longest trailers pass")
  func limits() {
    let name = String(repeating: "a", count: 254)
    let ok = "5;\(name)\r\nhello\r\n0\r\n\r\n"
    #expect(decode(latin1(ok)) == .end(body: "hello", consumed: ok.utf8.count))
    let line = "X: " + String(repeating: "y", count: 8192 - 5) + "\r\n"
    #expect(
      decode(latin1("0\r\n\(line)\r\n")) == .end(body: "", trailers: line, consumed: 3 + 8192 + 2))
  }

  @Test(
    "a chunk header is the length in hexadecimal",
    arguments: [
      (1, "1\r\n"), (15, "f\r\n"), (16, "10\r\n"), (255, "ff\r\n"), (65536, "10000\r\n"),
      (Int.max, "7fffffffffffffff\r\n"),
    ])
  func header(length: Int, text: String) {
    var out = [UInt8](repeating: 0, count: ChunkHeader.maximumLength)
    var target = out.mutableSpan
    let written = ChunkHeader.write(length, into: &target)
    #expect(written.map { latin1(out[..<$0]) } == text)
    var small = [UInt8](repeating: 0, count: text.utf8.count - 1)
    var smallTarget = small.mutableSpan
    #expect(ChunkHeader.write(length, into: &smallTarget) == nil)
  }

  @Test("what is framed in chunks is decoded to itself")
  func roundTrip() {
    var random = SeededGenerator(state: 7)
    for _ in 0..<200 {
      var body: [UInt8] = []
      var coded: [UInt8] = []
      for _ in 0..<Int.random(in: 0...5, using: &random) {
        let size = Int.random(in: 1...300, using: &random)
        let data = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
        var header = [UInt8](repeating: 0, count: ChunkHeader.maximumLength)
        var target = header.mutableSpan
        let written = ChunkHeader.write(size, into: &target) ?? 0
        coded += header[..<written] + data + latin1("\(ChunkHeader.lineEnd)")
        body += data
      }
      coded += latin1("\(ChunkHeader.last)")
      let cut = Int.random(in: 0...coded.count, using: &random)
      #expect(decode(coded, cuts: [cut]) == .end(body: latin1(body), consumed: coded.count))
    }
  }
}
