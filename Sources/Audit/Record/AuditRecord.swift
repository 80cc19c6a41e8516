package import Domains
package import Policy

/// The fixed part of one audit record; the texts are given beside it to ``Journal/append(_:environment:listener:method:host:list:raw:)``.
/// A member whose value here is `nil`, 0 where 0 is said to mean none, or an empty text is left out
/// of the JSON. docs/audit-log.md says what each member means.
package struct AuditRecord: BitwiseCopyable, Sendable {
  package var event: AuditEvent
  package var verdict: AuditVerdict = .none
  package var reason: ReasonCode?
  /// What would have refused a request that passed because its environment only reports.
  package var wouldDeny: ReasonCode?
  /// The access level of the environment.
  package var access: AccessLevel?
  package var end: EndCode?
  package var id: RequestID
  /// Unix time by the wall clock, microseconds.
  package var timeMicroseconds: UInt64
  /// The peer that asked, as the listener saw it; `nil` for records of the process itself.
  package var client: IPAddress?
  package var clientPort: UInt16 = 0
  /// The process that asked, where it came by a Unix socket; then there is no ``client``.
  package var process: AuditProcess?
  /// The peer of the connection, where ``client`` is whom that peer says it speaks for.
  package var via: AuditPeer?
  /// The port that was asked for; 0 for none.
  package var port: UInt16 = 0
  /// The line of the deciding rule in the list that is given beside the record; 0 for none.
  package var ruleLine: UInt32 = 0
  /// The generation of the policy snapshot that decided; 0 for none.
  package var generation: UInt64 = 0
  /// The address that was dialled.
  package var address: IPAddress?
  /// From the first query to the answer used.
  package var dnsMicroseconds: UInt32?
  /// From the first connect to the one that stood.
  package var connectMicroseconds: UInt32?
  /// Bytes from the client to the upstream; only in `close` records.
  package var bytesUp: UInt64 = 0
  /// Bytes from the upstream to the client; only in `close` records.
  package var bytesDown: UInt64 = 0
  /// From the decision to the end; only in `close` records.
  package var durationMicroseconds: UInt64 = 0
  /// The HTTP status that the client was answered; 0 for none.
  package var status: UInt16 = 0
  package var workerID: UInt16 = 0
  /// Addresses of the name that the address guard refused, up to 255.
  package var forbiddenAddresses: UInt8 = 0

  package init(event: AuditEvent, id: RequestID, timeMicroseconds: UInt64) {
    self.event = event
    self.id = id
    self.timeMicroseconds = timeMicroseconds
  }
}
