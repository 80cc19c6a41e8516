/// A sequence of numbers that a seed decides (SplitMix64, Steele, Lea and Flood 2014), so that every
/// run measures the same names.
package struct SeededRandom: BitwiseCopyable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  /// A number from 0 to before `bound`, which is positive. The bias is below one in 2^32 here.
  package mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// From 0 to before 1.
  package mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Whether something of this probability happens.
  package mutating func chance(_ probability: Double) -> Bool { share() < probability }
}
