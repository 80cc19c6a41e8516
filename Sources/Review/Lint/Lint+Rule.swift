import Domains

/// What can be said of a rule alone: its pattern and its ports.
extension Lint {
  mutating func checkPattern(_ rule: Rule, _ file: Int) {
    let name: String
    var form: String?
    var isWild = true
    switch rule.pattern {
    case .exact(let suffix): (name, isWild) = (suffix.text, false)
    case .oneLabel(let suffix), .below(let suffix), .apexAndBelow(let suffix): name = suffix.text
    case .glob(let label, let suffix): (name, form) = (suffix.text, label)
    }
    if rule.verdict == .allow {
      if isWild { checkSuffix(rule, name, file) }
      if let form, GlobForm.literalCount(Array(form.utf8)) < 2 {
        collector.add(
          .broadGlob, file: file, line: rule.line,
          (
            "`\(form)` fits nearly every label",
            "write more of the label, or `?.\(name)` if every label is meant"
          ))
      }
    }
    if name.utf8.contains(UInt8(ascii: "_")) || form?.utf8.contains(UInt8(ascii: "_")) == true {
      collector.add(
        .underscore, file: file, line: rule.line,
        (
          "host names have no underscore (RFC 1123 §2.1), and no public certificate has one",
          "check the name"
        ))
    }
    if name.utf8.contains(UInt8(ascii: "x")) || form != nil { checkLabels(rule, name, form, file) }
  }

  // MARK: - Suffixes

  private mutating func checkSuffix(_ rule: Rule, _ name: String, _ file: Int) {
    // The list has rules such as `*.compute.amazonaws.com`, that are about the names just below.
    let child = "any-label.\(name)"
    if let host = TenantHost.host(at: name) {
      collector.add(
        .multiTenant, file: file, line: rule.line,
        (
          "anyone can have a name below `\(name)`: \(host.reason)",
          "name the hosts that are needed"
        ))
    } else if suffixes.isPrivateSuffix(name) || suffixes.isPrivateSuffix(child) {
      collector.add(
        .multiTenant, file: file, line: rule.line,
        (
          "`\(name)` hosts many customers, and anyone can become one",
          "name the hosts that are needed"
        ))
    } else if suffixes.isListedSuffix(name) || suffixes.isListedSuffix(child) {
      collector.add(
        .publicSuffix, file: file, line: rule.line,
        (
          "anyone can register a name below the public suffix `\(name)`",
          "name the domains that are needed"
        ))
    } else if let host = tenant(of: rule, below: name) {
      collector.add(
        .multiTenant, file: file, line: rule.line,
        (
          "this takes in `\(host.place(below: name))`, where anyone can put data: \(host.reason)",
          "name the hosts that are needed, or deny the others"
        ))
    } else if !name.utf8.contains(UInt8(ascii: ".")) {
      collector.add(
        .wholeTopLevel, file: file, line: rule.line,
        (
          "this takes in every name that ends in `.\(name)`",
          "name the domains that are needed, unless the whole of it is yours"
        ))
    }
  }

  /// A place below `name` that a wildcard on it takes in.
  private func tenant(of rule: Rule, below name: String) -> TenantHost? {
    TenantHost.hosts(below: name).first { _, front in
      switch rule.pattern {
      case .exact: false
      case .below, .apexAndBelow: true
      case .oneLabel: front.count == 1
      case .glob(let label, _):
        front.count == 1
          && (front[0] == "*" || GlobForm.covers(Array(label.utf8), Array(front[0].utf8)))
      }
    }?.host
  }

  // MARK: - International names

  private mutating func checkLabels(_ rule: Rule, _ name: String, _ form: String?, _ file: Int) {
    for label in name.split(separator: ".") where InternationalName.isEncoded(label) {
      checkEncoded(String(label), rule.line, file)
    }
    guard let form else { return }
    if InternationalName.isEncoded(form) {
      collector.add(
        .invalidIDN, file: file, line: rule.line,
        (
          "a glob inside an xn-- label says nothing about what people read",
          "name the hosts, or use `?.`"
        ))
    }
  }

  private mutating func checkEncoded(_ label: String, _ line: Int, _ file: Int) {
    let decoded: String
    do throws(InternationalName.Problem) {
      decoded = try InternationalName.decode(label)
    } catch {
      collector.add(
        .invalidIDN, file: file, line: line,
        (
          "`\(label)` is no valid international label: \(error.summary)",
          "write the name in its usual spelling and run `sluice allowlist fmt`"
        ))
      return
    }
    if let twin = InternationalName.lookalike(of: decoded) {
      collector.add(
        .confusableIDN, file: file, line: line,
        (
          "`\(label)` is `\(decoded)`, which looks like the ASCII label `\(twin)`",
          "make sure that this is the name that is meant"
        ))
      return
    }
    let scripts = InternationalName.scripts(of: decoded)
    guard !InternationalName.isUsual(scripts) else { return }
    let names = scripts.map(\.rawValue).joined(separator: " and ")
    collector.add(
      .confusableIDN, file: file, line: line,
      (
        "`\(label)` is `\(decoded)`, which mixes \(names)",
        "make sure that this is the name that is meant"
      ))
  }

  // MARK: - Ports

  mutating func checkPorts(_ rule: Rule, _ file: Int) {
    let standard: PortSet = rule.verdict == .allow ? .standard : .all
    if rule.ports == standard {
      // Most rules say nothing of ports; only then is it worth looking at the line.
      guard rule.verdict != .denyAlways, rule.text.utf8.contains(UInt8(ascii: ":")),
        hasPorts(rule, file)
      else { return }
      let text = collector.files[file]
      let isCounted = collector.add(
        .redundantPorts, file: file, line: rule.line, word: ":",
        (
          rule.verdict == .allow
            ? "an allow without ports means 80 and 443 already"
            : "a deny without ports means every port already",
          "remove the ports"
        ),
        fix: Finding.Fix(
          summary: "remove the ports",
          replacement: ListFix.withoutPorts(text, line: rule.line)))
      if isCounted { edits[file].append(.removePorts(line: Int32(clamping: rule.line))) }
      return
    }
    guard rule.verdict == .allow else { return }
    if rule.ports == .all {
      collector.add(
        .everyPort, file: file, line: rule.line, word: ":",
        ("this allows every port, also those of mail, shells and databases", "name the ports"))
      return
    }
    let risks = PortRisk.risks(in: rule.ports)
    if let first = risks.first {
      let more = risks.count == 1 ? "" : ", and \(Counted.text(risks.count - 1, "more such port"))"
      collector.add(
        .riskyPort, file: file, line: rule.line, word: ":",
        (
          "port \(first.number): \(first.why)\(more)",
          "leave it out, or say with `# lint: allow risky-port` why it is needed"
        ))
    }
    if rule.ports.contains(.http), !rule.ports.contains(.https) {
      collector.add(
        .plainHTTP, file: file, line: rule.line, word: ":",
        (
          "port 80 without 443: what goes there can be read and changed on the way",
          "use 443 if the host offers it"
        ))
    }
  }

  private func hasPorts(_ rule: Rule, _ file: Int) -> Bool {
    let file = collector.files[file]
    let words = ListLine.words(file.repair.text, file.range(ofLine: rule.line)).words
    return words.dropFirst().contains { file.repair.text[$0.lowerBound] == UInt8(ascii: ":") }
  }
}
