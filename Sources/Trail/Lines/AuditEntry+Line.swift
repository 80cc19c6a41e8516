package import Audit
package import Review

extension AuditEntry {
  /// The record of a line. Throws where a decision lacks what a decision has.
  package init(_ line: Span<UInt8>, _ fields: RecordFields) throws(RecordProblem) {
    let event = line.extracting(fields.event.range)
    guard event.equals("decision") || event.equals("start") else {
      self = .other
      return
    }
    var members = Members()
    members.event = line.text(fields.event, fields)
    members.time = line.text(fields.time, fields)
    members.environment = line.text(fields.environment, fields)
    members.access = line.text(fields.access, fields)
    members.host = line.text(fields.host, fields)
    members.verdict = line.text(fields.verdict, fields)
    members.reason = line.text(fields.reason, fields)
    members.wouldDeny = line.text(fields.wouldDeny, fields)
    members.rule = line.text(fields.rule, fields)
    if fields.has(.port) { members.port = line.number(fields.port) ?? -1 }
    do throws(Problem) {
      try self.init(members, at: 0)
    } catch {
      throw RecordProblem(offset: error.offset, text: error.text)
    }
  }
}
