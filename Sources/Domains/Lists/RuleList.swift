/// The rules of an ``Allowlist`` in the order of their lines. Each ``Rule`` is made when it is asked
/// for, at the cost of two counted references; it keeps the list's text alive.
public struct RuleList: RandomAccessCollection, Sendable {
  let text: [UInt8]
  let rows: [RuleRow]
  let portSets: [PortSet]

  public var startIndex: Int { 0 }
  public var endIndex: Int { rows.count }

  /// Traps on an index outside `indices`.
  public subscript(position: Int) -> Rule {
    let row = rows[position]
    return Rule(listText: text, row: row, ports: portSets[Int(row.portSet)])
  }
}
