package import Domains

/// The generated rule sets as they are measured: the list's text and its streams.
package struct GeneratedWorkload: Sendable {
  package let rules: RuleSet
  /// The rules as a list.
  package let text: [UInt8]

  /// The seed of all published figures.
  package static let seed: UInt64 = 0x5EED_0003
  /// The day that questions are asked on; no generated rule ends.
  package static let day = Day(daysSince1970: 20_780)
  /// The streams of the published tables, in their order.
  package static let kinds: [QueryStream.Kind] = [
    .hit, .near, .uniform, .miss, .mix, .zipf, .replay, .same, .latency,
  ]

  package init(size: Int, seed: UInt64 = Self.seed) {
    rules = RuleSet(size: size, seed: seed, heldOut: StreamMaker.foreignCount)
    text = rules.listText()
  }

  package var file: String { "generated-\(rules.count).allow" }

  /// Makes the streams of a list made from ``text``.
  package func streamMaker(_ subjects: Subjects, _ reference: Reference) -> StreamMaker {
    let shares = Self.shares(rules.count)
    return StreamMaker(
      subjects, reference, foreign: rules.heldOut, seed: rules.seed, zipf: shares.zipf,
      replay: shares.replay)
  }

  /// How many of the popular names, and of those that come again, are on lists of such a size: what
  /// samples of real lists have for the most visited names and for recorded page loads.
  private static func shares(_ size: Int) -> (zipf: Double, replay: Double) {
    switch size {
    case ..<1_000: (0.17, 0.05)
    case ..<30_000: (0.007, 0.01)
    case ..<300_000: (0.08, 0.09)
    default: (0.75, 0.59)
    }
  }
}
