package import Audit
package import Domains

/// Which records are asked for. Each kind of condition holds where one of its values fits; all kinds
/// that are given have to. A record without the member that a condition is about does not fit.
package struct RecordFilter: Sendable {
  /// Which hosts: the words are those of allowlists.
  package enum HostPattern: Hashable, Sendable {
    case exact(String)
    /// `*.example.org`: any depth below, never the name itself.
    case below(String)
    /// `+.example.org`: the name and all below it.
    case apexAndBelow(String)

    /// A name or an address, or a name with `*.` or `+.` in front; `nil` for what can be no host.
    package init?(_ text: String) {
      let isPattern = text.hasPrefix("*.") || text.hasPrefix("+.")
      let rest = isPattern ? String(text.dropFirst(2)) : text
      if !isPattern, let address = IPAddress(parsing: Array(rest.utf8).span) {
        self = .exact("\(address)")
        return
      }
      guard let name = try? Hostname(rest) else { return nil }
      self =
        text.hasPrefix("*.")
        ? .below(name.text) : isPattern ? .apexAndBelow(name.text) : .exact(name.text)
    }
  }

  /// Who asked.
  package enum ClientPattern: Hashable, Sendable {
    case range(AddressRange)
    /// A process that came by a Unix socket.
    case unix

    /// An address, a block of addresses, or `unix`.
    package init?(_ text: String) {
      if text == "unix" {
        self = .unix
        return
      }
      guard let range = AddressRange(text) else { return nil }
      self = .range(range)
    }
  }

  package var events: [String] = []
  package var environments: [String] = []
  package var verdicts: [String] = []
  package var reasons: [String] = []
  package var ids: [String] = []
  package var hosts: [HostPattern] = []
  package var clients: [ClientPattern] = []
  /// The first moment that fits.
  package var since: TimeBound?
  /// The first moment that fits no longer.
  package var until: TimeBound?

  package init() {}

  /// The same, made ready to be asked often.
  package var compiled: CompiledFilter { CompiledFilter(self) }
}

/// ``RecordFilter`` as bytes.
package struct CompiledFilter: Sendable {
  private struct Condition: Sendable {
    let member: RecordMember
    let texts: [[UInt8]]
  }

  private let conditions: [Condition]
  private let hosts: [(kind: UInt8, name: [UInt8])]
  private let clients: [RecordFilter.ClientPattern]
  private let since: [UInt8]?
  private let until: [UInt8]?

  init(_ filter: RecordFilter) {
    conditions = [
      (RecordMember.event, filter.events), (.environment, filter.environments),
      (.verdict, filter.verdicts), (.reason, filter.reasons), (.id, filter.ids),
    ].filter { !$0.1.isEmpty }.map { Condition(member: $0.0, texts: $0.1.map { Array($0.utf8) }) }
    hosts = filter.hosts.map { pattern in
      switch pattern {
      case .exact(let name): (0, Array(name.utf8))
      case .below(let name): (1, Array(name.utf8))
      case .apexAndBelow(let name): (2, Array(name.utf8))
      }
    }
    clients = filter.clients
    since = filter.since?.bytes
    until = filter.until?.bytes
  }

  /// Whether everything fits.
  package var isEmpty: Bool {
    conditions.isEmpty && hosts.isEmpty && clients.isEmpty && since == nil && until == nil
  }

  package func matches(_ line: Span<UInt8>, _ fields: RecordFields) -> Bool {
    for condition in conditions {
      let place: RecordFields.Place
      switch condition.member {
      case .event: place = fields.event
      case .environment: place = fields.environment
      case .verdict: place = fields.verdict
      case .reason: place = fields.reason
      default: place = fields.id
      }
      guard isOne(line, place, fields, of: condition.texts) else { return false }
    }
    if !hosts.isEmpty, !hasHost(line, fields) { return false }
    if !clients.isEmpty, !hasClient(line, fields) { return false }
    if since != nil || until != nil {
      let time = line.extracting(fields.time.range)
      if let since, Self.isBefore(time, since.span) { return false }
      if let until, !Self.isBefore(time, until.span) { return false }
    }
    return true
  }

  private func isOne(
    _ line: Span<UInt8>, _ place: RecordFields.Place, _ fields: RecordFields, of texts: [[UInt8]]
  ) -> Bool {
    guard !place.isEmpty else { return false }
    let bytes = line.extracting(place.range)
    for text in texts where bytes.equals(text.span) { return true }
    guard fields.hasEscapes else { return false }
    let decoded = Array(line.text(place, fields).utf8)
    return texts.contains(decoded)
  }

  private func hasHost(_ line: Span<UInt8>, _ fields: RecordFields) -> Bool {
    guard !fields.host.isEmpty else { return false }
    let host = line.extracting(fields.host.range)
    for (kind, name) in hosts {
      if kind != 1, host.equals(name.span) { return true }
      let start = host.count - name.count
      if kind != 0, start > 0, host[start - 1] == UInt8(ascii: "."),
        host.extracting(start..<host.count).equals(name.span)
      {
        return true
      }
    }
    return false
  }

  private func hasClient(_ line: Span<UInt8>, _ fields: RecordFields) -> Bool {
    let text = ClientText.withoutPort(line.extracting(fields.client.range))
    guard !text.isEmpty else { return false }
    if text.equals("unix") { return clients.contains(.unix) }
    guard let address = IPAddress(parsing: text) else { return false }
    for case .range(let range) in clients where range.contains(address) { return true }
    return false
  }

  /// The order of times of equal form; what is shorter is before what it begins.
  private static func isBefore(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      return left[index] < right[index]
    }
    return left.count < right.count
  }
}

/// The `client` member.
enum ClientText {
  /// The address alone: `10.0.7.2` of `10.0.7.2:51514`, `::1` of `[::1]:51514`; `unix` as it is.
  @_lifetime(copy text)
  static func withoutPort(_ text: Span<UInt8>) -> Span<UInt8> {
    var end = text.count
    while end > 0, text[end - 1] != UInt8(ascii: ":") {
      let isDigit = text[end - 1] &- 0x30 < 10
      guard isDigit else { return text }
      end -= 1
    }
    guard end > 1 else { return text }
    if text[0] == UInt8(ascii: "["), text[end - 2] == UInt8(ascii: "]") {
      return text.extracting(1..<end - 2)
    }
    return text.extracting(0..<end - 1)
  }
}
