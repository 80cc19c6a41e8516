import Testing

@testable import Domains

@Suite("Compiled images from outside")
struct ImageTests {
  static func list(_ rules: String, name: String = "x") throws -> Allowlist {
    try Allowlist.parse(
      Array("sluice-allowlist 1\nname: \(name)\nversion: 1\n\(rules)".utf8), file: "\(name).allow",
      digest: "00")
  }

  static func image(_ rules: String, seed: UInt64 = 1) throws -> [UInt8] {
    let matcher = Matcher([Matcher.Source(list: try list(rules))], seed: seed)
    return matcher.image.indices.map { matcher.image[$0] }
  }

  /// Why an image is refused; `nil` if it is taken.
  static func complaint(_ bytes: [UInt8]) throws -> String? {
    let copy = ImageMemory(copying: bytes.span)
    let memory = try #require(copy)
    do throws(ImageError) {
      _ = try Matcher(image: memory)
      return nil
    } catch {
      return error.problem
    }
  }

  static let small = "a.com\n*.b.com :22\n!!h.com\nx-*.g.com\n"

  @Test("an image of which any byte is changed in any way is refused")
  func bytes() throws {
    let image = try Self.image(Self.small)
    #expect(try Self.complaint(image) == nil)
    for place in image.indices {
      // Each bit of the header; of the rest each byte in three ways.
      let changes = place < MatcherHeader.size ? (0..<8).map { 1 << $0 } : [1, 0x80, 0xFF]
      for change in changes {
        var damaged = image
        damaged[place] ^= UInt8(change)
        guard try Self.complaint(damaged) != nil else {
          Issue.record("byte \(place) changed by \(change) is taken")
          return
        }
      }
    }
  }

  @Test("an image that ends anywhere is refused, and one that goes on")
  func lengths() throws {
    let image = try Self.image(Self.small)
    for count in image.indices {
      let problem = try Self.complaint(Array(image[..<count]))
      let expected =
        count < 8
        ? "not a compiled allowlist"
        : count < 256
          ? "cut off in its header"
          : "\(count) bytes long, but it says \(image.count): cut off or damaged"
      guard problem == expected else {
        Issue.record("\(count) bytes: \(problem ?? "taken")")
        return
      }
    }
    for more in [1, 8, 64, 4096] {
      let problem = try Self.complaint(image + [UInt8](repeating: 0, count: more))
      #expect(problem?.hasSuffix("but it says \(image.count): cut off or damaged") == true)
    }
  }

  @Test("an image of another version, of another byte order, and what is no image, is told apart")
  func kinds() throws {
    let image = try Self.image(Self.small)
    var other = image
    other[MatcherHeader.versionAt] = 2
    #expect(
      try Self.complaint(other)
        == "compiled by another version of Sluice (image format 2, this is 1)")
    var turned = image
    turned.replaceSubrange(12..<16, with: image[12..<16].reversed())
    #expect(try Self.complaint(turned) == "compiled by a machine with another byte order")
    #expect(try Self.complaint([]) == "not a compiled allowlist")
    #expect(try Self.complaint(Array("sluice-allowlist 1\n".utf8)) == "not a compiled allowlist")
    #expect(throws: AllowlistError.self) { try Allowlist.parse(image, file: "x") }
    // What a transfer as text makes of it: other line ends, no eighth bit.
    let lineEnds = image.flatMap { $0 == 0x0D ? [] : [$0] }
    #expect(try Self.complaint(lineEnds) == "not a compiled allowlist")
    #expect(try Self.complaint(image.map { $0 & 0x7F }) == "not a compiled allowlist")
  }

  @Test("equal lists and seeds give equal bytes; another seed gives others, and the same answers")
  func seeds() throws {
    var world = RandomLists(seed: 77, rules: 300)
    let sources = try world.sources()
    let first = Matcher(sources, seed: 5)
    let again = Matcher(sources, seed: 5)
    let other = Matcher(sources, seed: 6)
    let isSame = first.image.isSame(as: again.image)
    let isOther = !first.image.isSame(as: other.image)
    #expect(isSame && isOther)
    var key = HostKey()
    for _ in 0..<2_000 {
      let (host, port, day) = world.question()
      let error = key.load(Array(host.utf8).span)
      try #require(error == nil)
      #expect(first.match(key, port: port, on: day) == other.match(key, port: port, on: day))
    }
  }

  @Test(
    "a list's file may be called anything: its image is taken, and shows what can be shown",
    arguments: [
      ("a\nb.allow", "a?b.allow"), ("\u{9B}31m.allow", "?31m.allow"),
      ("\u{202E}wolla.x", "?wolla.x"), ("bücher.allow", "bücher.allow"), ("", ""),
      (String(repeating: "é", count: 5_000), String(repeating: "é", count: 2_048)),
    ])
  func fileNames(_ file: String, _ shown: String) throws {
    let text = Array("sluice-allowlist 1\nname: x\nversion: 1\na.com\n".utf8)
    let list = try Allowlist.parse(text, file: file)
    let matcher = Matcher([Matcher.Source(list: list)], seed: 1)
    let copy = ImageMemory(copying: matcher.image)
    let memory = try #require(copy)
    #expect(try Matcher(image: memory).lists[0].file == shown)
  }
}
