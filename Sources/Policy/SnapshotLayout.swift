import Domains

// The flat form of a snapshot. Made once; `PolicySnapshot+Addresses` and `PolicySnapshot+Text` read
// it.

/// One environment as the decisions read it.
@safe struct EnvironmentRow: BitwiseCopyable, Sendable {
  var access: AccessLevel
  var serverNameCheck: ServerNameCheck
  var name: Slice
  /// The labels of the matcher's lists, in its order.
  var labels: Slice
  /// Those labels, joined for answers.
  var labelText: Slice
  var unlisted: Slice
  var ranges: Slice
  /// Kept alive by ``PolicySnapshot/environments``; unmanaged, so that a lookup counts no
  /// references.
  var matcher: Unmanaged<Matcher>
}

/// A part of another table.
struct Slice: BitwiseCopyable, Sendable {
  var start: Int
  var count: Int
}

/// An ``AddressRule`` with the mask of its prefix; `hasPorts` tells "no ports were given" from
/// others.
struct RangeRow: BitwiseCopyable, Sendable {
  var base: IPAddress
  var maskHigh: UInt64
  var maskLow: UInt64
  var hasPorts: Bool
  var ports: Slice

  init(_ range: AddressRange, hasPorts: Bool, ports: Slice) {
    base = range.base
    // The prefix counts from bit 127; the 32 bits of IPv4 are the last ones. Smart shifts: by 64
    // and more they give 0.
    let length = Int(range.prefixLength) + (range.base.family == .v4 ? 96 : 0)
    maskHigh = ~(UInt64.max >> min(length, 64))
    maskLow = ~(UInt64.max >> max(length - 64, 0))
    self.hasPorts = hasPorts
    self.ports = ports
  }

  /// As `AddressRange.contains`.
  func contains(_ address: IPAddress) -> Bool {
    address.family == base.family && address.high & maskHigh == base.high
      && address.low & maskLow == base.low
  }
}

/// The ports `first` to `last`.
struct PortRow: BitwiseCopyable, Sendable {
  var first: UInt16
  var last: UInt16
}

struct ListenerRow: BitwiseCopyable, Sendable {
  var address: IPAddress
  var isWildcard: Bool
  var port: Port
}

/// The tables of a snapshot while they are made.
struct SnapshotLayout {
  var rows: [EnvironmentRow] = []
  var ranges: [RangeRow] = []
  var ports: [PortRow] = []
  /// Slices of ``texts``.
  var labels: [Slice] = []
  var texts: [UInt8] = []
  var listeners: [ListenerRow]
  var localAddresses: [IPAddress]

  init(_ environments: [Environment], _ own: OwnAddresses) {
    listeners = own.listeners.map { listener in
      let address = listener.address ?? IPAddress(v4: 0)
      return ListenerRow(
        address: address, isWildcard: AddressGuard.isUnspecified(address), port: listener.port)
    }
    localAddresses = own.localAddresses
    for environment in environments {
      let firstRange = ranges.count
      let firstLabel = labels.count
      for list in environment.matcher.lists { labels.append(store(list.label)) }
      for rule in environment.addressRules { append(rule) }
      unsafe rows.append(
        EnvironmentRow(
          access: environment.access, serverNameCheck: environment.serverNameCheck,
          name: store(environment.name),
          labels: Slice(start: firstLabel, count: labels.count - firstLabel),
          labelText: store(Self.joinedLabels(environment)),
          unlisted: store(PolicySnapshot.unlisted(environment)),
          ranges: Slice(start: firstRange, count: environment.addressRules.count),
          matcher: .passUnretained(environment.matcher)))
    }
  }

  private static func joinedLabels(_ environment: Environment) -> String {
    let labels = environment.matcher.lists.map(\.label)
    return labels.count <= 4
      ? labels.joined(separator: ", ") : "\(labels[0]) and \(labels.count - 1) others"
  }

  private mutating func store(_ text: String) -> Slice {
    let start = texts.count
    texts += text.utf8
    return Slice(start: start, count: texts.count - start)
  }

  private mutating func append(_ rule: AddressRule) {
    let start = ports.count
    if rule.ports == .all {
      ports.append(PortRow(first: 1, last: .max))
    } else if let set = rule.ports {
      for number in UInt16(1)...UInt16.max where Port(number).map(set.contains) == true {
        if ports.count > start, ports[ports.count - 1].last == number - 1 {
          ports[ports.count - 1].last = number
        } else {
          ports.append(PortRow(first: number, last: number))
        }
      }
    }
    ranges.append(
      RangeRow(
        rule.range, hasPorts: rule.ports != nil,
        ports: Slice(start: start, count: ports.count - start)))
  }
}
