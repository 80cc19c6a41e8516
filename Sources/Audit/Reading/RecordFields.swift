/// Where the members of one audit record stand in its line. Made by ``RecordScanner``; offsets are
/// from the line's first byte.
package struct RecordFields: BitwiseCopyable, Sendable {
  /// A value in the line: the inside of a text, or a number's digits. Empty: there is none.
  package struct Place: BitwiseCopyable, Sendable {
    private let start: UInt32
    private let length: UInt32

    package init(_ range: Range<Int>) {
      start = UInt32(range.lowerBound)
      length = UInt32(range.count)
    }

    package static var none: Place { Place(0..<0) }

    package var isEmpty: Bool { length == 0 }
    package var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
  }

  package var version = Place.none
  package var sequence = Place.none
  package var time = Place.none
  package var event = Place.none
  package var id = Place.none
  package var environment = Place.none
  package var access = Place.none
  package var client = Place.none
  package var listener = Place.none
  package var method = Place.none
  package var host = Place.none
  package var port = Place.none
  package var verdict = Place.none
  package var reason = Place.none
  package var wouldDeny = Place.none
  package var rule = Place.none
  package var generation = Place.none
  package var address = Place.none
  package var bytesUp = Place.none
  package var bytesDown = Place.none
  package var duration = Place.none
  package var end = Place.none
  package var status = Place.none
  package var detail = Place.none
  package var dropped = Place.none
  package var chain = Place.none
  /// The number of the line in its file, from 1 on, where a reader says it.
  package var line = 0
  /// A text among them has escapes, so that its bytes are not what it says.
  package var hasEscapes = false
  /// The line has bytes outside of ASCII.
  package var isWide = false
  /// The members that the line has, by their place in ``RecordMember``.
  package var seen: UInt64 = 0

  package init() {}

  /// Stores where a member's value is.
  @inline(__always)
  package mutating func set(_ member: RecordMember, _ place: Place) {
    seen |= 1 << UInt64(member.rawValue)
    switch member {
    case .version: version = place
    case .sequence: sequence = place
    case .time: time = place
    case .event: event = place
    case .id: id = place
    case .environment: environment = place
    case .access: access = place
    case .client: client = place
    case .listener: listener = place
    case .method: method = place
    case .host: host = place
    case .port: port = place
    case .verdict: verdict = place
    case .reason: reason = place
    case .wouldDeny: wouldDeny = place
    case .rule: rule = place
    case .generation: generation = place
    case .address: address = place
    case .bytesUp: bytesUp = place
    case .bytesDown: bytesDown = place
    case .duration: duration = place
    case .end: end = place
    case .status: status = place
    case .detail: detail = place
    case .dropped: dropped = place
    case .chain: chain = place
    default: break
    }
  }

  package func has(_ member: RecordMember) -> Bool {
    seen >> UInt64(member.rawValue) & 1 != 0
  }
}

/// The members of a record, in the order in which the writer puts them. docs/audit-log.md says what
/// each means.
package enum RecordMember: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case version, sequence, time, event, id, environment, access, client, clientUser, clientGroup
  case clientProcess, via, viaUser, viaGroup, viaProcess, listener, method, host, port, verdict
  case reason, wouldDeny, rule, generation, address, forbiddenAddresses, dns, connect, bytesUp
  case bytesDown, duration, end, status, targetRaw, targetTruncated, detail, upstreamProxy
  case upstreamStatus, dropped, worker, clockStep, chain

  /// As it is spelled.
  package var name: StaticString {
    switch self {
    case .version: "v"
    case .sequence: "seq"
    case .time: "time"
    case .event: "event"
    case .id: "id"
    case .environment: "environment"
    case .access: "access"
    case .client: "client"
    case .clientUser: "uid"
    case .clientGroup: "gid"
    case .clientProcess: "pid"
    case .via: "via"
    case .viaUser: "via_uid"
    case .viaGroup: "via_gid"
    case .viaProcess: "via_pid"
    case .listener: "listener"
    case .method: "method"
    case .host: "host"
    case .port: "port"
    case .verdict: "verdict"
    case .reason: "reason"
    case .wouldDeny: "would_deny"
    case .rule: "rule"
    case .generation: "generation"
    case .address: "address"
    case .forbiddenAddresses: "forbidden_addresses"
    case .dns: "dns_us"
    case .connect: "connect_us"
    case .bytesUp: "bytes_up"
    case .bytesDown: "bytes_down"
    case .duration: "duration_us"
    case .end: "end"
    case .status: "status"
    case .targetRaw: "target_raw"
    case .targetTruncated: "target_truncated"
    case .detail: "detail"
    case .upstreamProxy: "upstream_proxy"
    case .upstreamStatus: "upstream_status"
    case .dropped: "dropped"
    case .worker: "worker"
    case .clockStep: "clock_step_us"
    case .chain: "chain"
    }
  }

  /// What its value is in a record of ours.
  var kind: Kind {
    switch self {
    case .version, .sequence, .clientUser, .clientGroup, .clientProcess, .viaUser, .viaGroup,
      .viaProcess, .port, .generation, .forbiddenAddresses, .dns, .connect, .bytesUp, .bytesDown,
      .duration, .status, .upstreamStatus, .dropped, .worker:
      .number
    case .clockStep: .signedNumber
    case .targetTruncated: .truth
    case .time, .event, .id, .environment, .access, .client, .via, .listener, .method, .host,
      .verdict, .reason, .wouldDeny, .rule, .address, .end, .targetRaw, .detail, .upstreamProxy,
      .chain:
      .text
    }
  }

  /// Whether its value is a text.
  package var isText: Bool { kind == .text }

  enum Kind { case text, number, signedNumber, truth }
}
