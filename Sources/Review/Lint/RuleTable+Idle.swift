import Domains

/// Rules that change no answer. A rule is called idle only if without it every host, port and day gets
/// the answer that it gets now: with all the other rules there, and also with every rule gone that was
/// called idle before it. What is not plain to see is not idle.
extension RuleTable {
  /// Why a rule changes nothing.
  enum Idleness {
    /// An earlier row says it.
    case duplicate(of: Int32)
    /// Another row gives the same answer.
    case shadowed(by: Int32)
    /// A row that always decides in its place.
    case unreachable(by: Int32)
    /// Every name that it could be about is longer than names can be.
    case tooLong
  }

  private struct Key: Hashable {
    var node: Int32
    var glob: Int32
    var ports: Int32
    var until: Int32
    var kind: Kind
    var isDeny: Bool
    var allowsAnyProtocol: Bool
  }

  /// Finds all of them, in the order of the rows, after ``link()``. `report` gets the row.
  mutating func findIdle(_ report: (Int32, Idleness) -> Void, _ tick: (Int) -> Void) {
    // Half of the rows would be enough room for most lists; growing costs more than the memory.
    var seen: [Key: Int32] = Dictionary(minimumCapacity: rows.count)
    for index in rows.indices {
      let row = rows[index]
      let key = Key(
        node: row.node, glob: row.glob, ports: row.ports, until: row.until, kind: row.kind,
        isDeny: row.isDeny, allowsAnyProtocol: row.allowsAnyProtocol)
      if let first = seen[key] {
        rows[index].state = .duplicate
        report(Int32(index), .duplicate(of: first))
      } else {
        seen[key] = Int32(index)
      }
    }
    seen = [:]
    for index in rows.indices where rows[index].state == .live {
      if index & 0xFFFF == 0 { tick(index) }
      let number = Int32(index)
      guard idleness(of: number, World(withIdle: true, except: number)) != nil,
        let idleness = idleness(of: number, World(withIdle: false, except: number))
      else { continue }
      rows[index].state = .idle
      report(number, idleness)
    }
  }

  private func idleness(of number: Int32, _ world: World) -> Idleness? {
    let row = rows[Int(number)]
    let cover = hardDeny(covering: row.node, isProper: row.kind == .hardDeny)
    if cover >= 0 {
      return row.kind == .hardDeny ? .shadowed(by: cover) : .unreachable(by: cover)
    }
    let length = names.name(row.node).count
    let witness: Int32?
    switch row.kind {
    case .hardDeny: return nil
    case .exact:
      witness = exactWitness(number, row.node, world)
    case .apexAndBelow:
      guard exactWitness(number, row.node, world) != nil else { return nil }
      witness = belowWitness(number, row.node, world)
    case .below:
      if length + 2 > 253 { return .tooLong }
      witness = belowWitness(number, row.node, world)
    case .oneLabel:
      if length + 2 > 253 { return .tooLong }
      witness = oneLabelWitness(number, row.node, world)
    case .glob:
      if length + 1 + globs[Int(row.glob)].count > 253 { return .tooLong }
      let hiding = oneLabel(row.node, world)
      if hiding.isTooLarge { return nil }
      if let first = hiding.rows.first { return .unreachable(by: first) }
      witness = globWitness(number, row.node, world)
    }
    guard let witness else { return nil }
    return rows[Int(witness)].isDeny == row.isDeny
      ? .shadowed(by: witness) : .unreachable(by: witness)
  }

  // MARK: - A row that gives the same answer in its place

  private func exactWitness(_ number: Int32, _ node: Int32, _ world: World) -> Int32? {
    witness(number, exact(node, world)) { aboveName(node, world) }
  }

  private func belowWitness(_ number: Int32, _ node: Int32, _ world: World) -> Int32? {
    witness(number, below(node, world)) { above(node, world) }
  }

  private func oneLabelWitness(_ number: Int32, _ node: Int32, _ world: World) -> Int32? {
    witness(number, oneLabel(node, world)) {
      // Globs would decide for some of the names and not for others.
      guard globs(node, world).isEmpty else { return nil }
      return belowOrAbove(node, world)
    }
  }

  private func globWitness(_ number: Int32, _ node: Int32, _ world: World) -> Int32? {
    let others = globs(node, world)
    guard !others.isTooLarge else { return nil }
    let form = globs[Int(rows[Int(number)].glob)]
    let meeting = others.rows.filter { !GlobForm.areApart(form, globs[Int(rows[Int($0)].glob)]) }
    let covering = meeting.first {
      GlobForm.covers(globs[Int(rows[Int($0)].glob)], form) && adds(number, nothingTo: $0)
    }
    if let covering { return covering }
    guard meeting.allSatisfy({ adds(number, nothingTo: $0) }) else { return nil }
    let rest = belowOrAbove(node, world)
    guard !rest.isTooLarge, areSame([number], rest.rows) else { return nil }
    return rest.rows.first { rows[Int($0)].isDeny == rows[Int(number)].isDeny } ?? rest.rows.first
  }

  private func belowOrAbove(_ node: Int32, _ world: World) -> Group {
    let group = below(node, world)
    return group.isEmpty ? above(node, world) : group
  }

  /// A row of the rest of the group, or, if the group has no other, of what would decide instead.
  private func witness(_ number: Int32, _ rest: Group, _ instead: () -> Group?) -> Int32? {
    guard !rest.isTooLarge else { return nil }
    if !rest.isEmpty {
      if let other = rest.rows.first(where: { adds(number, nothingTo: $0) }) { return other }
      return areSame(rest.rows, rest.rows + [number]) ? rest.rows.first : nil
    }
    guard let group = instead(), !group.isTooLarge, areSame([number], group.rows) else {
      return nil
    }
    return group.rows.first { rows[Int($0)].isDeny == rows[Int(number)].isDeny }
      ?? group.rows.first
  }
}
