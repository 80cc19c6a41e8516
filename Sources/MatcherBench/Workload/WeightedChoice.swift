/// Draws an index with given weights.
struct WeightedChoice {
  /// The sums of the weights up to and with each index.
  private let sums: [UInt32]

  init(_ weights: [UInt32]) {
    var sum: UInt32 = 0
    sums = weights.map { weight in
      sum += weight
      return sum
    }
    precondition(sum > 0)
  }

  func draw(_ random: inout SeededRandom) -> Int {
    let wanted = UInt32(random.below(Int(sums[sums.count - 1])))
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > wanted { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Texts with weights, as ``Seeds`` writes them: `www 107453 net 12977 …`.
struct WeightedTexts {
  let texts: [[UInt8]]
  private let choice: WeightedChoice

  init(_ table: String) {
    let fields = table.split { $0 == " " || $0 == "\n" }
    texts = stride(from: 0, to: fields.count, by: 2).map { Array(fields[$0].utf8) }
    choice = WeightedChoice(
      stride(from: 1, to: fields.count, by: 2).map { UInt32(fields[$0]) ?? 0 })
  }

  func draw(_ random: inout SeededRandom) -> [UInt8] { texts[choice.draw(&random)] }
}
