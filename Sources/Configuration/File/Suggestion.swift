/// What a person may have meant by a name that is not known.
enum Suggestion {
  /// `did you mean access? Allowed: …`
  static func remedy(for name: String, among names: [String]) -> String {
    let allowed = "write one of: \(names.joined(separator: ", "))"
    guard let close = closest(to: name, among: names) else { return allowed }
    return "did you mean '\(close)'? If not, \(allowed)"
  }

  /// The name that is at most two edits away, and fewer than half of its letters; the first of the
  /// closest.
  static func closest(to name: String, among names: [String]) -> String? {
    let letters = Array(name.lowercased().utf8.prefix(64))
    var best: (name: String, distance: Int)?
    for candidate in names {
      let other = Array(candidate.utf8)
      guard abs(other.count - letters.count) <= 2 else { continue }
      let distance = distance(letters, other)
      if distance <= 2, distance * 2 < other.count, distance < best?.distance ?? 3 {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// Insertions, removals, exchanges and swaps of neighbours (optimal string alignment).
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var before: [Int] = []
    var row = Array(0...right.count)
    for (i, letter) in left.enumerated() {
      var next = [i + 1]
      for (j, other) in right.enumerated() {
        var cost = min(row[j] + (letter == other ? 0 : 1), row[j + 1] + 1, next[j] + 1)
        if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
          cost = min(cost, before[j - 1] + 1)
        }
        next.append(cost)
      }
      before = row
      row = next
    }
    return row[right.count]
  }
}
