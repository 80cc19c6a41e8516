package import Domains

/// The lists of an environment as they are used together: every rule that takes part, by list and
/// section, with its place.
package struct Composition {
  package let sources: [NamedSource]
  /// Rules whose `until` is before this day are marked.
  package let day: Day
  /// What allow rules without ports are for.
  package let openPorts: PortSet
  /// How the lists are used, in words: `access limited`.
  package let title: String

  package init(_ sources: [Matcher.Source], title: String, on day: Day) {
    self.init(sources.map { NamedSource($0) }, title: title, on: day)
  }

  package init(
    _ sources: [NamedSource], title: String, on day: Day, openPorts: PortSet = .standard
  ) {
    self.sources = sources
    self.openPorts = openPorts
    self.title = title
    self.day = day
  }

  private struct Counts {
    var rules = 0
    var denies = 0
    var hardDenies = 0
    var expired = 0
  }

  static func takesPart(_ rule: Rule, _ use: Matcher.Use) -> Bool {
    use == .all || rule.verdict == .denyAlways
  }

  private func isExpired(_ rule: Rule) -> Bool { rule.until.map { $0 < day } ?? false }

  private func count(_ source: NamedSource) -> Counts {
    var counts = Counts()
    for rule in source.list.rules where Self.takesPart(rule, source.use) {
      counts.rules += 1
      switch rule.verdict {
      case .allow: if isExpired(rule) { counts.expired += 1 }
      case .deny: counts.denies += 1
      case .denyAlways: counts.hardDenies += 1
      }
    }
    return counts
  }

  /// For people. Nothing is gathered: a list can have a million rules.
  package func write(to output: inout some TextOutputStream) {
    let counts = sources.map(count)
    let total = counts.reduce(0) { $0 + $1.rules }
    output.write(
      "\(title): \(Counted.text(total, "rule")) of \(Counted.text(sources.count, "list"))\n")
    for (source, counts) in zip(sources, counts) {
      let use = source.use == .all ? "" : ", of which only `!!` rules take part"
      output.write("  \(source.label)  \(source.file)\(use)\n    ")
      let allows = counts.rules - counts.denies - counts.hardDenies
      output.write("\(allows) allow, \(counts.denies) deny, \(counts.hardDenies) deny always")
      output.write(counts.expired > 0 ? "; \(counts.expired) expired\n" : "\n")
    }
    for source in sources { write(source, to: &output) }
  }

  private func write(_ source: NamedSource, to output: inout some TextOutputStream) {
    let list = source.list
    var section: Int? = -1
    for rule in list.rules where Self.takesPart(rule, source.use) {
      if rule.section != section {
        section = rule.section
        output.write("\n\(source.label)  \(heading(rule, list))\n")
      }
      let text = isExpired(rule) ? "\(rule.text)  (expired)" : rule.text
      let padding = String(repeating: " ", count: max(2, 48 - text.utf8.count))
      output.write("  \(text)\(padding)\(source.place(of: rule))\n")
    }
  }

  private func heading(_ rule: Rule, _ list: Allowlist) -> String {
    guard let number = rule.section else { return "(in no section)" }
    let section = list.sections[number]
    let metadata = section.metadata.map { " \($0.key)=\($0.value)" }.joined()
    return "[\(section.name)]\(metadata)".printable
  }

  // MARK: - JSON

  /// One object; the rules one a line.
  package func writeJSON(to output: inout some TextOutputStream) {
    let counts = sources.map(count)
    output.write("{\"environment\":\(JSONText.quoted(title)),\"day\":\"\(day)\",\"lists\":")
    output.write(
      JSONText.array(
        zip(sources, counts).map { source, counts in
          JSONText.object([
            ("list", JSONText.quoted(source.label)),
            ("file", JSONText.quoted(source.list.file)),
            ("sha256", JSONText.quoted(source.list.digest)),
            ("use", source.use == .all ? "\"all\"" : "\"hard_denies_only\""),
            ("rules", String(counts.rules)), ("denies", String(counts.denies)),
            ("hard_denies", String(counts.hardDenies)), ("expired", String(counts.expired)),
          ])
        }))
    output.write(",\"rules\":[")
    var isFirst = true
    for source in sources {
      for rule in source.list.rules where Self.takesPart(rule, source.use) {
        output.write(isFirst ? "\n" : ",\n")
        output.write(object(rule, source))
        isFirst = false
      }
    }
    output.write(isFirst ? "]}\n" : "\n]}\n")
  }

  private func object(_ rule: Rule, _ source: NamedSource) -> String {
    let isPlain = rule.verdict == .allow && rule.ports == .standard
    var members = [
      ("rule", JSONText.quoted(rule.text)), ("pattern", JSONText.quoted("\(rule.pattern)")),
      ("verdict", "\"\(Self.name(rule.verdict))\""),
      ("ports", "\"\(isPlain ? openPorts : rule.ports)\""),
    ]
    if let until = rule.until {
      members.append(("until", "\"\(until)\""))
      members.append(("expired", String(isExpired(rule))))
    }
    if rule.allowsAnyProtocol { members.append(("protocol", "\"any\"")) }
    members += source.members(of: rule)
    if let section = rule.section {
      members.append(("section", JSONText.quoted(source.list.sections[section].name)))
    }
    return JSONText.object(members)
  }

  private static func name(_ verdict: Rule.Verdict) -> String {
    switch verdict {
    case .allow: "allow"
    case .deny: "deny"
    case .denyAlways: "deny_always"
    }
  }
}
