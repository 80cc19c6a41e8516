package import Domains

/// The exact difference between what two sets of lists mean: for which names, ports and days their
/// answers differ. Where rules stand, in which order and with which metadata is no difference.
///
/// All rules go into one ``LabelTrie``. The answers of a side are constant on "this node", "its
/// children that have no node" (divided further by globs, see ``GlobAutomaton``) and "everything
/// deeper below those", so that one walk over the nodes compares everything. What changed in the
/// same way is painted over a subtree once, as `+.example.com`, with the exceptions inside it.
///
/// A part that holds no host name (of 253 bytes, of labels of 1 to 63) is no part, and every part
/// that is reported has a name of its own that shows the change.
package struct ListComparison {
  package let sides: Sides
  /// Answers are compared on this day and on every later one.
  package let day: Day
  let trie: LabelTrie
  let verdicts: [PortVerdict]
  let conditions: [RuleCondition]
  let records: [Record]
  let cuts: [Cut]
  let areas: [GlobArea]
  let partitions: [GlobPartition]
  let unions: [[Int32]]

  /// The number of changes.
  package var count: Int { records.count }

  /// Whether both sides give the same answers.
  package var isEqual: Bool { records.isEmpty }

  /// Compares. `progress` is told now and then how much of the work is done: at first rules, then
  /// nodes, each with their total.
  package init(
    _ sides: Sides, from day: Day, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) {
    self.sides = sides
    self.day = day
    precondition(sides.ruleCount <= Sides.ruleLimit, "too many rules to compare")
    var trie = LabelTrie()
    var table = VerdictTable(from: day)
    let total = sides.ruleCount
    sides.forEachBackwards { rule, number, side in
      trie.insert(rule, number, condition: table.condition(of: rule), side)
      if number & 0x3FFF == 0 { progress(total - Int(number), total) }
    }
    trie.sortChildren()
    var walk = ComparisonWalk(trie: trie, table: table)
    walk.run(progress: progress)
    self.trie = trie
    verdicts = walk.table.verdicts
    conditions = walk.table.conditions
    records = walk.records
    cuts = walk.cuts
    areas = walk.areas
    partitions = walk.partitions
    unions = walk.unions
  }
}

extension ListComparison {
  /// The names of a part, as seen from its node.
  enum Shape: Hashable {
    /// The node's own name.
    case exact
    /// Every name with one label more.
    case oneLabel
    /// Those of them that globs single out: an index into the areas.
    case glob(Int32)
    /// Every name below.
    case below
    case apexAndBelow
    /// As ``oneLabel``, where the globs were too many to compare: what they mean may have changed.
    case notCompared
    /// As ``below``, where there were too many globs and names to compare.
    case nothingCompared

    var isNotCompared: Bool { self == .notCompared || self == .nothingCompared }
  }

  /// What decides for a part on one side.
  struct Ground {
    var verdict: UInt32
    /// The start of a chain of rules; below ``LabelTrie/none`` an index into the unions, from -2
    /// downwards.
    var source: Int32
  }

  /// What both sides say of a part.
  struct Transition {
    var old: Ground
    var new: Ground

    /// Equal for parts that changed in the same way; 0: no change.
    var color: UInt64 {
      old.verdict == new.verdict
        ? 0 : (UInt64(old.verdict) + 1) << 32 | UInt64(new.verdict)
    }
  }

  /// A change: a part and what both sides say of it. Of ``Shape/apexAndBelow`` the name itself and
  /// what is below may have different rules.
  struct Record {
    let shape: Shape
    let node: Int32
    let transition: Transition
    let second: Transition?
    /// Into the cuts; the last first.
    var firstCut: Int32 = -1
    /// The first label of the witness; empty: the node's own name. `isDeep`: one more before it.
    var witness: [UInt8]
    var isDeep: Bool
  }

  /// A part inside that of a change which did not change in this way.
  struct Cut {
    let shape: Shape
    let node: Int32
    let next: Int32
  }

  /// Labels at one parent that match at least certain globs.
  struct GlobArea {
    let partition: Int32
    /// The numbers of those globs in the partition, in order.
    let required: [Int32]
  }
}
