/// The walk of ``ListComparison`` over the nodes of both sides, from the top-level labels down, in the
/// order of their labels.
///
/// It paints: a record covers the names of its shape, except those that a later record or cut below
/// it takes over, as the more specific rule of a list wins over the less specific one. So at each node
/// only what differs from the paint above needs a record.
struct ComparisonWalk {
  typealias Ground = ListComparison.Ground
  typealias Transition = ListComparison.Transition
  typealias Shape = ListComparison.Shape

  let trie: LabelTrie
  var table: VerdictTable
  var records: [ListComparison.Record] = []
  var cuts: [ListComparison.Cut] = []
  var areas: [ListComparison.GlobArea] = []
  var partitions: [GlobPartition] = []
  /// Chains of rules that decide together.
  var unions: [[Int32]] = []
  var budget = GlobAutomaton.Budget()
  private var unionNumbers: [[Int32]: Int32] = [:]

  init(trie: LabelTrie, table: VerdictTable) {
    self.trie = trie
    self.table = table
  }

  /// The most bytes in a name and in a label.
  static let nameLimit = 253
  static let labelLimit = 63

  /// What covers a part already: the colour, and the record that gave it (-1: none, nothing changed).
  struct Paint {
    var color: UInt64 = 0
    var record: Int32 = -1
  }

  /// What the nodes above say about a node.
  struct Above {
    /// The `!!` in force.
    var hard: (old: Int32, new: Int32) = (LabelTrie.none, LabelTrie.none)
    /// What decides for names below that have no better rule.
    var below: (old: Int32, new: Int32) = (LabelTrie.none, LabelTrie.none)
    /// The same for the node's own name.
    var exact: (old: Int32, new: Int32) = (LabelTrie.none, LabelTrie.none)
    var exactPaint = Paint()
    /// Other records that are about the node's own name; only where globs overlap.
    var otherPaints: [Paint] = []
    var belowPaint = Paint()
    /// Bytes of the parent's name and its dot.
    var length = 0
  }

  mutating func run(progress: (_ done: Int, _ total: Int) -> Void) {
    let total = trie.count
    var done = 0
    for node in trie.children(of: 0) {
      visit(Int(node), Above()) {
        done += 1
        if done & 0x3FFF == 0 { progress(done, total) }
      }
    }
  }

  /// At most 127 deep: a name has no more labels.
  private mutating func visit(_ node: Int, _ above: Above, _ count: () -> Void) {
    count()
    let old = trie.parts(.old, of: node)
    let new = trie.parts(.new, of: node)
    let length = above.length + trie.label(of: node).count
    var inner = above
    inner.length = length + 1
    if inner.hard.old == LabelTrie.none { inner.hard.old = old.hard }
    if inner.hard.new == LabelTrie.none { inner.hard.new = new.hard }
    if old.below != LabelTrie.none { inner.below.old = old.below }
    if new.below != LabelTrie.none { inner.below.new = new.below }

    let exact = transition(
      (
        old.exact != LabelTrie.none ? old.exact : above.exact.old,
        new.exact != LabelTrie.none ? new.exact : above.exact.new
      ), inner.hard)
    paintBelow(node, exact, &inner)
    let children = trie.children(of: node)
    let base = (
      old: old.oneLabel != LabelTrie.none ? old.oneLabel : inner.below.old,
      new: new.oneLabel != LabelTrie.none ? new.oneLabel : inner.below.new
    )
    let hasGlobs =
      (old.glob != LabelTrie.none && old.oneLabel == LabelTrie.none)
      || (new.glob != LabelTrie.none && new.oneLabel == LabelTrie.none)
    if hasGlobs {
      visitGlobs(node, base, inner, count)
      return
    }
    inner.exact = base
    inner.exactPaint = inner.belowPaint
    let oneLabel = transition(base, inner.hard)
    if oneLabel.color == inner.belowPaint.color {
      shortenWitness(inner.belowPaint, node) { $0 }
    } else if let label = freeLabel(of: node, longest: longestLabel(length)) {
      inner.exactPaint = emit(.oneLabel, node, oneLabel, witness: label, over: [inner.belowPaint])
    }
    for child in children { visit(Int(child), inner, count) }
  }

  /// Compares a node's own name, and what is deeper than its children.
  private mutating func paintBelow(_ node: Int, _ exact: Transition, _ inner: inout Above) {
    let length = inner.length - 1
    let below = transition(inner.below, inner.hard)
    var wrong = inner.exactPaint.color == exact.color ? [] : [inner.exactPaint]
    wrong += inner.otherPaints.filter { $0.color != exact.color }
    let isSaid = exact.color == 0 || wrong.count < inner.otherPaints.count + 1
    inner.otherPaints = []
    // A deeper name needs room for two labels and two dots.
    if below.color != inner.belowPaint.color,
      let label = freeLabel(of: node, longest: longestLabel(length + 2))
    {
      if exact.color == below.color, !wrong.isEmpty, !isSaid || exact.color == 0 {
        inner.belowPaint = emit(
          .apexAndBelow, node, exact, second: below, over: wrong + [inner.belowPaint])
        return
      }
      paintExact(node, exact, wrong, isSaid)
      inner.belowPaint = emit(
        .below, node, below, witness: label, isDeep: true, over: [inner.belowPaint])
      return
    }
    paintExact(node, exact, wrong, isSaid)
  }

  /// Cuts a node's own name out of the paints that are not right for it, and records what no paint
  /// says.
  private mutating func paintExact(
    _ node: Int, _ exact: Transition, _ wrong: [Paint], _ isSaid: Bool
  ) {
    if isSaid {
      cut(.exact, node, from: wrong)
    } else {
      emit(.exact, node, exact, over: wrong)
    }
  }

  private mutating func visitGlobs(
    _ node: Int, _ base: (old: Int32, new: Int32), _ above: Above, _ count: () -> Void
  ) {
    var inner = above
    let longest = longestLabel(above.length - 1)
    guard longest > 0 else { return }
    let children = trie.children(of: node)
    let partition = GlobPartition(trie, node, base: base, longest: longest) { old, new in
      !old.isEmpty && !new.isEmpty && conditions(of: old) == conditions(of: new)
    }
    // Below, other parents take the next numbers.
    let number = Int32(partitions.count)
    partitions.append(partition)
    inner.exactPaint = inner.belowPaint
    // Where both sides have the same globs and nothing else changed, a child is compared by its globs
    // only if one side alone has a rule for its name that goes before them.
    inner.exact = base
    let isSettled =
      !partition.isDiffering && inner.belowPaint.color == 0
      && transition(base, inner.hard).color == 0
    let claims = isSettled ? [] : paintGlobs(node, partition, number, &inner)
    let weight = claims.reduce(partition.globs.count) { $0 + 1 + $1.cuts.count }
    for child in children {
      let old = trie.parts(.old, of: Int(child))
      let new = trie.parts(.new, of: Int(child))
      let isUneven =
        (old.exact == LabelTrie.none) != (new.exact == LabelTrie.none)
        || (old.hard == LabelTrie.none) != (new.hard == LabelTrie.none)
      var below = inner
      if !isSettled || isUneven {
        budget.matches -= weight
        guard budget.matches > 0 else {
          emit(
            .nothingCompared, node, transition(base, inner.hard), over: [inner.belowPaint])
          break
        }
        matchGlobs(child, partition, claims, &below)
      }
      visit(Int(child), below, count)
    }
  }

  /// What globs say of a child that has a node.
  private mutating func matchGlobs(
    _ child: Int32, _ partition: GlobPartition, _ claims: [Claim], _ below: inout Above
  ) {
    let matches = partition.automaton.matches(trie.label(of: Int(child)))
    let chains = chains(partition, matches)
    below.exact = (source(of: chains.old), source(of: chains.new))
    guard !claims.isEmpty else { return }
    var paints = claims.filter { $0.holds(matches) }.map(\.paint)
    below.exactPaint = paints.popLast() ?? Paint()
    below.otherPaints = paints
  }

  // MARK: - Grounds

  /// The chains that decide for labels that match these globs.
  func chains(
    _ partition: GlobPartition, _ matches: [Int32]
  ) -> (old: [Int32], new: [Int32]) {
    var old = partition.isShadowed.old ? [] : partition.chains(.old, matches)
    var new = partition.isShadowed.new ? [] : partition.chains(.new, matches)
    if old.isEmpty, partition.base.old != LabelTrie.none { old = [partition.base.old] }
    if new.isEmpty, partition.base.new != LabelTrie.none { new = [partition.base.new] }
    return (old, new)
  }

  /// A source for chains that decide together.
  mutating func source(of chains: [Int32]) -> Int32 {
    if chains.count <= 1 { return chains.first ?? LabelTrie.none }
    if let number = unionNumbers[chains] { return number }
    let number = Int32(-2 - unions.count)
    unions.append(chains)
    unionNumbers[chains] = number
    return number
  }

  mutating func transition(
    _ sources: (old: Int32, new: Int32), _ hard: (old: Int32, new: Int32)
  ) -> Transition {
    Transition(old: ground(sources.old, hard.old), new: ground(sources.new, hard.new))
  }

  private mutating func ground(_ source: Int32, _ hard: Int32) -> Ground {
    if hard != LabelTrie.none { return Ground(verdict: VerdictTable.always, source: hard) }
    if source == LabelTrie.none {
      return Ground(verdict: VerdictTable.unlisted, source: source)
    }
    if source > LabelTrie.none {
      let member = trie.members[Int(source)]
      if member.next == LabelTrie.none {
        return Ground(verdict: table.verdict(of: member.condition), source: source)
      }
      return Ground(verdict: table.verdict(ofAll: Array(conditions(of: [source]))), source: source)
    }
    let chains = unions[-2 - Int(source)]
    return Ground(verdict: table.verdict(ofAll: Array(conditions(of: chains))), source: source)
  }

  private func conditions(of chains: [Int32]) -> Set<UInt32> {
    var result: Set<UInt32> = []
    for chain in chains {
      var next = chain
      while next != LabelTrie.none {
        let member = trie.members[Int(next)]
        result.insert(member.condition)
        next = member.next
      }
    }
    return result
  }

  // MARK: - Records

  /// The most bytes of a label in front of a name of `length` bytes; below 1: none fits.
  func longestLabel(_ length: Int) -> Int {
    min(Self.labelLimit, Self.nameLimit - length - 1)
  }

  /// Records a part whose colour is not that of the paint over it, or cuts it out of what was
  /// painted if nothing changed there.
  @discardableResult
  mutating func emit(
    _ shape: Shape, _ node: Int, _ transition: Transition, second: Transition? = nil,
    witness: [UInt8] = [], isDeep: Bool = false, over paints: [Paint]
  ) -> Paint {
    cut(shape, node, from: paints)
    guard transition.color != 0 || shape.isNotCompared else { return Paint() }
    records.append(
      ListComparison.Record(
        shape: shape, node: Int32(node), transition: transition, second: second,
        witness: witness, isDeep: isDeep))
    return Paint(color: transition.color, record: Int32(records.count - 1))
  }

  /// Takes a part out of what was painted.
  mutating func cut(_ shape: Shape, _ node: Int, from paints: [Paint]) {
    var done: [Int32] = []
    for paint in paints where paint.record >= 0 && !done.contains(paint.record) {
      done.append(paint.record)
      cuts.append(
        ListComparison.Cut(
          shape: shape, node: Int32(node), next: records[Int(paint.record)].firstCut))
      records[Int(paint.record)].firstCut = Int32(cuts.count - 1)
    }
  }

  /// Where the children of a node changed as all that is below, one of them is the better example.
  /// `label` makes its label from one that is free at the node, and leaves room for another in front.
  mutating func shortenWitness(_ paint: Paint, _ node: Int, _ label: ([UInt8]) -> [UInt8]?) {
    guard paint.record >= 0 else { return }
    let record = records[Int(paint.record)]
    guard Int(record.node) == node, record.isDeep, let label = label(record.witness) else { return }
    records[Int(paint.record)].isDeep = false
    records[Int(paint.record)].witness = label
  }

  /// The shortest label that no child of a node has; `nil` if there is none of at most `longest`
  /// bytes.
  func freeLabel(of node: Int, longest: Int) -> [UInt8]? {
    let alphabet = GlobAutomaton.alphabet
    guard longest > 0 else { return nil }
    for length in 1...longest {
      var digits = Array(repeating: 0, count: length)
      while true {
        let label = digits.map { alphabet[$0] }
        if !trie.hasChild(node, label) { return label }
        var place = length - 1
        while place >= 0, digits[place] == alphabet.count - 1 {
          digits[place] = 0
          place -= 1
        }
        if place < 0 { break }
        digits[place] += 1
      }
    }
    return nil
  }
}

extension ListComparison.GlobArea {
  /// Whether labels that match these globs match all that the area demands.
  func covers(_ matches: [Int32]) -> Bool { Self.covers(required, matches) }

  /// Whether `matches` holds all of `required`; both in order.
  static func covers(_ required: [Int32], _ matches: [Int32]) -> Bool {
    var place = 0
    for number in required {
      while place < matches.count, matches[place] < number { place += 1 }
      guard place < matches.count, matches[place] == number else { return false }
    }
    return true
  }
}
