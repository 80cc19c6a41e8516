import Domains

/// Everything that decisions are made from, immutable, shared by all workers. A new configuration
/// is a new snapshot with the next generation number; nobody sees half of one.
///
/// `decide` and `admits` take no lock, allocate nothing and count no references: what they read is
/// in flat tables. `docs/reasons.md` says what each reason means to users.
package final class PolicySnapshot: Sendable {
  /// Counts configurations since start, from 1; it stands in every audit record.
  package let generation: UInt64
  /// In the order of their numbers.
  package let environments: [Environment]
  package let ownAddresses: OwnAddresses

  let rows: FixedTable<EnvironmentRow>
  let ranges: FixedTable<RangeRow>
  let ports: FixedTable<PortRow>
  let labels: FixedTable<LabelRow>
  let texts: FixedTable<UInt8>
  let listeners: FixedTable<ListenerRow>
  let localAddresses: FixedTable<IPAddress>
  let proxies: FixedTable<ProxyRow>
  /// Name servers that environments have of their own, each set once.
  package let nameServerSets: [[NameServerAddress]]
  let clients: ClientTables
  let treatments: FixedTable<Treatment>
  let limits: FixedTable<EnvironmentLimits>
  let slots: SlotTable

  /// `environments` is not empty. Without `clients` every client belongs to the first of them.
  package init(
    generation: UInt64, environments: [Environment], ownAddresses: OwnAddresses = OwnAddresses(),
    clients: ClientRules = .everyone(0)
  ) {
    precondition(!environments.isEmpty, "a snapshot decides for at least one environment")
    precondition(environments.count <= Self.environmentsMax, "too many environments")
    self.generation = generation
    self.environments = environments
    self.ownAddresses = ownAddresses
    let layout = SnapshotLayout(environments, ownAddresses, clients)
    rows = FixedTable(layout.rows)
    ranges = FixedTable(layout.ranges)
    ports = FixedTable(layout.ports)
    labels = FixedTable(layout.labels)
    texts = FixedTable(layout.texts)
    listeners = FixedTable(layout.listeners)
    localAddresses = FixedTable(layout.localAddresses)
    slots = SlotTable(count: environments.count)
    treatments = FixedTable(layout.treatments)
    limits = FixedTable(layout.limits)
    proxies = FixedTable(layout.routes.proxies)
    nameServerSets = layout.routes.nameServerSets
    self.clients = ClientTables(clients, environments: environments.count)
  }

  /// The most environments: the numbers of their slots, twice as many, take 16 bits in a connection.
  package static let environmentsMax = 32_000

  package var environmentCount: Int { rows.count }

  package func access(of environment: Int) -> AccessLevel { rows[environment].access }
}
