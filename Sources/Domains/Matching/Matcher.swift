/// The compiled form of an environment's lists: any number of lists, composed, immutable, shared by
/// all workers without a lock.
///
/// It is a trie over reversed labels, laid flat: a node is the suffix of a name at a label boundary
/// and is found by the hash of its bytes in one open-addressed table, so that no pointer is chased. A
/// lookup walks from the top-level label towards the full name and stops at the first node that has
/// nothing below it. A node that can decide anything is compared byte by byte before it is believed:
/// a collision of hashes costs time and never changes an answer.
///
/// docs/allowlists.md says which rule wins.
public final class Matcher: Sendable {
  /// How a list takes part.
  public enum Use: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// All rules.
    case all
    /// Only the `!!` rules, which hold in every environment.
    case hardDeniesOnly
  }

  public struct Source: Sendable {
    public var list: Allowlist
    public var use: Use

    public init(list: Allowlist, use: Use = .all) {
      self.list = list
      self.use = use
    }
  }

  /// A rule of one matcher, in the order of lists and lines.
  public struct RuleIndex: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt32
    /// No rule decided.
    public static let none = RuleIndex(rawValue: .max)

    public init(rawValue: UInt32) { self.rawValue = rawValue }
  }

  public enum Outcome: UInt8, Hashable, Sendable, CaseIterable, BitwiseCopyable {
    /// No rule is about this name.
    case unlisted
    case allow
    /// A `!` rule holds, or stands alone at the most specific rank for other ports.
    case deny
    /// A `!!` rule covers the name.
    case denyAlways
    /// The most specific rules allow the name, on other ports.
    case portNotAllowed
    /// The most specific rules allowed the name until an earlier day.
    case expired
  }

  /// The answer for a name and a port, and the rule that gave it: for ``Outcome/portNotAllowed`` and
  /// ``Outcome/expired`` the rule whose condition does not hold; ``RuleIndex/none`` for
  /// ``Outcome/unlisted``.
  public struct Match: Hashable, Sendable, BitwiseCopyable {
    public var outcome: Outcome
    public var rule: RuleIndex

    public init(outcome: Outcome, rule: RuleIndex) {
      self.outcome = outcome
      self.rule = rule
    }
  }

  /// What the matcher keeps of a list.
  public struct List: Sendable {
    public let name: String
    public let version: String
    /// As the caller of ``Allowlist/parse(_:file:digest:)`` gave it; empty if unknown.
    public let digest: String
    /// `name@version`.
    public let label: String
    public let file: String
    public let use: Use
    /// The text, for ``Matcher/source(of:)``; shared with the list.
    let text: [UInt8]
    /// The index of the list's first rule.
    let firstRule: Int
  }

  /// The lists, in the order in which they were given.
  public let lists: [List]
  /// The number of rules that take part.
  public let ruleCount: Int

  /// The most rules in one matcher.
  public static let ruleLimit = 1 << 24

  // The tables; MatcherLayout.swift says what is in them.
  let seed: UInt64
  let hashMask: UInt64
  let slots: FixedTable<UInt64>
  let nodes: FixedTable<UInt32>
  let entries: FixedTable<MatcherEntry>
  let globs: FixedTable<MatcherGlob>
  let portRanges: FixedTable<MatcherPortRange>
  let names: FixedTable<UInt8>
  let ruleRows: FixedTable<MatcherRuleRow>
  let listStarts: FixedTable<UInt32>
  let labels: FixedTable<UInt8>
  let labelEnds: FixedTable<UInt32>

  /// Compiles lists. Earlier lists, then earlier lines, come first where rules are otherwise equal.
  ///
  /// - Parameter seed: of the hash; random in production, so that names cannot be prepared for it.
  /// - Precondition: at most ``ruleLimit`` rules in all, and less than 4 GiB of names.
  public convenience init(_ sources: [Source], seed: UInt64) {
    self.init(sources, seed: seed, hashMask: .max)
  }

  /// `hashMask` leaves only some bits of each hash, for tests that need collisions.
  init(_ sources: [Source], seed: UInt64, hashMask: UInt64) {
    let builder = MatcherBuilder(sources, seed: seed, hashMask: hashMask)
    lists = builder.lists
    ruleCount = builder.ruleRows.count
    self.seed = seed
    self.hashMask = hashMask
    let image = builder.image()
    slots = FixedTable(image.slots)
    nodes = FixedTable(image.nodes)
    entries = FixedTable(image.entries)
    globs = FixedTable(image.globs)
    portRanges = FixedTable(builder.portRanges)
    names = FixedTable(builder.names)
    ruleRows = FixedTable(builder.ruleRows)
    listStarts = FixedTable(builder.lists.map { UInt32($0.firstRule) })
    labels = FixedTable(builder.lists.flatMap { Array($0.label.utf8) })
    var end: UInt32 = 0
    labelEnds = FixedTable(
      builder.lists.map { list in
        end += UInt32(list.label.utf8.count)
        return end
      })
  }
}
