/// Matching inside one label: `api-*`, `*-mirror`, `a*b*c`. Each `*` stands for one byte or more.
enum Glob {
  /// Whether all of `label` before `labelEnd` has the form of `pattern`. Both have at most 63 bytes;
  /// the steps are at most the product of the two, since only the last `*` is ever moved.
  static func matches(_ label: Span<UInt8>, _ labelEnd: Int, _ pattern: Span<UInt8>) -> Bool {
    var position = 0
    var wanted = 0
    // Behind the last `*` that was met: where the pattern goes on, and where its text may end.
    var resume = -1
    var taken = 0
    while true {
      if wanted == pattern.count {
        if position == labelEnd { return true }
      } else if position < labelEnd {
        let byte = pattern[wanted]
        if byte == UInt8(ascii: "*") {
          position += 1
          wanted += 1
          resume = wanted
          taken = position
          continue
        }
        if byte == label[position] {
          position += 1
          wanted += 1
          continue
        }
      }
      // Give the last `*` one byte more, if there is one of both.
      if resume < 0 { return false }
      if taken == labelEnd { return false }
      taken += 1
      position = taken
      wanted = resume
    }
  }
}
