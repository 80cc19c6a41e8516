/// A generated allowlist of a given size, and names that are not in it.
package struct RuleSet: Sendable {
  /// What a rule covers, in the spelling of the format.
  package enum Kind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// `example.com`
    case exact
    /// `*.example.com`
    case below
    /// `+.example.com`
    case apexAndBelow
  }

  /// The names of the rules, without what stands in front of a wildcard.
  package private(set) var names = PackedNames()
  package private(set) var kinds: [Kind] = []
  /// More names from the same source.
  package private(set) var heldOut = PackedNames()
  package let seed: UInt64

  /// The sizes that the tables have.
  package static let sizes = [200, 10_000, 100_000, 1_000_000]

  /// Makes `size` rules: 40 % exact, 35 % `*.`, 25 % `+.`.
  ///
  /// - Parameter heldOut: how many other names to make.
  package init(size: Int, seed: UInt64, heldOut: Int) {
    self.seed = seed
    var source = NameSource(seed: seed, newSiteShare: Self.newSiteShare(size))
    var random = SeededRandom(seed: seed ^ 0x6b69_6e64)
    kinds.reserveCapacity(size)
    for _ in 0..<size {
      names.append(source.next())
      let share = random.share()
      kinds.append(share < 0.40 ? .exact : share < 0.75 ? .below : .apexAndBelow)
    }
    for _ in 0..<heldOut { self.heldOut.append(source.next()) }
  }

  package var count: Int { kinds.count }

  /// Chosen so that a trie has 1.85, 1.63, 1.50 and 1.28 nodes a rule at the four sizes, as tries of
  /// samples of real lists have.
  private static func newSiteShare(_ size: Int) -> Double {
    switch size {
    case ..<1_000: 0.92
    case ..<30_000: 0.71
    case ..<300_000: 0.55
    default: 0.23
    }
  }

  /// The rules as a text in the format `sluice-allowlist 1`; the number of a rule is its place.
  package func listText() -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(names.bytes.count + 4 * count + 1024)
    text.append(
      contentsOf: "sluice-allowlist 1\nname: generated-\(count)\nversion: 1\n".utf8)
    for index in 0..<count {
      if index % Self.rulesPerSection == 0 {
        text.append(contentsOf: "\n[Part \(index / Self.rulesPerSection + 1)] owner=@bench\n".utf8)
      }
      switch kinds[index] {
      case .exact: break
      case .below: text.append(contentsOf: "*.".utf8)
      case .apexAndBelow: text.append(contentsOf: "+.".utf8)
      }
      text.append(contentsOf: names[index])
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }

  private static let rulesPerSection = 1_000

  // MARK: - What it is like

  /// Bytes of a rule's name.
  package var averageBytes: Double { Double(names.bytes.count) / Double(count) }

  /// Labels of a rule's name.
  package var averageDepth: Double {
    let dots = names.bytes.count { $0 == UInt8(ascii: ".") }
    return Double(dots) / Double(count) + 1
  }

  /// Distinct names in the closure of the rules' names under taking off the first label, for each
  /// rule. Makes a set of all of them.
  package func nodesPerRule() -> Double {
    var nodes: Set<ArraySlice<UInt8>> = []
    for index in 0..<count {
      var rest = names[index]
      while true {
        // A name that is known has all above it known too.
        guard nodes.insert(rest).inserted, let dot = rest.firstIndex(of: UInt8(ascii: ".")) else {
          break
        }
        rest = rest[(dot + 1)...]
      }
    }
    return Double(nodes.count) / Double(count)
  }
}
