import Domains

/// The report as JSON (RFC 8259), for programs and for a later comparison.
extension Report {
  /// Names the layout; a program refuses what it does not know.
  package static let layout = "sluice-matcher-bench 2"

  package var json: String {
    var text = JSON.object([
      ("layout", JSON.quoted(Self.layout)),
      ("machine", machine.json),
      ("date", JSON.quoted(day.description)),
      ("seed", JSON.quoted("0x" + String(seed, radix: 16))),
      ("runs", String(runs)),
      ("lists", "[\n" + lists.map { "  " + $0.json }.joined(separator: ",\n") + "\n]"),
    ])
    text += "\n"
    return text
  }
}

extension Machine {
  fileprivate var json: String {
    JSON.object([
      ("processor", JSON.quoted(processor)), ("cores", String(cores)),
      ("kernel", JSON.quoted(kernel)), ("swift", JSON.quoted(swift)),
      ("commit", JSON.quoted(commit)), ("core", core.map { String($0) } ?? "null"),
      ("load", JSON.quoted(load)),
    ])
  }
}

extension ListReport {
  fileprivate var json: String {
    JSON.object([
      ("rules", String(figures.rules)), ("text_bytes", String(figures.textBytes)),
      ("name_bytes", String(figures.nameBytes)),
      ("image_bytes", String(figures.imageBytes)),
      ("parse_ms", JSON.sample(figures.parseMilliseconds)),
      ("build_ms", JSON.sample(figures.buildMilliseconds)),
      ("compile_wall_ms", JSON.sample(figures.compileWallMilliseconds)),
      ("check_ms", JSON.sample(figures.checkMilliseconds)),
      (
        "other_builds_ms",
        JSON.object(otherBuilds.map { ($0.contender, JSON.number($0.milliseconds)) })
      ),
      ("streams", "[\n" + streams.map { "    " + $0.json }.joined(separator: ",\n") + "\n  ]"),
    ])
  }
}

extension StreamReport {
  fileprivate var json: String {
    JSON.object([
      ("stream", JSON.quoted(kind.rawValue)), ("queries", String(queries)),
      ("hit_share", JSON.number(hitShare)),
      (
        "contenders",
        "["
          + cells.map { cell in
            JSON.object([
              ("name", JSON.quoted(cell.contender)), ("ns", JSON.sample(cell.nanoseconds)),
              ("queries_per_run", String(cell.queriesPerRun)),
            ])
          }.joined(separator: ",") + "]"
      ),
    ])
  }
}

/// Just enough to write one.
private enum JSON {
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
  }

  /// Three decimals; finite ones only are ever measured.
  static func number(_ value: Double) -> String { String((value * 1000).rounded() / 1000) }

  static func sample(_ sample: Sample) -> String {
    object([
      ("median", number(sample.median)), ("least", number(sample.least)),
      ("runs", String(sample.count)),
    ])
  }
}
