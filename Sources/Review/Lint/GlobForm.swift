/// What can be said of globs without asking for names: which labels one covers, which other globs,
/// and whether two can meet. A `*` stands for one byte or more.
enum GlobForm {
  /// Whether every label of the form `label` has the form `glob`. A label without `*` is itself. A
  /// `*` of `label` is one byte or more of anything, which only a `*` of `glob` can take.
  static func covers(_ glob: [UInt8], _ label: some RandomAccessCollection<UInt8>) -> Bool {
    let star = UInt8(ascii: "*")
    let label = Array(label)
    var position = 0
    var wanted = 0
    var resume = -1
    var taken = 0
    while true {
      if wanted == glob.count {
        if position == label.count { return true }
      } else if position < label.count {
        if glob[wanted] == star {
          position += 1
          wanted += 1
          resume = wanted
          taken = position
          continue
        }
        if glob[wanted] == label[position] {
          position += 1
          wanted += 1
          continue
        }
      }
      if resume < 0 || taken == label.count { return false }
      taken += 1
      position = taken
      wanted = resume
    }
  }

  /// Whether no label has both forms, as far as their literal starts and ends tell.
  static func areApart(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let star = UInt8(ascii: "*")
    func differ(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
      for (one, other) in zip(left, right) {
        if one == star || other == star { return false }
        if one != other { return true }
      }
      return false
    }
    return differ(left, right) || differ(left.reversed(), right.reversed())
  }

  /// Letters and digits that a label of this form must have.
  static func literalCount(_ glob: [UInt8]) -> Int {
    glob.count { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
  }
}
