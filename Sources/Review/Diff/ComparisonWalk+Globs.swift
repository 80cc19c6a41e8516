/// Children of one node that globs tell apart.
extension ComparisonWalk {
  /// What a record says of labels: all that match these globs, without those that match a cut.
  struct Claim {
    let required: [Int32]
    let paint: Paint
    var cuts: [[Int32]] = []

    /// Whether the record is about labels that match these globs, and no others.
    func holds(_ matches: [Int32]) -> Bool {
      paint.record >= 0 && ListComparison.GlobArea.covers(required, matches)
        && !cuts.contains { ListComparison.GlobArea.covers($0, matches) }
    }
  }

  /// Compares the children that have no node. Returns what the records say of the labels there, or
  /// nothing where all are as `inner.exactPaint` says then.
  mutating func paintGlobs(
    _ node: Int, _ partition: GlobPartition, _ number: Int32, _ inner: inout Above
  ) -> [Claim] {
    let isTaken = { [trie] (label: [UInt8]) in trie.hasChild(node, label) }
    let base = transition(partition.base, inner.hard)
    let over = inner.belowPaint
    // Where nothing else changed, only labels that a differing glob matches can have changed.
    let onlyDiffering = base.color == 0 && over.color == 0
    let areHard = inner.hard.old != LabelTrie.none && inner.hard.new != LabelTrie.none
    if onlyDiffering, areHard { return [] }
    var automaton = partition.automaton
    automaton.budget = budget
    defer { budget = automaton.budget }
    guard automaton.explore(onlyDiffering: onlyDiffering) else {
      return giveUp(node, base, over, &inner)
    }
    var colors: [UInt64] = []
    for matches in automaton.classes.map(\.matches) {
      let chains = chains(partition, matches)
      let sources = (source(of: chains.old), source(of: chains.new))
      colors.append(transition(sources, inner.hard).color)
    }
    if let plain = automaton.classes.firstIndex(where: \.matches.isEmpty) {
      if base.color == over.color {
        shortenWitness(over, node) { _ in automaton.label(of: plain, isTaken: isTaken) }
      } else if let label = automaton.label(of: plain, isTaken: isTaken) {
        inner.exactPaint = emit(.oneLabel, node, base, witness: label, over: [over])
      }
    }
    return paintAreas(node, partition, number, &automaton, colors, &inner)
  }

  /// Paints classes of labels, those that match the fewest globs first. What a record says of its
  /// area holds for all classes in there that no cut takes out again, as people read it: so each class
  /// that changed in another way is cut out, and one that changed in no record's way gets its own.
  private mutating func paintAreas(
    _ node: Int, _ partition: GlobPartition, _ number: Int32, _ automaton: inout GlobAutomaton,
    _ colors: [UInt64], _ inner: inout Above
  ) -> [Claim] {
    let isTaken = { [trie] (label: [UInt8]) in trie.hasChild(node, label) }
    let over = inner.exactPaint
    var claims = [Claim(required: [], paint: over)]
    var weight = 1
    let order = automaton.classes.indices.sorted {
      (automaton.classes[$0].matches.count, $0) < (automaton.classes[$1].matches.count, $1)
    }
    for index in order where !automaton.classes[index].matches.isEmpty {
      let matches = automaton.classes[index].matches
      automaton.budget.steps -= weight
      guard !automaton.isExhausted else {
        return giveUp(node, transition(partition.base, inner.hard), over, &inner)
      }
      let claiming = claims.indices.filter { claims[$0].holds(matches) }
      let wrong = claiming.filter { claims[$0].paint.color != colors[index] }
      let isSaid = colors[index] == 0 || wrong.count < claiming.count
      if isSaid, wrong.isEmpty { continue }
      guard let label = automaton.label(of: index, isTaken: isTaken) else { continue }
      areas.append(ListComparison.GlobArea(partition: number, required: matches))
      let shape = ListComparison.Shape.glob(Int32(areas.count - 1))
      let paints = wrong.map { claims[$0].paint }
      for place in wrong { claims[place].cuts.append(matches) }
      weight += wrong.count
      if isSaid {
        cut(shape, node, from: paints)
        continue
      }
      let chains = chains(partition, matches)
      let sources = (source(of: chains.old), source(of: chains.new))
      let paint = emit(
        shape, node, transition(sources, inner.hard), witness: label, over: paints)
      claims.append(Claim(required: matches, paint: paint))
      weight += 1
    }
    if automaton.isExhausted {
      return giveUp(node, transition(partition.base, inner.hard), over, &inner)
    }
    return claims
  }

  /// Says that the children of a node were not compared.
  private mutating func giveUp(
    _ node: Int, _ base: Transition, _ over: Paint, _ inner: inout Above
  ) -> [Claim] {
    emit(.notCompared, node, base, over: [over])
    // No paint: children that have a node were compared, and each change of theirs is recorded.
    inner.exactPaint = Paint(color: .max)
    return []
  }
}
