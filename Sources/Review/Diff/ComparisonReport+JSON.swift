import Domains

/// A comparison for programs.
extension ComparisonReport {
  /// One object; the changes one a line.
  package func writeJSON(to output: inout some TextOutputStream) {
    let counts = ListChange.Kind.allCases.map { kind in
      (kind.rawValue, String(self.counts[kind] ?? 0))
    }
    output.write("{\"result\":\(JSONText.quoted(result)),")
    output.write("\"wider\":\(isWider),\"narrower\":\(isNarrower),")
    output.write("\"day\":\"\(comparison.day)\",")
    output.write("\"old\":\(Self.lists(comparison.sides.old)),")
    output.write("\"new\":\(Self.lists(comparison.sides.new)),")
    output.write("\"counts\":\(JSONText.object(counts)),\"changes\":[")
    for number in 0..<comparison.count {
      output.write(number == 0 ? "\n" : ",\n")
      output.write(Self.object(comparison.change(number)))
    }
    output.write(comparison.isEqual ? "]}\n" : "\n]}\n")
  }

  private static func lists(_ lists: [Allowlist]) -> String {
    JSONText.array(
      lists.map {
        JSONText.object([
          ("list", JSONText.quoted($0.label)), ("file", JSONText.quoted($0.file)),
          ("sha256", JSONText.quoted($0.digest)), ("rules", String($0.rules.count)),
        ])
      })
  }

  private static func object(_ change: ListChange) -> String {
    var members = [
      ("change", "\"\(change.kind.rawValue)\""), ("pattern", JSONText.quoted(change.pattern)),
      ("wider", String(change.isWider)), ("narrower", String(change.isNarrower)),
    ]
    if let witness = change.witness {
      members.append(
        (
          "witness",
          JSONText.object([
            ("host", JSONText.quoted(witness.host)), ("port", witness.port.description),
            ("day", "\"\(witness.day)\""),
          ])
        ))
    }
    members.append(("steps", JSONText.array(change.steps.map(object))))
    members.append(("old", JSONText.array(change.oldRules.map(object))))
    members.append(("new", JSONText.array(change.newRules.map(object))))
    members.append(("except", JSONText.array(change.exceptions.map(JSONText.quoted))))
    return JSONText.object(members)
  }

  private static func object(_ step: ListChange.Step) -> String {
    JSONText.object([
      ("ports", "\"\(step.ports)\""), ("wider", String(step.isWider)),
      ("old", object(step.old)), ("new", object(step.new)),
    ])
  }

  private static func object(_ answer: PortAnswer) -> String {
    switch answer {
    case .refused: "{\"answer\":\"not_allowed\"}"
    case .denied: "{\"answer\":\"denied\"}"
    case .deniedAlways: "{\"answer\":\"denied_always\"}"
    case .allowed(let day, let anyProtocol):
      "{\"answer\":\"allowed\"\(day.map { ",\"until\":\"\($0)\"" } ?? "")\(members(anyProtocol))}"
    }
  }

  private static func members(_ anyProtocol: PortAnswer.AnyProtocol) -> String {
    guard case .until(let end) = anyProtocol else { return "" }
    return ",\"protocol\":\"any\"" + (end.map { ",\"protocol_until\":\"\($0)\"" } ?? "")
  }

  private static func object(_ place: Sides.Place) -> String {
    JSONText.object([
      ("rule", JSONText.quoted(place.text)), ("list", JSONText.quoted(place.list)),
      ("file", JSONText.quoted(place.file)), ("line", String(place.line)),
    ])
  }
}
