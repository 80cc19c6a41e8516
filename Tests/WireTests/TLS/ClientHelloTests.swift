import Testing

@testable import Wire

@Suite("ClientHello: what is accepted") struct ClientHelloTests {
  @Test("real clients are read, whole and byte by byte", arguments: CapturedHello.all)
  func captured(_ hello: CapturedHello) {
    for piece in [Int.max, 1, 2, 7, 100] {
      let outcome = readHello(hello.bytes, piece: piece)
      #expect(latin1(outcome.name) == "allowed.example")
      #expect(outcome.end == hello.bytes.count)
      #expect(!outcome.hasEncryptedHello && !outcome.hasEarlyData)
    }
  }

  struct Shape: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    var name = "allowed.example"
    var hasEncryptedHello = false
    var hasEarlyData = false

    init(
      _ says: String, name: String = "allowed.example", ech: Bool = false, early: Bool = false,
      _ bytes: [UInt8]
    ) {
      testDescription = says
      self.bytes = bytes
      self.name = name
      hasEncryptedHello = ech
      hasEarlyData = early
    }

    init(
      _ says: String, name: String = "allowed.example", early: Bool = false,
      _ change: (inout HelloBuilder) -> Void
    ) {
      var builder = HelloBuilder()
      change(&builder)
      self.init(says, name: name, early: early, builder.records())
    }
  }

  static let shapes: [Shape] = [
    Shape("a post-quantum key share") { builder in
      builder.extensions = builder.extensions?.map {
        $0.type == 51 ? HelloBuilder.postQuantumShare : $0
      }
    },
    Shape("a browser with GREASE and GREASE ECH", ech: true, HelloBuilder.browser.records()),
    Shape("a session ticket of 2000 bytes") {
      $0.extensions?.append((35, [UInt8](repeating: 1, count: 2000)))
    },
    Shape("early data", early: true) { $0.extensions?.append((42, [])) },
    Shape("no extensions at all", name: "") { $0.extensions = nil },
    Shape("an empty list of extensions", name: "") { $0.extensions = [] },
    Shape("no server name", name: "") { $0.extensions = HelloBuilder.usual },
    Shape("no session id") { $0.session = [] },
    Shape("TLS 1.0 in the message") { $0.version = [3, 1] },
    Shape("capitals in the name, as they came", name: "ALLOWED.Example") {
      $0.extensions?[0] = HelloBuilder.serverName("ALLOWED.Example")
    },
    Shape("a name of 253 bytes", name: String(repeating: "a", count: 253)) {
      $0.extensions?[0] = HelloBuilder.serverName(String(repeating: "a", count: 253))
    },
    Shape("a name of one byte", name: "a") { $0.extensions?[0] = HelloBuilder.serverName("a") },
    Shape("64 extensions") { builder in
      for type in 0..<(64 - HelloBuilder.usual.count - 1) {
        builder.extensions?.append((UInt16(0x4000 + type), []))
      }
    },
    Shape("64 KiB", HelloBuilder.padded(to: 65536).records()),
    Shape("64 KiB in 512 records", HelloBuilder.padded(to: 65536).records(of: 128)),
    Shape("20 KB in records of 100 bytes", HelloBuilder.padded(to: 20_000).records(of: 100)),
    Shape("records of one byte", HelloBuilder().records(of: 1)),
    Shape("a record that ends within the name", HelloBuilder().records(of: 95)),
    Shape("record version 3.0", HelloBuilder().records(version: [3, 0])),
    Shape("record version 3.255", HelloBuilder().records(version: [3, 255])),
  ]

  @Test("every shape that servers take is read, however it is cut", arguments: shapes)
  func shaped(_ shape: Shape) {
    for piece in [Int.max, 1, 3, 1460, 16384] {
      let outcome = readHello(shape.bytes, piece: piece)
      #expect(outcome.fault == nil && outcome.end == shape.bytes.count)
      #expect(latin1(outcome.name) == shape.name)
      #expect(outcome.hasEncryptedHello == shape.hasEncryptedHello)
      #expect(outcome.hasEarlyData == shape.hasEarlyData)
    }
  }

  @Test("every beginning of a hello needs more")
  func beginnings() {
    for hello in CapturedHello.all {
      for count in 0..<hello.bytes.count {
        let outcome = readHello(Array(hello.bytes[..<count]))
        #expect(outcome.end == nil && outcome.fault == nil)
      }
    }
  }

  @Test("what follows the hello's record is not taken")
  func following() {
    let hello = HelloBuilder().records()
    for extra in [[23, 3, 3, 0, 1, 9], [22, 3, 1], [0]] as [[UInt8]] {
      #expect(readHello(hello + extra).end == hello.count)
      #expect(readHello(hello + extra, piece: hello.count).end == hello.count)
    }
  }

  @Test("the pieces that a hello comes in change nothing, sound or broken")
  func segmentation() {
    var random = SeededGenerator(state: 11)
    let all =
      Self.shapes.filter { $0.bytes.count < 3000 }.map(\.bytes) + CapturedHello.all.map(\.bytes)
      + HostileHelloTests.rows.map(\.bytes).filter { $0.count < 3000 }
    for bytes in all {
      let whole = readHello(bytes)
      for _ in 0..<20 {
        let largest = [2, 10, 200].randomElement(using: &random) ?? 2
        var cut = readHello(bytes) { Int.random(in: 1...largest, using: &random) }
        cut.seen = whole.seen
        // Of a refused hello, the name that was read before is the same too.
        #expect(cut == whole)
      }
    }
  }

  @Test("a broken hello never traps, and what is accepted is framed to the byte")
  func mutations() {
    var random = SeededGenerator(state: 12)
    let seeds =
      CapturedHello.all.map(\.bytes)
      + [HelloBuilder().records(), HelloBuilder().records(of: 40), HelloBuilder.browser.records()]
    var accepted = 0
    var refused = Set<ClientHelloFault>()
    for _ in 0..<100_000 {
      var bytes = seeds.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0..<min(bytes.count, 240), using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[at] = bytes[at] &+ 1
        case 2: bytes[at] = bytes[at] &- 1
        case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
        default: bytes.remove(at: at)
        }
      }
      let outcome = readHello(bytes)
      if let end = outcome.end {
        accepted += 1
        #expect(end <= bytes.count && bytes[0] == 22 && bytes[1] == 3)
        #expect(readHello(Array(bytes[..<end]), piece: 1).end == end)
      } else if let fault = outcome.fault {
        refused.insert(fault)
      }
    }
    #expect(accepted > 10_000 && refused.count > 12)
  }

  @Test(
    "the name is the one that was asked for in any case of letters, and nothing near it",
    arguments: [
      ("allowed.example", ServerName.Comparison.same), ("ALLOWED.example", .same),
      ("allowed.example.", .malformed), ("other.example", .other), ("a.allowed.example", .other),
      ("allowed.examplf", .other), ("allowed.exampl", .other), ("allowed.example\u{0}", .malformed),
      ("allowed.example\u{0}.evil.test", .malformed), ("allowed example", .malformed),
      (" allowed.example", .malformed), ("192.0.2.1", .malformed), ("2001:db8::1", .malformed),
      ("[2001:db8::1]", .malformed), ("allowed..example", .malformed), (".", .malformed),
      (".allowed.example", .malformed), ("allow\u{e9}d.example", .malformed),
      ("a_b.example", .other), ("*.example", .malformed),
      (String(repeating: "a", count: 64) + ".example", .malformed),
    ] as [(String, ServerName.Comparison)])
  func names(_ name: String, _ expected: ServerName.Comparison) {
    #expect(compareName(name, with: "allowed.example") == expected)
  }
}
