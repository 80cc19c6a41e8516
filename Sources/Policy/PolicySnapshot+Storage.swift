package import Domains

/// One environment as the decisions read it.
@safe struct EnvironmentRow: BitwiseCopyable, Sendable {
  var access: AccessLevel
  var name: Slice
  /// The labels of the matcher's lists, in its order.
  var labels: Slice
  var unlisted: Slice
  var ranges: Slice
  /// Kept alive by ``PolicySnapshot/environments``; unmanaged, so that a lookup counts no references.
  var matcher: Unmanaged<Matcher>
}

/// A part of another table.
struct Slice: BitwiseCopyable, Sendable {
  var start: Int
  var count: Int
}

/// An ``AddressRule``; `hasPorts` tells "no ports were given" from an empty set.
struct RangeRow: BitwiseCopyable, Sendable {
  var range: AddressRange
  var hasPorts: Bool
  var ports: Slice
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
          access: environment.access, name: store(environment.name),
          labels: Slice(start: firstLabel, count: labels.count - firstLabel),
          unlisted: store(PolicySnapshot.unlisted(environment)),
          ranges: Slice(start: firstRange, count: environment.addressRules.count),
          matcher: .passUnretained(environment.matcher)))
    }
  }

  private mutating func store(_ text: String) -> Slice {
    let start = texts.count
    texts += text.utf8
    return Slice(start: start, count: texts.count - start)
  }

  private mutating func append(_ rule: AddressRule) {
    let start = ports.count
    if let set = rule.ports {
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
        range: rule.range, hasPorts: rule.ports != nil,
        ports: Slice(start: start, count: ports.count - start)))
  }
}

/// What the address rules of an environment say of an address and a port.
enum Opening: BitwiseCopyable {
  case open
  /// A range holds the address, but for other ports.
  case otherPorts
  case closed
}

extension PolicySnapshot {
  @inline(__always)
  func match(
    _ host: borrowing HostKey, port: Port, environment: Int, on day: Day
  ) -> Matcher.Match {
    unsafe rows[environment].matcher._withUnsafeGuaranteedRef {
      $0.match(host, port: port, on: day)
    }
  }

  /// ``AddressRule`` says what a rule without ports means in each case.
  func opening(
    _ address: IPAddress, port: Port, environment: Int, isLiteral: Bool
  ) -> Opening {
    let slice = rows[environment].ranges
    var result = Opening.closed
    var index = slice.start
    while index < slice.start + slice.count {
      let row = ranges[index]
      index += 1
      guard row.range.contains(address) else { continue }
      if !row.hasPorts {
        if !isLiteral || port == .http || port == .https { return .open }
      } else if contains(row.ports, port) {
        return .open
      }
      result = .otherPorts
    }
    return result
  }

  private func contains(_ slice: Slice, _ port: Port) -> Bool {
    var index = slice.start
    while index < slice.start + slice.count {
      let row = ports[index]
      if row.first <= port.number && port.number <= row.last { return true }
      index += 1
    }
    return false
  }

  /// Whether a connection to `address` and `port` would come back to this process; see
  /// ``OwnAddresses``.
  func isOwn(_ address: IPAddress, port: Port) -> Bool {
    var index = 0
    while index < listeners.count {
      let listener = listeners[index]
      index += 1
      guard listener.port == port else { continue }
      let target = AddressGuard.unwrapped(address)
      if AddressGuard.isUnspecified(target) { return true }
      if listener.isWildcard
        ? AddressGuard.isLoopback(target) || isLocal(target)
        : listener.address == target
      {
        return true
      }
    }
    return false
  }

  private func isLocal(_ address: IPAddress) -> Bool {
    var index = 0
    while index < localAddresses.count {
      if localAddresses[index] == address { return true }
      index += 1
    }
    return false
  }
}

extension PolicySnapshot {
  /// The name of an environment, for audit records; allocates nothing.
  @_lifetime(borrow self)
  package borrowing func environmentName(_ environment: Int) -> Span<UInt8> {
    text(rows[environment].name)
  }

  /// The label of the list that holds `rule`, `default@2026.11.22-1`; empty for no rule. Allocates
  /// nothing.
  @_lifetime(borrow self)
  package borrowing func listLabel(of rule: Matcher.RuleIndex, environment: Int) -> Span<UInt8> {
    guard rule != .none else { return text(Slice(start: 0, count: 0)) }
    let row = rows[environment]
    let list = unsafe row.matcher._withUnsafeGuaranteedRef { $0.listIndex(of: rule) }
    precondition(list >= 0 && list < row.labels.count)
    return text(labels[row.labels.start + list])
  }

  /// The line of `rule` in its list, from 1; 0 for no rule.
  package func ruleLine(of rule: Matcher.RuleIndex, environment: Int) -> UInt32 {
    guard rule != .none else { return 0 }
    return unsafe rows[environment].matcher._withUnsafeGuaranteedRef { $0.line(of: rule) }
  }

  /// What follows a host's name when no rule names it, from ` is not on …` to the lists' labels, made
  /// beforehand because it is the answer that is given most; ASCII, allocates nothing.
  @_lifetime(borrow self)
  package borrowing func unlistedPhrase(_ environment: Int) -> Span<UInt8> {
    text(rows[environment].unlisted)
  }

  @_lifetime(borrow self)
  private borrowing func text(_ slice: Slice) -> Span<UInt8> {
    let start = unsafe texts.checkedStart(slice.start, slice.count)
    return unsafe _overrideLifetime(
      Span(_unsafeStart: start, count: slice.count), borrowing: self)
  }
}
