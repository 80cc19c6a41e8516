/// The sets of ports of a list, each once: few lists have more than a handful.
struct PortSetTable {
  /// What ``RuleRow/portSet`` is an index into.
  private(set) var sets: [PortSet] = [.standard, .all]
  private var indices: [PortSet: UInt32] = [:]
  /// The index of spellings of at most eight bytes that were met, so that `:443` on every line is
  /// understood once.
  private var spellings: [UInt64: UInt32] = [:]

  /// Index of ``PortSet/standard``.
  static let standard: UInt32 = 0
  /// Index of ``PortSet/all``.
  static let all: UInt32 = 1
  /// More spellings than that are understood each time.
  private static let spellingLimit = 1024

  /// The index of what stands behind the colon.
  mutating func index(parsing text: Span<UInt8>) -> Result<UInt32, PortSet.Problem> {
    let packed = text.packed
    if let packed, let known = spellings[packed] { return .success(known) }
    let set: PortSet
    switch PortSet.parse(text) {
    case .success(let parsed): set = parsed
    case .failure(let problem): return .failure(problem)
    }
    let index = index(of: set)
    if let packed, spellings.count < Self.spellingLimit { spellings[packed] = index }
    return .success(index)
  }

  private mutating func index(of set: PortSet) -> UInt32 {
    if set == .standard { return Self.standard }
    if set == .all { return Self.all }
    if let known = indices[set] { return known }
    let index = UInt32(sets.count)
    sets.append(set)
    indices[set] = index
    return index
  }
}
