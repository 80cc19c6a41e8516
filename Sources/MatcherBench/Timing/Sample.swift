/// Several measurements of the same.
package struct Sample: Sendable, Hashable {
  private let sorted: [Double]

  /// - Precondition: at least one value.
  package init(_ values: [Double]) {
    precondition(!values.isEmpty)
    sorted = values.sorted()
  }

  package var median: Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The least is nearest to what the machine can do: noise only adds.
  package var least: Double { sorted[0] }
  package var count: Int { sorted.count }
}
