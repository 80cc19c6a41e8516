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
  struct Problem: Error {
    let offset: Int
    let text: String
  }

  /// Reads a line. Members that are not known are ignored.
  init(_ bytes: [UInt8], _ range: Range<Int>) throws(Problem) {
    do throws(JSONLine.Problem) {
      self = try Fields(JSONLine(bytes, range)).entry(at: range.lowerBound)
    } catch {
      throw Problem(offset: error.offset, text: error.text.description)
    }
  }

  /// The members that matter.
  private struct Fields {
    var version: Int?
    var event = ""
    var time = ""
    var environment = ""
    var access = ""
    var host = ""
    var port: Int?
    var verdict = ""
    var reason = ""
    var wouldDeny = ""
    var rule = ""

    init(_ object: consuming JSONLine) throws(JSONLine.Problem) {
      var line = object
      while let (name, value) = try line.next() {
        switch value {
        case .string(let range, let hasEscapes):
          take(line, name, range, hasEscapes)
        case .number(let range):
          if line.isName(name, "v") { version = line.integer(range) ?? -1 }
          if line.isName(name, "port") { port = line.integer(range) ?? -1 }
        case .bool, .null, .nested: continue
        }
      }
    }

    private mutating func take(
      _ line: JSONLine, _ name: Range<Int>, _ range: Range<Int>, _ hasEscapes: Bool
    ) {
      func text() -> String { line.text(range, hasEscapes: hasEscapes) }
      if line.isName(name, "event") {
        event = text()
      } else if line.isName(name, "time") {
        time = text()
      } else if line.isName(name, "environment") {
        environment = text()
      } else if line.isName(name, "access") {
        access = text()
      } else if line.isName(name, "host") {
        host = text()
      } else if line.isName(name, "verdict") {
        verdict = text()
      } else if line.isName(name, "reason") {
        reason = text()
      } else if line.isName(name, "would_deny") {
        wouldDeny = text()
      } else if line.isName(name, "rule") {
        rule = text()
      }
    }

    func entry(at offset: Int) throws(JSONLine.Problem) -> AuditEntry {
      func refuse(_ text: StaticString) -> JSONLine.Problem {
        JSONLine.Problem(offset: offset, text: text)
      }
      guard let version, version >= 1 else { throw refuse("no version `v`") }
      guard version == 1 else { return .laterVersion }
      guard !event.isEmpty else { throw refuse("no event") }
      if event == "start" { return .start(environment: environment, access: access) }
      guard event == "decision" else { return .other }
      guard verdict == "allow" || verdict == "deny" else {
        throw refuse("a decision without a verdict")
      }
      guard !reason.isEmpty else { throw refuse("a decision without a reason") }
      guard let day = Self.day(time) else { throw refuse("a decision without a time in UTC") }
      var number: Port?
      if let port {
        guard let value = UInt16(exactly: port), let valid = Port(value) else {
          throw refuse("a port that is none")
        }
        number = valid
      }
      return .decision(
        AuditDecision(
          time: time, day: day, environment: environment, access: access, host: host,
          port: number, isAllowed: verdict == "allow" && wouldDeny.isEmpty,
          reason: wouldDeny.isEmpty ? reason : wouldDeny, rule: rule))
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
}
