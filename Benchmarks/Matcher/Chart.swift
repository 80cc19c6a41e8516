/// A report as a script for gnuplot: on the left what a lookup costs by the number of rules, for each
/// contender; on the right Sluice's streams.
struct Chart {
  private let report: Stored

  init(_ report: Stored) { self.report = report }

  var script: String {
    """
    set terminal svg size 1000,420 font "sans-serif,12" background "white"
    set linetype 5 lc rgb "#7f7f7f"
    set linetype 9 lc rgb "#8c564b"
    set multiplot layout 1,2
    set logscale xy
    set grid ytics lc rgb "#dddddd"
    set key top left Left reverse samplen 2
    set xlabel "rules"
    set format x "10^{%L}"
    set format y "10^{%L}"
    set xrange [100:2e6]
    # Room for the key above the lines.
    set yrange [10:1e8]
    set ylabel "ns a lookup, median"
    set title "random mix of hits and misses"
    \(blocks("mix", contenders))
    plot \(lines(contenders, "mix"))
    set title "Sluice, by stream"
    unset logscale y
    set format y "%g"
    set yrange [0:*]
    \(streams.map { blocks($0, [ours]) }.joined(separator: "\n"))
    plot \(streamLines)
    unset multiplot
    """
  }

  private var contenders: [String] {
    var names: [String] = []
    for list in report.lists {
      for contender in list.streams.first?.contenders ?? [] where !names.contains(contender.name) {
        names.append(contender.name)
      }
    }
    return names
  }

  private var ours: String { contenders.first ?? "Sluice" }
  private var streams: [String] { report.lists.first?.streams.map(\.stream) ?? [] }

  /// Named data blocks: a line for each size.
  private func blocks(_ stream: String, _ names: [String]) -> String {
    names.map { name in
      let points = report.lists.compactMap { list -> String? in
        guard
          let median = list.streams.first(where: { $0.stream == stream })?.contenders
            .first(where: { $0.name == name })?.ns.median
        else { return nil }
        return "\(list.rules) \(median)"
      }
      return "$\(block(stream, name)) << EOD\n\(points.joined(separator: "\n"))\nEOD"
    }.joined(separator: "\n")
  }

  private func block(_ stream: String, _ name: String) -> String {
    stream + "_" + String(name.map { $0.isLetter ? $0 : "_" })
  }

  private func lines(_ names: [String], _ stream: String) -> String {
    names.enumerated().map { number, name in
      let width = number == 0 ? 3 : 1.5
      return "$\(block(stream, name)) with linespoints lw \(width) pt 7 ps 0.5 title \"\(name)\""
    }.joined(separator: ", ")
  }

  private var streamLines: String {
    streams.map { "$\(block($0, ours)) with linespoints lw 2 pt 7 ps 0.5 title \"\($0)\"" }
      .joined(separator: ", ")
  }
}
