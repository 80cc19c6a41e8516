package import Domains

/// The lists of both sides of a comparison, and the numbering of all their rules: first those of the
/// old side, then those of the new one, each in the order of lists and lines.
package struct Sides: Sendable {
  package let old: [Allowlist]
  package let new: [Allowlist]
  /// The number of the first rule of each list, old lists first.
  private let starts: [Int]

  /// The most rules of both sides together.
  package static let ruleLimit = 1 << 25

  package init(old: [Allowlist], new: [Allowlist]) {
    self.old = old
    self.new = new
    var starts: [Int] = []
    var next = 0
    for list in old + new {
      starts.append(next)
      next += list.rules.count
    }
    self.starts = starts
    ruleCount = next
  }

  package let ruleCount: Int

  /// Where a rule stands.
  package struct Place: Hashable, Sendable {
    /// `name@version` of the list.
    package let list: String
    package let file: String
    /// 1-based.
    package let line: Int
    /// The rule as it stands there, without its comment.
    package let text: String
  }

  func place(of rule: UInt32) -> Place {
    var number = 0
    while number + 1 < starts.count, starts[number + 1] <= Int(rule) { number += 1 }
    let list = number < old.count ? old[number] : new[number - old.count]
    let index = list.rules.index(list.rules.startIndex, offsetBy: Int(rule) - starts[number])
    let entry = list.rules[index]
    return Place(list: list.label, file: list.file, line: entry.line, text: entry.text)
  }

  /// Hands over every rule with its number, from the last to the first.
  func forEachBackwards(_ body: (Rule, UInt32, LabelTrie.Side) -> Void) {
    var number = UInt32(ruleCount)
    for (side, lists) in [(LabelTrie.Side.new, new), (.old, old)] {
      for list in lists.reversed() {
        for rule in list.rules.reversed() {
          number -= 1
          body(rule, number, side)
        }
      }
    }
  }
}
