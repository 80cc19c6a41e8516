import Domains

/// The report as Markdown, which reads well on a terminal too.
extension Report {
  package var table: String {
    ([heading, compileTable] + lists.map { Self.lookupTable($0) }).joined(separator: "\n\n") + "\n"
  }

  private var heading: String {
    var facts = [machine.processor, "\(machine.cores) cores", "Linux \(machine.kernel)"]
    if !machine.swift.isEmpty { facts.append(machine.swift) }
    if !machine.commit.isEmpty { facts.append("commit \(machine.commit)") }
    facts.append(machine.core.map { "bound to core \($0)" } ?? "not bound to a core")
    facts.append("load \(machine.load) at the start")
    return """
      \(facts.joined(separator: ", ")); \(day); hash seed 0x\(String(seed, radix: 16)); \(runsText). \
      CPU time of the thread: median [least].
      """
  }

  /// `15 runs`, or `5 to 15 runs` where time ran out.
  private var runsText: String {
    let counts = lists.flatMap(\.streams).flatMap(\.cells).map(\.nanoseconds.count)
    guard let least = counts.min(), least < runs else { return "\(runs) runs" }
    return "\(least) to \(runs) runs"
  }

  private var compileTable: String {
    var rows = [
      "| rules | text, KB | bytes a name | parse, ms | build, ms | ns a rule | wall, ms | image, bytes a rule | check of the image, ms |",
      "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for list in lists {
      let figures = list.figures
      let parse = figures.parseMilliseconds
      let build = figures.buildMilliseconds
      let perRule = (parse.median + build.median) * 1e6 / Double(figures.rules)
      let cells = [
        Text.grouped(figures.rules), Text.figure(Double(figures.textBytes) / 1000),
        Text.figure(Double(figures.nameBytes) / Double(figures.rules)),
        Text.sample(parse), Text.sample(build), Text.figure(perRule),
        Text.sample(figures.compileWallMilliseconds),
        Text.figure(Double(figures.imageBytes) / Double(figures.rules)),
        Text.sample(figures.checkMilliseconds),
      ]
      rows.append("| " + cells.joined(separator: " | ") + " |")
    }
    return rows.joined(separator: "\n")
  }

  /// A row for each contender, a column for each stream, all in nanoseconds; behind those of others
  /// how many times Sluice's median that is.
  private static func lookupTable(_ list: ListReport) -> String {
    let names = list.streams.first?.cells.map(\.contender) ?? []
    var rows = [
      "### \(Text.grouped(list.figures.rules)) rules, ns a lookup\n",
      "| | " + list.streams.map(\.kind.rawValue).joined(separator: " | ") + " |",
      "|---|" + list.streams.map { _ in "--:|" }.joined(),
    ]
    for (number, name) in names.enumerated() {
      let cells = list.streams.map { stream in
        let sample = stream.cells[number].nanoseconds
        if number == 0 { return "**\(Text.figure(sample.median))** [\(Text.figure(sample.least))]" }
        let ratio = sample.median / stream.cells[0].nanoseconds.median
        return "\(Text.sample(sample)) ×\(Text.figure(ratio))"
      }
      rows.append("| \(name) | " + cells.joined(separator: " | ") + " |")
    }
    let shares = list.streams.map { "\(Text.figure($0.hitShare * 100)) %" }
    rows.append("| a rule decides | " + shares.joined(separator: " | ") + " |")
    if let note = sampleNote(list) { rows.append("\n" + note) }
    return rows.joined(separator: "\n")
  }

  /// Says who was not timed on the whole streams.
  private static func sampleNote(_ list: ListReport) -> String? {
    var least: [(name: String, queries: Int)] = []
    for stream in list.streams {
      for cell in stream.cells where cell.queriesPerRun < stream.queries {
        if let known = least.firstIndex(where: { $0.name == cell.contender }) {
          least[known].queries = min(least[known].queries, cell.queriesPerRun)
        } else {
          least.append((cell.contender, cell.queriesPerRun))
        }
      }
    }
    guard !least.isEmpty else { return nil }
    let parts = least.map { "\($0.name) (\(Text.grouped($0.queries)) at least)" }
    return "Too slow for the whole stream in each run, another part of it each time: "
      + parts.joined(separator: ", ") + "."
  }
}

/// Numbers as people read them.
private enum Text {
  /// `1,000,000`
  static func grouped(_ number: Int) -> String {
    var digits = ""
    for (place, digit) in String(number).reversed().enumerated() {
      if place > 0, place % 3 == 0 { digits.append(",") }
      digits.append(digit)
    }
    return String(digits.reversed())
  }

  /// Two digits or more: `0.05`, `3.2`, `41`, `12,345`.
  static func figure(_ value: Double) -> String {
    if value >= 9.95 { return grouped(Int(value.rounded())) }
    if value >= 0.995 { return String((value * 10).rounded() / 10) }
    return String((value * 1000).rounded() / 1000)
  }

  static func sample(_ sample: Sample) -> String {
    "\(figure(sample.median)) [\(figure(sample.least))]"
  }
}
