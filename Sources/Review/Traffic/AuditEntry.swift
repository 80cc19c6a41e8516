package import Domains

/// A record of the audit log, as far as the tools ask; docs/audit-log.md describes all of it.
package enum AuditEntry: Sendable {
  /// The process began to serve: the access level of its environment from here on.
  case start(environment: String, access: String)
  case decision(AuditDecision)
  /// An event that decides nothing, known or not.
  case other
  /// A record of a version of the format that this program does not know.
  case laterVersion
}

/// What was decided about one request.
package struct AuditDecision: Hashable, Sendable {
  /// As it stands: RFC 3339, UTC. Of equal length in all records of one version, so that texts order
  /// as times do.
  package let time: String
  package let day: Day
  package let environment: String
  /// `none`, `limited` or `full`; empty in records of versions that did not say it.
  package let access: String
  /// A canonical name or the text of an address; may be empty if the request had none.
  package let host: String
  package let port: Port?
  /// By its rules: what passed because its environment only reports was denied.
  package let isAllowed: Bool
  /// The reason code's name; of what only a report let pass, the reason to deny it.
  package let reason: String
  /// `list@version:line`, empty if no rule decided.
  package let rule: String
}

extension AuditEntry {
  /// Why a line is no record.
  package struct Problem: Error {
    package let offset: Int
    package let text: String

    package init(offset: Int, text: String) {
      self.offset = offset
      self.text = text
    }
  }

  /// The members of a record that matter here, as texts without escapes; empty where there is none.
  package struct Members {
    package var event = ""
    package var time = ""
    package var environment = ""
    package var access = ""
    package var host = ""
    package var port: Int?
    package var verdict = ""
    package var reason = ""
    package var wouldDeny = ""
    package var rule = ""

    package init() {}
  }

  /// The record with these members, of the version of the format that is known. `offset` is where its
  /// line begins, for a problem.
  package init(_ members: Members, at offset: Int) throws(Problem) {
    func refuse(_ text: String) -> Problem { Problem(offset: offset, text: text) }
    switch members.event {
    case "": throw refuse("no event")
    case "start":
      self = .start(environment: members.environment, access: members.access)
      return
    case "decision": break
    default:
      self = .other
      return
    }
    guard members.verdict == "allow" || members.verdict == "deny" else {
      throw refuse("a decision without a verdict")
    }
    guard !members.reason.isEmpty else { throw refuse("a decision without a reason") }
    guard let day = Self.day(members.time) else {
      throw refuse("a decision without a time in UTC")
    }
    var number: Port?
    if let port = members.port {
      guard let value = UInt16(exactly: port), let valid = Port(value) else {
        throw refuse("a port that is none")
      }
      number = valid
    }
    let isDenied = !members.wouldDeny.isEmpty
    self = .decision(
      AuditDecision(
        time: members.time, day: day, environment: members.environment, access: members.access,
        host: members.host, port: number, isAllowed: members.verdict == "allow" && !isDenied,
        reason: isDenied ? members.wouldDeny : members.reason, rule: members.rule))
  }

  private static func day(_ time: String) -> Day? {
    let bytes = Array(time.utf8)
    guard (20...40).contains(bytes.count), bytes[10] == UInt8(ascii: "T"),
      bytes.last == UInt8(ascii: "Z"),
      bytes.allSatisfy({
        $0 &- UInt8(ascii: "-") < 14 || $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: "Z")
      })
    else { return nil }
    return Day(parsing: bytes.span.extracting(0..<10))
  }
}
