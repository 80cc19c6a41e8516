/// 32 bytes as SHA-256 (FIPS 180-4) gives them, most significant first.
package struct Digest: Hashable, Sendable, BitwiseCopyable {
  package var first: UInt64
  package var second: UInt64
  package var third: UInt64
  package var fourth: UInt64

  package init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
    self.first = first
    self.second = second
    self.third = third
    self.fourth = fourth
  }

  /// Whether the two are equal, in a time that does not depend on where they differ.
  @_noAllocation @_noLocks
  package func isSame(as other: Digest) -> Bool {
    (first ^ other.first) | (second ^ other.second) | (third ^ other.third)
      | (fourth ^ other.fourth) == 0
  }
}
