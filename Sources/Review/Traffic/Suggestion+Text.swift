package import Domains

extension Suggestion {
  /// What was made of the logs.
  package struct Outcome: Sendable {
    /// A list, ready for review.
    package let text: [UInt8]
    package let suggested: Int
    package let unused: Int
    package let withheld: Int
    package let skipped: Int
  }

  /// Rules that nothing was asked of, of which the text names so many.
  private static let unusedShown = 10_000
  private static let withheldShown = 10_000

  /// Writes the list: what to add, by registrable domain; then, as comments, what could go and what
  /// was held back.
  ///
  /// - Parameter today: the day on which the rules of the lists must hold to count.
  /// - Throws: what is wrong with the name, version or ticket that was given.
  package func write(on today: Day) throws(AllowlistError) -> Outcome {
    let plan = plan(on: today)
    var lines = [
      "sluice-allowlist 1", "name: \(options.name)", "version: \(options.version)",
      "description: Suggested from audit logs, "
        + "\(Counted.text(denials, "refused request")); review every line",
    ]
    var suggested = 0
    for (domain, proposals) in plan.groups {
      lines += ["", "[\(domain)]"]
      for proposal in proposals {
        suggested += 1
        lines += self.lines(of: proposal)
      }
    }
    let unused = unusedLines()
    if !unused.lines.isEmpty {
      lines += [
        "",
        "# Nothing in these logs needed the following rules. Look at longer logs before you "
          + "remove one.",
      ]
      lines += unused.lines
    }
    if !plan.withheld.isEmpty {
      lines += [
        "",
        "# NOT suggested: names that may carry data out, or that a program made up. Find out who "
          + "asks for",
        "# them before you allow one.",
      ]
      for (host, proposal, why) in plan.withheld.prefix(Self.withheldShown) {
        lines.append("#   \(host)\(Self.suffix(proposal.ports))  \(why); \(Self.seen(proposal))")
      }
      if plan.withheld.count > Self.withheldShown {
        lines.append("#   and \(plan.withheld.count - Self.withheldShown) more")
      }
    }
    let text = Array((lines.joined(separator: "\n") + "\n").utf8)
    let list = try Allowlist.parse(text, file: "the suggestion")
    precondition(list.rules.count >= suggested, "every suggestion is a rule")
    return Outcome(
      text: text, suggested: suggested, unused: unused.count, withheld: plan.withheld.count,
      skipped: plan.skipped)
  }

  private func lines(of proposal: Proposal) -> [String] {
    var stamp = ""
    if let until = options.until { stamp += " until=\(until)" }
    if let ticket = options.ticket { stamp += " ticket=\(Self.value(ticket))" }
    let hosts = proposal.hosts > 1 ? "\(proposal.hosts) names, " : ""
    var lines = [
      "\(proposal.pattern)\(Self.suffix(proposal.ports))\(stamp)  # \(hosts)\(Self.seen(proposal))"
    ]
    for (ranges, until) in proposal.kept {
      // At most 64 parts stand on one rule.
      for start in stride(from: 0, to: ranges.count, by: PortSet.partLimit) {
        let parts = ranges[start..<min(start + PortSet.partLimit, ranges.count)].map {
          $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }
        let end = until.map { " until=\($0)" } ?? ""
        lines.append(
          "\(proposal.pattern) :\(parts.joined(separator: ","))\(end)"
            + "  # allowed already; a rule of its own would end that")
      }
    }
    return lines
  }

  /// Both standard ports are what a rule without ports means.
  private static func suffix(_ ports: [Port]) -> String {
    if ports == [.http, .https] { return "" }
    // More ports than a rule may name are a scan: one rule of what fits is enough to see it.
    return " :" + ports.prefix(PortSet.partLimit).map(\.description).joined(separator: ",")
  }

  private static func seen(_ proposal: Proposal) -> String {
    let times = proposal.count == 1 ? "once" : "\(proposal.count) times"
    let days =
      proposal.first == proposal.last
      ? PrintableText.line(proposal.first)
      : "\(PrintableText.line(proposal.first)) to \(PrintableText.line(proposal.last))"
    return "\(times), \(days), \(proposal.reasons.sorted().joined(separator: ", "))"
  }

  private static func value(_ text: String) -> String {
    text.utf8.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      ? "\"\(text)\"" : text
  }

  /// Allow rules that no request met. A deny that was not needed is still wanted.
  private func unusedLines() -> (lines: [String], count: Int) {
    var lines: [String] = []
    var count = 0
    for (number, list) in lists.enumerated() {
      for rule in list.rules where rule.verdict == .allow {
        if let matcher, used.contains(matcher.rule(onLine: rule.line, ofList: number)) { continue }
        count += 1
        guard lines.count < Self.unusedShown else { continue }
        lines.append(
          "#   \(PrintableText.line(list.file)):\(rule.line): "
            + PrintableText.line(rule.text, limit: 300))
      }
    }
    if count > lines.count { lines.append("#   and \(count - lines.count) more") }
    return (lines, count)
  }
}
