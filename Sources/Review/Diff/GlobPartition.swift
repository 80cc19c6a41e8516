/// The globs of one parent that matter for a comparison, and what each set of them amounts to.
struct GlobPartition {
  /// A glob, and the chains of rules that each side has for it.
  struct Glob {
    let label: [UInt8]
    var old: [Int32] = []
    var new: [Int32] = []
  }

  private(set) var globs: [Glob] = []
  /// Whether a `?` of that side stands before its globs.
  let isShadowed: (old: Bool, new: Bool)
  /// What a side says where no glob of it matches: `?`, or what holds for everything below.
  let base: (old: Int32, new: Int32)
  /// Takes labels; explored elsewhere.
  private(set) var automaton = GlobAutomaton([], longest: 1)
  /// Whether any glob means something else on one side than on the other.
  private(set) var isDiffering = false

  /// - Parameters:
  ///   - longest: the most bytes that a label may have here.
  ///   - isSame: whether two sets of chains mean the same.
  init(
    _ trie: LabelTrie, _ node: Int, base: (old: Int32, new: Int32), longest: Int,
    isSame: ([Int32], [Int32]) -> Bool
  ) {
    let old = trie.parts(.old, of: node)
    let new = trie.parts(.new, of: node)
    self.base = base
    isShadowed = (old.oneLabel != LabelTrie.none, new.oneLabel != LabelTrie.none)
    var numbers: [[UInt8]: Int] = [:]
    for (side, isShadowed, first) in [
      (LabelTrie.Side.old, isShadowed.old, old.glob), (.new, isShadowed.new, new.glob),
    ] where !isShadowed {
      var next = first
      while next != LabelTrie.none {
        let glob = trie.globs[Int(next)]
        next = glob.next
        let label = Array(trie.label(of: glob))
        let number = numbers[label] ?? globs.count
        if number == globs.count {
          numbers[label] = number
          globs.append(Glob(label: label))
        }
        if side == .old {
          globs[number].old.append(glob.member)
        } else {
          globs[number].new.append(glob.member)
        }
      }
    }
    let texts = globs.map { (label: $0.label, isDiffering: !isSame($0.old, $0.new)) }
    isDiffering = texts.contains { $0.isDiffering }
    automaton = GlobAutomaton(texts, longest: longest)
  }

  /// The chains that decide on a side for labels that match these globs; empty: the base does.
  func chains(_ side: LabelTrie.Side, _ matches: [Int32]) -> [Int32] {
    var chains: [Int32] = []
    for number in matches {
      let glob = globs[Int(number)]
      chains += side == .old ? glob.old : glob.new
    }
    return chains
  }
}
