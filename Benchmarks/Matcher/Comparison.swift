/// Two reports side by side: how many times as long, or as large, the new one is.
///
/// A time counts as worse when both its median and its least are, by more than the limit, and by more
/// than that beyond what the other contenders lost: noise moves one of the two, seldom both, and a
/// slower machine moves everybody.
struct Comparison {
  private struct Row {
    let name: String
    let old: Stored.Sample
    let new: Stored.Sample

    var isTime = true

    /// The smaller of the two ratios.
    var ratio: Double { min(new.median / old.median, new.least / old.least) }
  }

  private var rows: [Row] = []
  private var others: [Double] = []
  private let limit: Double
  private let old: Stored
  private let new: Stored

  init(_ old: Stored, _ new: Stored, percent: Double) throws {
    limit = 1 + percent / 100
    self.old = old
    self.new = new
    guard old.seed == new.seed else {
      throw Problem(text: "the reports are of different seeds, \(old.seed) and \(new.seed)")
    }
    for list in new.lists {
      guard let earlier = old.lists.first(where: { $0.rules == list.rules }) else { continue }
      rows.append(Row(name: "\(list.rules) parse, ms", old: earlier.parse, new: list.parse))
      rows.append(Row(name: "\(list.rules) build, ms", old: earlier.build, new: list.build))
      rows.append(Row(name: "\(list.rules) check, ms", old: earlier.check, new: list.check))
      let (before, now) = (Double(earlier.imageBytes), Double(list.imageBytes))
      rows.append(
        Row(
          name: "\(list.rules) image, bytes", old: Stored.Sample(median: before, least: before),
          new: Stored.Sample(median: now, least: now), isTime: false))
      for stream in list.streams {
        let before = earlier.streams.first { $0.stream == stream.stream }?.contenders ?? []
        for (place, contender) in stream.contenders.enumerated() {
          guard let known = before.first(where: { $0.name == contender.name }) else { continue }
          if contender.name.hasPrefix("Sluice") {
            let batched = place == 0 ? "" : " in batches"
            rows.append(
              Row(
                name: "\(list.rules) \(stream.stream)\(batched), ns", old: known.ns,
                new: contender.ns))
          } else {
            others.append(contender.ns.median / known.ns.median)
          }
        }
      }
    }
    guard !rows.isEmpty else { throw Problem(text: "the reports have no size in common") }
  }

  /// Whether any row is worse by more than the limit.
  var isRegression: Bool { rows.contains { isWorse($0) } }

  private func isWorse(_ row: Row) -> Bool {
    row.ratio > limit * (row.isTime ? max(1, machine) : 1)
  }

  /// How many times as long as before the other contenders take, the median of all; 1 without any.
  private var machine: Double { others.isEmpty ? 1 : others.sorted()[others.count / 2] }

  var table: String {
    var lines = [
      "old: \(old.date), \(old.machine.processor), commit \(old.machine.commit)",
      "new: \(new.date), \(new.machine.processor), commit \(new.machine.commit)", "",
      "| | old | new | new/old | |", "|---|--:|--:|--:|---|",
    ]
    for row in rows {
      let word = isWorse(row) ? "WORSE" : row.ratio < 1 / limit ? "better" : ""
      let cells = [
        row.name, "\(rounded(row.old.median)) [\(rounded(row.old.least))]",
        "\(rounded(row.new.median)) [\(rounded(row.new.least))]",
        "\(rounded(row.new.median / row.old.median)) [\(rounded(row.new.least / row.old.least))]",
        word,
      ]
      lines.append("| " + cells.joined(separator: " | ") + " |")
    }
    if !others.isEmpty {
      lines.append("")
      lines.append(
        "The other contenders, whose code seldom changes, take \(rounded(machine)) times as long as before "
          + "(median): that much is the machine.")
    }
    return lines.joined(separator: "\n")
  }

  private func rounded(_ value: Double) -> String { String((value * 100).rounded() / 100) }
}
