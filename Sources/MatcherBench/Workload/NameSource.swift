/// Draws host names that look like those of real lists: their ends, lengths and depths have the
/// shares that ``Seeds`` gives, and some registered names have very many names below them. No name
/// comes twice.
package struct NameSource {
  private var random: SeededRandom
  private let words = Seeds.words.split { $0 == " " || $0 == "\n" }.map { Array($0.utf8) }
  private let suffixes = WeightedTexts(Seeds.suffixes)
  private let hostLabels = WeightedTexts(Seeds.hostLabels)
  private let registeredLengths = WeightedChoice(Seeds.registeredLengths)
  private let otherLengths = WeightedChoice(Seeds.otherLengths)

  /// Registered names that have a name below them, or are one themselves.
  private var sites = PackedNames()
  /// A site for each name below one: drawing from here makes the large ones grow.
  private var owners: [UInt32] = []
  /// Hashes of the names that were given out. Two names with one hash: the second is not given out.
  private var known: Set<UInt64> = []

  /// The probability that a name below a registered one is the first there.
  private let newSiteShare: Double

  /// The share of names that are registered ones themselves.
  private static let registeredShare = 0.38
  /// The share of names below registered ones that have one label more, or less.
  private static let hostLabelShare = 0.36

  /// - Parameter newSiteShare: the fewer new sites, the fewer nodes a trie of the names has.
  package init(seed: UInt64, newSiteShare: Double) {
    random = SeededRandom(seed: seed)
    self.newSiteShare = newSiteShare
  }

  /// The next name: lower case, without a trailing dot.
  package mutating func next() -> [UInt8] {
    while true {
      let name =
        random.chance(Self.registeredShare) ? registeredName() : nameBelow(siteToGrow())
      if name.count <= 253, known.insert(Self.hash(name)).inserted { return name }
    }
  }

  private mutating func registeredName() -> [UInt8] {
    let name = newSite()
    sites.append(name)
    return name
  }

  private mutating func newSite() -> [UInt8] {
    label(of: 1 + registeredLengths.draw(&random)) + [UInt8(ascii: ".")] + suffixes.draw(&random)
  }

  private mutating func siteToGrow() -> Int {
    if owners.isEmpty || random.chance(newSiteShare) {
      // Some of the registered names that are rules have rules below them too.
      if sites.count > 0, random.chance(0.1) {
        owners.append(UInt32(random.below(sites.count)))
      } else {
        sites.append(newSite())
        owners.append(UInt32(sites.count - 1))
      }
    } else {
      owners.append(owners[random.below(owners.count)])
    }
    return Int(owners[owners.count - 1])
  }

  private mutating func nameBelow(_ site: Int) -> [UInt8] {
    var name = hostLabel()
    let share = random.share()
    // Real names have one label more in three of four cases, and rarely five and more.
    let between = share < 0.76 ? 0 : share < 0.93 ? 1 : share < 0.955 ? 2 : share < 0.97 ? 3 : 4
    for depth in 0..<between {
      name.append(UInt8(ascii: "."))
      // A site has few labels of its own in the middle, or names would share no node there.
      var fixed = SeededRandom(seed: UInt64(site) << 8 | UInt64(depth << 2 | random.below(4)))
      name.append(contentsOf: hostLabels.draw(&fixed))
    }
    name.append(UInt8(ascii: "."))
    name.append(contentsOf: sites[site])
    return name
  }

  /// A label as they stand in front of registered names.
  package mutating func hostLabel() -> [UInt8] {
    random.chance(Self.hostLabelShare)
      ? hostLabels.draw(&random) : label(of: 1 + otherLengths.draw(&random))
  }

  /// A label of `count` bytes: words, now and then a hyphen or digits, cut off where it is full.
  private mutating func label(of count: Int) -> [UInt8] {
    var label: [UInt8] = []
    while label.count < count {
      let share = random.share()
      if share < 0.18 {
        label.append(contentsOf: String(random.below(1000)).utf8)
      } else if share < 0.28, !label.isEmpty {
        label.append(UInt8(ascii: "-"))
      }
      label.append(contentsOf: words[random.below(words.count)])
    }
    label.removeLast(label.count - count)
    if label[count - 1] == UInt8(ascii: "-") { label[count - 1] = UInt8(ascii: "s") }
    return label
  }

  /// FNV-1a, 64 bits.
  private static func hash(_ name: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return hash
  }
}
