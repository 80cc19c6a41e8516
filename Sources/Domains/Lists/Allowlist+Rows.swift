extension Allowlist {
  var portSets: [PortSet] { [.standard, .all] + rules.map(\.ports) }
  var rows: [RuleRow] {
    rules.enumerated().map { number, rule in
      var kind = RulePatternKind.exact
      var name = ""
      var glob = ""
      var prefix = rule.verdict == .allow ? 0 : rule.verdict == .deny ? 1 : 2
      let marks = prefix
      switch rule.pattern {
      case .exact(let host): name = host.text
      case .oneLabel(let host): name = host.text; kind = .oneLabel; prefix += 2
      case .below(let host): name = host.text; kind = .below; prefix += 2
      case .apexAndBelow(let host):
        name = host.text; kind = .apexAndBelow
        if rule.verdict != .denyAlways { prefix += 2 }
      case .glob(let label, let parent):
        name = parent.text; glob = label; kind = .glob; prefix += label.utf8.count + 1
      }
      return RuleRow(
        start: UInt32(rule.range.lowerBound), line: UInt32(rule.line), portSet: UInt32(number + 2),
        until: rule.until?.daysSince1970 ?? .max, section: Int32(rule.section ?? -1),
        length: UInt16(rule.range.count), nameOffset: UInt8(prefix),
        nameLength: UInt8(name.utf8.count), globOffset: UInt8(marks),
        globLength: UInt8(glob.utf8.count), kind: kind, verdict: rule.verdict)
    }
  }
}
