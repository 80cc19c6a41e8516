/// Children of one node that globs tell apart.
extension ComparisonWalk {
  /// Compares the children that have no node. Says which areas were painted, and how; what they do
  /// not cover is as `inner.exactPaint` says then.
  mutating func paintGlobs(
    _ node: Int, _ partition: inout GlobPartition, _ number: Int32, _ inner: inout Above
  ) -> [(area: ListComparison.GlobArea, paint: Paint)] {
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
      let color = transition(sources, inner.hard).color
      colors.append(color)
      partition.colors[matches] = color
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

  /// Paints classes of labels, those that match the fewest globs first: what matches more globs and
  /// changed in the same way is covered.
  private mutating func paintAreas(
    _ node: Int, _ partition: GlobPartition, _ number: Int32, _ automaton: inout GlobAutomaton,
    _ colors: [UInt64], _ inner: inout Above
  ) -> [(area: ListComparison.GlobArea, paint: Paint)] {
    let isTaken = { [trie] (label: [UInt8]) in trie.hasChild(node, label) }
    let over = inner.exactPaint
    var painted: [(area: ListComparison.GlobArea, paint: Paint)] = []
    let order = automaton.classes.indices.sorted {
      (automaton.classes[$0].matches.count, $0) < (automaton.classes[$1].matches.count, $1)
    }
    for index in order where colors[index] != over.color {
      let matches = automaton.classes[index].matches
      automaton.budget.steps -= painted.count
      guard !automaton.isExhausted else {
        return giveUp(node, transition(partition.base, inner.hard), over, &inner)
      }
      if painted.contains(where: { $0.area.color == colors[index] && $0.area.covers(matches) }) {
        continue
      }
      guard let label = automaton.label(of: index, isTaken: isTaken) else { continue }
      let area = ListComparison.GlobArea(
        partition: number, color: colors[index], required: matches)
      areas.append(area)
      let chains = chains(partition, matches)
      let sources = (source(of: chains.old), source(of: chains.new))
      let paint = emit(
        .glob(Int32(areas.count - 1)), node, transition(sources, inner.hard), witness: label,
        over: [over] + painted.filter { $0.area.covers(matches) }.map(\.paint))
      painted.append((area, paint))
    }
    if automaton.isExhausted {
      return giveUp(node, transition(partition.base, inner.hard), over, &inner)
    }
    return painted
  }

  /// Says that the children of a node were not compared.
  private mutating func giveUp(
    _ node: Int, _ base: Transition, _ over: Paint, _ inner: inout Above
  ) -> [(area: ListComparison.GlobArea, paint: Paint)] {
    emit(.notCompared, node, base, over: [over])
    // No paint: children that have a node were compared, and each change of theirs is recorded.
    inner.exactPaint = Paint(color: .max)
    return []
  }
}
