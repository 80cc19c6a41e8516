import Domains

/// Makes the streams for a list. What it draws depends on the list and the seed alone.
package struct StreamMaker {
  private let subjects: Subjects
  private let reference: Reference
  private let foreign: PackedNames
  private let seed: UInt64
  /// Shares of queries by popularity that rules decide, for ``QueryStream/Kind/zipf`` and
  /// ``QueryStream/Kind/replay``.
  private let shares: (zipf: Double, replay: Double)
  private var labels: NameSource
  private var random: SeededRandom

  /// Queries of a whole stream: more text than the caches near a core hold, and more names than a
  /// branch predictor learns.
  package static let wholeCount = 262_144
  /// Names that are not in the list.
  package static let foreignCount = 100_000

  /// - Parameters:
  ///   - foreign: names that have nothing to do with the list; at least one.
  ///   - zipf, replay: the share of their names that come from the list.
  package init(
    _ subjects: Subjects, _ reference: Reference, foreign: PackedNames, seed: UInt64,
    zipf: Double, replay: Double
  ) {
    precondition(subjects.count > 0 && foreign.count > 0)
    self.subjects = subjects
    self.reference = reference
    self.foreign = foreign
    self.seed = seed
    shares = (zipf, replay)
    labels = NameSource(seed: seed, newSiteShare: 1)
    random = SeededRandom(seed: seed)
  }

  /// A stream of `count` queries, or of fewer where its kind has fewer.
  ///
  /// - Precondition: `kind` is not ``QueryStream/Kind/recorded``.
  package mutating func stream(_ kind: QueryStream.Kind, count: Int) -> QueryStream {
    // Each kind draws for itself, so that it does not matter which others are made.
    let ownSeed = kind.rawValue.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    labels = NameSource(seed: ownSeed, newSiteShare: 1)
    random = SeededRandom(seed: ownSeed)
    var stream = QueryStream(kind: kind)
    switch kind {
    case .hit: for _ in 0..<count { append(hit(), to: &stream) }
    case .near: for _ in 0..<count { append(miss(isNear: true), to: &stream) }
    case .uniform: for _ in 0..<count { append(miss(isNear: false), to: &stream) }
    case .miss: for _ in 0..<count { append(miss(isNear: random.chance(0.5)), to: &stream) }
    case .mix, .latency:
      for _ in 0..<count {
        append(random.chance(0.5) ? hit() : miss(isNear: random.chance(0.5)), to: &stream)
      }
    case .zipf: appendPopular(count, to: &stream)
    case .replay: appendReplay(min(count, Self.replayCount), to: &stream)
    case .same:
      let name = hit()
      let answer = reference.answer(String(decoding: name, as: UTF8.self))
      for _ in 0..<count { stream.append(name, spelled: name, answer) }
    case .recorded: preconditionFailure("recorded names are given, not made")
    }
    return stream
  }

  /// The stream of names that somebody recorded, in canonical form, and as they stood there: few
  /// names several times, or their lookups would be too short for the clock.
  ///
  /// - Precondition: there is a name.
  package func recorded(_ names: [(canonical: String, raw: [UInt8])]) -> QueryStream {
    var stream = QueryStream(kind: .recorded)
    repeat {
      for name in names {
        let answer = reference.answer(name.canonical)
        stream.append(Array(name.canonical.utf8), spelled: name.raw, answer)
      }
    } while stream.count < Self.recordedLeast
    return stream
  }

  private static let recordedLeast = 4_096

  // MARK: - One name

  private static let longShare = 0.014
  private static let capitalsShare = 0.03
  private static let trailingDotShare = 0.02

  /// A name that a rule drawn at random covers.
  private mutating func hit() -> [UInt8] {
    var rule = random.below(subjects.count)
    guard random.chance(Self.longShare) else {
      return subjects.name(coveredBy: rule, &labels, &random)
    }
    // A long name needs a wildcard that it can stand below.
    for _ in 0..<32 {
      switch subjects.kinds[rule] {
      case .below, .apexAndBelow: return lengthened(Array(subjects.names[rule]))
      case .exact, .oneLabel, .glob: rule = random.below(subjects.count)
      }
    }
    return subjects.name(coveredBy: rule, &labels, &random)
  }

  /// A name that no rule covers, unless the list covers nearly everything.
  private mutating func miss(isNear: Bool) -> [UInt8] {
    var name: [UInt8] = []
    for _ in 0..<64 {
      name = isNear ? nearMiss() : Array(foreign[random.below(foreign.count)])
      if random.chance(Self.longShare) { name = lengthened(name) }
      if HostKey.accepts(name),
        reference.answer(String(decoding: name, as: UTF8.self)).rule == .none
      {
        return name
      }
    }
    return HostKey.accepts(name) ? name : Array(foreign[random.below(foreign.count)])
  }

  private mutating func nearMiss() -> [UInt8] {
    let rule = random.below(subjects.count)
    let base = Array(subjects.names[rule])
    switch random.below(4) {
    case 0:
      return [UInt8(ascii: "x")] + base
    case 1:
      return base + [UInt8(ascii: ".")] + Array(foreign[random.below(foreign.count)])
    case 2 where subjects.kinds[rule] == .below:
      // The name that `*.` leaves out.
      return base
    case 2:
      return labels.hostLabel() + [UInt8(ascii: ".")] + base
    default:
      var typo = base
      let place = random.below(typo.count)
      if typo[place] != UInt8(ascii: ".") {
        typo[place] = UInt8(ascii: "a") + UInt8(random.below(26))
      }
      return typo
    }
  }

  /// With labels in front until it has more than 64 bytes.
  private mutating func lengthened(_ name: [UInt8]) -> [UInt8] {
    var name = name
    while name.count <= 64 { name = labels.hostLabel() + [UInt8(ascii: ".")] + name }
    return name
  }

  private mutating func append(_ name: [UInt8], to stream: inout QueryStream) {
    var raw = name
    if random.chance(Self.capitalsShare) {
      for place in raw.indices where raw[place].isLetter && random.chance(0.5) {
        raw[place] -= 0x20
      }
    }
    if random.chance(Self.trailingDotShare) { raw.append(UInt8(ascii: ".")) }
    stream.append(name, spelled: raw, reference.answer(String(decoding: name, as: UTF8.self)))
  }

  // MARK: - Names that come again

  /// Requests of a replay, and how many hosts they name: what 30,524 requests of recorded page loads
  /// have.
  private static let replayCount = 30_524
  private static let replayHosts = 2_689

  private mutating func population(_ count: Int, _ share: Double) -> [[UInt8]] {
    (0..<count).map { _ in random.chance(share) ? hit() : miss(isNear: false) }
  }

  private mutating func appendPopular(_ count: Int, to stream: inout QueryStream) {
    let names = population(min(Self.foreignCount, max(1, count)), shares.zipf)
    let ranks = Ranks(names.count)
    for _ in 0..<count { append(names[ranks.draw(&random)], to: &stream) }
  }

  /// Three of five requests are for one of the last sixteen hosts: a page asks its own hosts again
  /// and again, then comes the next page.
  private mutating func appendReplay(_ count: Int, to stream: inout QueryStream) {
    let names = population(Self.replayHosts, shares.replay)
    let ranks = Ranks(names.count)
    var recent: [Int] = []
    for number in 0..<count {
      var host = ranks.draw(&random)
      if !recent.isEmpty, random.chance(0.6) { host = recent[random.below(recent.count)] }
      if recent.count < 16 { recent.append(host) } else { recent[number % 16] = host }
      append(names[host], to: &stream)
    }
  }
}

/// Draws ranks so that the nth comes as often as 1/n of the first.
private struct Ranks {
  private var sums: [Double] = []

  init(_ count: Int) {
    var sum = 0.0
    for rank in 1...count {
      sum += 1 / Double(rank)
      sums.append(sum)
    }
  }

  func draw(_ random: inout SeededRandom) -> Int {
    let wanted = random.share() * sums[sums.count - 1]
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > wanted { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension HostKey {
  /// Whether these bytes are a host name.
  fileprivate static func accepts(_ name: [UInt8]) -> Bool {
    (try? Hostname(bytes: name.span)) != nil
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }
}
