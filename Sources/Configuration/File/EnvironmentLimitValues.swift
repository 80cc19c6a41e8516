package import Policy
internal import Proxy

/// What an environment, each of its clients and each destination may take of what the process has.
package struct EnvironmentLimitValues: Hashable, Sendable {
  /// `nil`: as many as the process has.
  package var connections = Placed<Int?>(nil)
  /// `nil`: as fast as it goes.
  package var upload = Placed<BandwidthValue?>(nil)
  package var download = Placed<BandwidthValue?>(nil)
  package var own = LimitPart()
  package var client = LimitPart()
  package var destination = LimitPart()
  package var destinations = Placed<Rate?>(nil)
  package var lookups = Placed<Rate?>(nil)
  /// Bytes a day.
  package var quota = Placed<UInt64?>(nil)
  package var queueMilliseconds = Placed(0)

  package init() {}

  /// The limits of one of them, of which not each has all.
  package struct LimitPart: Hashable, Sendable {
    package var requests = Placed<Rate?>(nil)
    package var connects = Placed<Rate?>(nil)
    package var denied = Placed<Rate?>(nil)
    package var upload = Placed<BandwidthValue?>(nil)
    package var download = Placed<BandwidthValue?>(nil)
    package var tunnels = Placed<Int?>(nil)
    package var exchanges = Placed<Int?>(nil)

    package init() {}

    var limits: EnvironmentLimits.Part {
      var part = EnvironmentLimits.Part()
      part.requests = requests.value
      part.connects = connects.value
      part.denied = denied.value
      part.tunnelsMax = UInt32(tunnels.value ?? 0)
      part.exchangesMax = UInt32(exchanges.value ?? 0)
      return part
    }
  }

  var limits: EnvironmentLimits {
    var limits = EnvironmentLimits()
    limits.own = own.limits
    limits.client = client.limits
    limits.destination = destination.limits
    limits.destinations = destinations.value
    limits.lookups = lookups.value
    limits.quota = quota.value ?? 0
    // Alone it limits nothing.
    if limits != EnvironmentLimits() {
      limits.queue = UInt64(queueMilliseconds.value) * Limits.millisecond
    }
    return limits
  }

  static let schema = Schema(
    "an environment's limits", standard: EnvironmentLimitValues(),
    [
      SchemaKey(
        "connections", \.connections, .optional(.count(in: Settings.maxConnectionsRange)),
        unset: "as many as the process has",
        "Client connections at once, over all workers; one more is answered 429."),
      .bandwidth(
        "upload", \.upload,
        "Bytes a second from clients to hosts, over all connections; see [limits.md](limits.md#bandwidth)."
      ),
      .bandwidth("download", \.download, "Bytes a second from hosts to clients."),
      .rate("requests", \.own.requests, "Requests, whatever becomes of them."),
      .rate(
        "connects", \.own.connects,
        "New connections to destinations; requests that find an idle one need none."),
      .held("tunnels", \.own.tunnels, "Tunnels at once."),
      .held("exchanges", \.own.exchanges, "Plain HTTP requests at once."),
      .rate(
        "destinations", \.destinations,
        "Different hosts: one that was asked for counts again when the period is over."),
      .rate(
        "denied", \.own.denied,
        "Refusals by policy. Who has more gets nothing for 10 s, and twice as long with each time."),
      .rate("dns", \.lookups, "Names that are not known and have to be looked up."),
      SchemaKey(
        "quota", \.quota, .optional(.quota), unset: "none",
        "Bytes of a day (UTC), both ways together. It is kept over a restart."),
      SchemaKey(
        "queue", \.queueMilliseconds, .one(.time(in: 0...60_000)),
        "How long a request may wait for its turn where `tunnels` or `exchanges` are used up, before it "
          + "is refused."),
      SchemaKey(
        "per_client", section: \.client, clientSchema,
        "Limits of each client address; of IPv6 addresses the first 64 bits count."),
      SchemaKey(
        "per_destination", section: \.destination, destinationSchema,
        "Limits of each host that is asked for."),
    ])

  private static let clientSchema = Schema(
    "a client's limits", standard: LimitPart(),
    [
      .bandwidth("upload", \.upload, "Bytes a second from the client."),
      .bandwidth("download", \.download, "Bytes a second to the client."),
      .rate("requests", \.requests, "Requests, whatever becomes of them."),
      .rate("connects", \.connects, "New connections to destinations."),
      .held("tunnels", \.tunnels, "Tunnels at once."),
      .held("exchanges", \.exchanges, "Plain HTTP requests at once."),
      .rate("denied", \.denied, "Refusals by policy, as `denied` of the environment."),
    ])

  private static let destinationSchema = Schema(
    "a destination's limits", standard: LimitPart(),
    [
      .rate("requests", \.requests, "Requests that are allowed."),
      .rate("connects", \.connects, "New connections."),
      .held("tunnels", \.tunnels, "Tunnels at once."),
    ])
}

extension SchemaKey {
  fileprivate static func rate(
    _ name: String, _ field: any WritableKeyPath<Owner, Placed<Rate?>> & Sendable, _ summary: String
  ) -> SchemaKey {
    SchemaKey(name, field, .optional(.rate), unset: "none", summary)
  }

  fileprivate static func bandwidth(
    _ name: String, _ field: any WritableKeyPath<Owner, Placed<BandwidthValue?>> & Sendable,
    _ summary: String
  ) -> SchemaKey {
    SchemaKey(name, field, .optional(.bandwidth), unset: "none", summary)
  }

  fileprivate static func held(
    _ name: String, _ field: any WritableKeyPath<Owner, Placed<Int?>> & Sendable, _ summary: String
  ) -> SchemaKey {
    SchemaKey(
      name, field, .optional(.count(in: Settings.maxConnectionsRange)), unset: "none", summary)
  }
}

extension TextKind<Rate> {
  /// How much of what is counted in how much time.
  static var rate: TextKind { rate(of: .count) }

  static func rate(of unit: Rate.Unit) -> TextKind {
    let quantity = unit == .count ? "[1-9][0-9]{0,8}" : "[1-9][0-9]{0,8}(B|KiB|MiB|GiB)"
    return TextKind(
      .text(
        unit == .count ? "`50/s` or `50/s burst 100`" : "`10MiB/s` or `10MiB/s burst 20MiB`",
        pattern: "^\(quantity)/(s|min|h|day)( burst \(quantity))?$"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        do throws(RateError) {
          return try Rate(text.text, unit)
        } catch {
          throw text.error(error.problem, remedy: error.remedy)
        }
      }, text: \.description)
  }
}

extension TextKind<UInt64> {
  /// Bytes a day.
  static var quota: TextKind {
    TextKind(
      .text("`20GiB/day`", pattern: "^[1-9][0-9]{0,8}(B|KiB|MiB|GiB)/day$"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        let rate = try TextKind<Rate>.rate(of: .bytes).parse(text)
        guard rate.period == .day, !text.text.contains(" ") else {
          throw text.error("not a quota of a day", remedy: "write one as 20GiB/day")
        }
        guard rate.amount <= EnvironmentLimits.quotaMax else {
          throw text.error("more than can be counted", remedy: "write at most 65536GiB/day")
        }
        return rate.amount
      },
      text: { Rate($0, per: .day, unit: .bytes)?.description ?? "\($0)B/day" })
  }
}
