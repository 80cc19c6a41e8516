package import Audit
internal import CLinux
internal import Review

extension AuditLog {
  /// Records what the administration did, and for whom. `members` hold JSON.
  package func noteAdmin(
    _ action: String, by who: AdminIdentity, _ members: [(key: String, value: String)] = []
  ) {
    noteAdmin(action, by: "\(who)", members)
  }

  package func noteAdmin(
    _ action: String, by who: String, _ members: [(key: String, value: String)] = []
  ) {
    let record = AuditRecord(
      event: .admin, id: RequestID(high: 0, low: 0), timeMicroseconds: cl_realtime_us())
    let all =
      [(key: "action", value: JSONText.quoted(action)), ("by", JSONText.quoted(who))] + members
    note(record, members: String(JSONText.object(all).dropFirst().dropLast()))
  }
}
