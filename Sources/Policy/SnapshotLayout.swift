import Domains

// The flat form of a snapshot. Made once; `PolicySnapshot+Addresses` and `PolicySnapshot+Text` read
// it.

/// One environment as the decisions read it.
@safe struct EnvironmentRow: BitwiseCopyable, Sendable {
  var access: AccessLevel
  var mode: PolicyMode
  var serverNameCheck: ServerNameCheck
  var letsCredentialsChoose: Bool
  /// It has credentials, and one of them must be presented.
  var needsCredential: Bool
  /// Moreover it has places, and a client must stand at one of them.
  var needsPlace: Bool
  /// The place of its ``Treatment``.
  var treatment: UInt16
  /// What is open where no rule names ports; empty: 80 and 443.
  var openPorts: Slice
  /// The same for answers.
  var openPortsText: Slice
  /// The lines that are added to responses.
  var responseFields: Slice
  var name: Slice
  /// The labels of the matcher's lists, in its order.
  var labels: Slice
  /// Those of the lists of its own rules.
  var ownLabels: Slice
  /// Those labels, joined for answers.
  var labelText: Slice
  var unlisted: Slice
  var ranges: Slice
  /// Kept alive by ``PolicySnapshot/environments``; unmanaged, so that a lookup counts no
  /// references.
  var matcher: Unmanaged<Matcher>
  var ownRules: Unmanaged<Matcher>?
  /// Its upstream proxy, from 1; 0: none.
  var proxy: UInt16
  /// Who resolves its names; see ``PolicySnapshot/nameServers(of:)``.
  var nameServers: UInt8
}

/// How the rules of a list are called.
struct LabelRow: BitwiseCopyable, Sendable {
  var text: Slice
  /// Lines in front of the first rule that are not counted.
  var skippedLines: UInt32
}

/// A part of another table.
struct Slice: BitwiseCopyable, Sendable {
  var start: Int
  var count: Int

  @inline(__always) static var empty: Slice { Slice(start: 0, count: 0) }
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
  var labels: [LabelRow] = []
  var texts: [UInt8] = []
  var listeners: [ListenerRow]
  var localAddresses: [IPAddress]
  /// The first is that of requests of no environment.
  var treatments = [Treatment()]
  var routes = RouteLayout()

  init(_ environments: [Environment], _ own: OwnAddresses, _ clients: ClientRules) {
    listeners = own.listeners.map { listener in
      let address = listener.address ?? IPAddress(v4: 0)
      return ListenerRow(
        address: address, isWildcard: AddressGuard.isUnspecified(address), port: listener.port)
    }
    localAddresses = own.localAddresses
    var known: [Shape: Shared] = [:]
    var portSets: [PortSet: (ports: Slice, text: Slice)] = [:]
    var fieldLines: [ResponseFields: Slice] = [ResponseFields(): .empty]
    var places = [Treatment(): UInt16(0)]
    let withTokens = Set(clients.tokens.map(\.environment))
    let withPlaces = Set(
      clients.listeners.compactMap(\.self) + clients.networks.map(\.environment)
        + (clients.users + clients.groups).map(\.environment)
        + clients.cgroups.map(\.environment))
    for (index, environment) in environments.enumerated() {
      let needsCredential =
        environment.credentialUse == .required && withTokens.contains(index)
      let firstRange = ranges.count
      for rule in environment.addressRules { append(rule) }
      let shape = Shape(environment)
      let shared = known[shape] ?? makeShared(environment)
      known[shape] = shared
      let treatment = places[environment.treatment] ?? UInt16(treatments.count)
      if Int(treatment) == treatments.count {
        treatments.append(environment.treatment)
        places[environment.treatment] = treatment
      }
      let open = environment.ports.map { portSets[$0] ?? store($0) } ?? (.empty, .empty)
      if let ports = environment.ports { portSets[ports] = open }
      let fields = fieldLines[environment.responseFields] ?? store(environment.responseFields.lines)
      fieldLines[environment.responseFields] = fields
      let firstLabel = labels.count
      for list in environment.ownRules?.lists ?? [] {
        labels.append(
          LabelRow(
            text: store("env/\(environment.name)/\(list.name)"),
            skippedLines: InlineList.headerLines))
      }
      let proxy = environment.upstreamProxy.map { number($0) } ?? 0
      let nameServers = routes.number(environment.nameServers)
      unsafe rows.append(
        EnvironmentRow(
          access: environment.access, mode: environment.mode,
          serverNameCheck: environment.serverNameCheck,
          letsCredentialsChoose: environment.letsCredentialsChoose,
          needsCredential: needsCredential,
          needsPlace: needsCredential && withPlaces.contains(index),
          treatment: treatment, openPorts: open.ports, openPortsText: open.text,
          responseFields: fields,
          name: store(environment.name),
          labels: shared.labels,
          ownLabels: Slice(start: firstLabel, count: labels.count - firstLabel),
          labelText: shared.labelText, unlisted: shared.unlisted,
          ranges: Slice(start: firstRange, count: environment.addressRules.count),
          matcher: .passUnretained(environment.matcher),
          ownRules: environment.ownRules.map { unsafe .passUnretained($0) },
          proxy: proxy, nameServers: nameServers))
    }
  }

  /// What the texts of an environment's lists depend on: environments that are alike in it share them.
  private struct Shape: Hashable {
    let matcher: ObjectIdentifier
    let access: AccessLevel
    let hasOwnRules: Bool

    init(_ environment: Environment) {
      matcher = ObjectIdentifier(environment.matcher)
      access = environment.access
      hasOwnRules = environment.ownRules != nil
    }
  }

  private struct Shared {
    var labels: Slice
    var labelText: Slice
    var unlisted: Slice
  }

  private mutating func makeShared(_ environment: Environment) -> Shared {
    let first = labels.count
    for list in environment.matcher.lists {
      labels.append(
        LabelRow(
          text: store(list.isInline ? list.name : list.label),
          skippedLines: list.isInline ? InlineList.headerLines : 0))
    }
    return Shared(
      labels: Slice(start: first, count: labels.count - first),
      labelText: store(Self.joinedLabels(environment)),
      unlisted: store(PolicySnapshot.unlisted(environment)))
  }

  private static func joinedLabels(_ environment: Environment) -> String {
    let labels = environment.listLabels
    return labels.count <= 4
      ? labels.joined(separator: ", ") : "\(labels[0]) and \(labels.count - 1) others"
  }

  private mutating func store(_ text: String) -> Slice { store(Array(text.utf8)) }

  private mutating func store(_ text: [UInt8]) -> Slice {
    let start = texts.count
    texts += text
    return Slice(start: start, count: texts.count - start)
  }

  /// The rows of a set of ports, and the set as people read it.
  private mutating func store(_ set: PortSet) -> (ports: Slice, text: Slice) {
    (append(set), store(set.description.replacing(",", with: ", ")))
  }

  private mutating func append(_ set: PortSet) -> Slice {
    let start = ports.count
    ports += set.ranges.map { PortRow(first: $0.lowerBound, last: $0.upperBound) }
    return Slice(start: start, count: ports.count - start)
  }

  /// The number of an upstream proxy, from 1.
  private mutating func number(_ proxy: UpstreamProxy) -> UInt16 {
    // Taken out, so that the closures may change the rest.
    var routes = RouteLayout()
    swap(&routes, &self.routes)
    defer { self.routes = routes }
    return routes.number(
      proxy,
      storeText: { bytes in
        texts += bytes
        return Slice(start: texts.count - bytes.count, count: bytes.count)
      },
      storeRanges: { list in
        ranges += list.map { RangeRow($0, hasPorts: false, ports: .empty) }
        return Slice(start: ranges.count - list.count, count: list.count)
      })
  }

  private mutating func append(_ rule: AddressRule) {
    let slice = rule.ports.map { append($0) } ?? .empty
    ranges.append(RangeRow(rule.range, hasPorts: rule.ports != nil, ports: slice))
  }
}
