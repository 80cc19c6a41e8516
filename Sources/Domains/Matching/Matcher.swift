/// The compiled form of an environment's lists: any number of lists, composed, immutable, shared by
/// all workers without a lock.
///
/// It is a trie over reversed labels, laid flat: a node is the suffix of a name at a label boundary
/// and is found by the hash of its bytes in one table of buckets, so that no pointer is chased. A
/// lookup walks from the right towards the full name and stops at the first node that has nothing
/// below it. The name of the node that decides is compared before it is believed: a collision of
/// hashes costs time and never changes an answer.
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
    /// Of an ``Outcome/allow``: one of the rules that allow it has `protocol=any`.
    public var allowsAnyProtocol: Bool
    public var rule: RuleIndex

    public init(outcome: Outcome, rule: RuleIndex, allowsAnyProtocol: Bool = false) {
      self.outcome = outcome
      self.allowsAnyProtocol = allowsAnyProtocol
      self.rule = rule
    }
  }

  /// What the matcher knows of a list.
  public struct List: Sendable {
    public let name: String
    public let version: String
    /// As the caller of ``Allowlist/parse(_:file:digest:)`` gave it; empty if unknown.
    public let digest: String
    /// `name@version`.
    public let label: String
    public let file: String
    public let use: Use
    /// The rule that line 1 of the list would be.
    let firstRule: UInt32
    let lineCount: UInt32
    /// The list's text, for ``Matcher/source(of:)``, shared with the list; `nil` of a matcher that was
    /// loaded from an image.
    let text: [UInt8]?
  }

  /// The lists, in the order in which they were given.
  public let lists: [List]
  /// The number of rules that take part.
  public var ruleCount: Int { tables.ruleCount }

  /// The most rules in one matcher.
  public static let ruleLimit = 1 << 24

  let tables: MatcherTables

  /// Compiles lists. Earlier lists, then earlier lines, come first where rules are otherwise equal.
  ///
  /// - Parameter seed: of the hash; random in production, so that names cannot be prepared for it.
  /// - Precondition: at most ``ruleLimit`` rules in all, and names that take at most 256 MiB at 6 bits a
  ///   byte and seven bytes more for each rule.
  public convenience init(_ sources: [Source], seed: UInt64) {
    self.init(sources, seed: seed, hashMask: .max)
  }

  /// As ``init(_:seed:)``, with other names for the files of the lists: to compile again what was
  /// compiled elsewhere.
  public convenience init(_ sources: [Source], seed: UInt64, files: [String]) {
    precondition(files.count == sources.count)
    self.init(sources, seed: seed, hashMask: .max, files: files)
  }

  /// `hashMask` leaves only some bits of each hash, for tests that need collisions.
  init(_ sources: [Source], seed: UInt64, hashMask: UInt64, files: [String]? = nil) {
    let files = files ?? sources.map(\.list.file)
    var builder = MatcherBuilder(sources, files, seed: seed, hashMask: hashMask)
    tables = MatcherTables(builder.build())
    lists = zip(zip(tables.listRows, sources), files).map { List($0.0, $0.1.list, file: $1) }
  }

  /// Takes a compiled image (see ``image``), after a check of everything in it: each length, each
  /// reference, each flag and a check value over all bytes. What passes cannot make a lookup read
  /// outside the image or go on for ever. Whether the image says what the text of its lists says is
  /// another question: compile the text again with ``seed`` and compare.
  public init(image: ImageMemory) throws(ImageError) {
    tables = MatcherTables(try MatcherImageCheck.check(image))
    lists = try MatcherImageCheck.lists(tables)
  }

  /// Whether bytes start as those of an image do, so that they are no list, and worth loading as one.
  public static func isImage(_ bytes: Span<UInt8>) -> Bool { MatcherImageCheck.isImage(bytes) }

  /// The same rules, with one form of the straight lookup, for the test that all forms agree.
  init(_ other: Matcher, isLarge: Bool, by way: Int32) {
    tables = MatcherTables(other.tables.memory, isLarge: isLarge, by: way)
    lists = other.lists
  }

  /// The compiled form, to be written to a file. Two matchers of equal lists and equal seed have equal
  /// images, on machines of one byte order.
  public var image: Span<UInt8> {
    @_lifetime(borrow self) get { unsafe _overrideLifetime(tables.unownedImage, borrowing: self) }
  }

  /// What all lookups hash with.
  public var seed: UInt64 { tables.hash.seed }
}
