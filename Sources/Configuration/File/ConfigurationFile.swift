import Domains
import Policy

/// Everything that a configuration file says, with the defaults where it says nothing, and where each
/// value comes from. Flags and variables are laid over it; ``resolve()`` lets environments inherit.
package struct ConfigurationFile: Hashable, Sendable {
  package var listeners = Placed([ListenerValues()])
  package var environments = Placed([
    EnvironmentValues(name: defaultName, position: .start)
  ])
  /// Patterns that no environment reaches, with everything below.
  package var floor = Placed<[Placed<String>]>([])
  /// The list that access level `none` is made of.
  package var essential = Placed("essential")
  package var dns = Placed<[Placed<Endpoint>]>([])
  package var audit = AuditValues()
  package var log = LogValues()
  package var limits = LimitValues()
  package var workers = Placed<Int?>(nil)
  package var drainMilliseconds = Placed(30_000)
  package var graceMilliseconds = Placed(0)
  /// Empty: the default place.
  package var admin = Placed<[Placed<AdminPlace>]>([])
  package var adminTokens = Placed<[AdminTokenValues]>([])
  package var adminNames = Placed<[Placed<String>]>([])

  /// The configuration that holds without a file.
  package init() {}

  /// The environment of clients that belong to no other.
  package static let defaultName = "default"

  static let schema = Schema(
    "the configuration", standard: ConfigurationFile(),
    [
      SchemaKey(
        "listeners", \.listeners,
        .sections(
          ListenerValues.schema, max: Settings.repeatsMax, make: { ListenerValues() },
          parse: ListenerValues.parse),
        flag: "listen", "Where programs reach the proxy."),
      SchemaKey(
        "environments", \.environments, .environments, unset: "`default`, with the defaults below",
        "What each sandbox, virtual machine, pod or team gets. Clients that belong to no other get "
          + "the one that is called `default`; if there is none, they are refused."),
      SchemaKey(
        "floor", \.floor, .rules(mark: "!!"),
        "Names that no environment reaches, with everything below, whatever its rules, level and mode "
          + "are."),
      SchemaKey(
        "essential", \.essential, .one(.allowlist),
        "The list that access level `none` is made of."),
      SchemaKey(
        "dns", \.dns, .list(.nameServer, max: Settings.repeatsMax), flag: "dns",
        "Name servers to ask; an empty list means those of `/etc/resolv.conf`."),
      SchemaKey(
        "workers", \.workers, .optional(.count(in: Settings.workersRange)), flag: "workers",
        unset: "one for each processor", "Threads that serve."),
      SchemaKey(
        "drain", \.drainMilliseconds, .one(.time(in: Settings.drainRange)), flag: "drain",
        "Time for tunnels to end after SIGTERM."),
      SchemaKey(
        "grace", \.graceMilliseconds, .one(.time(in: Settings.drainRange)), flag: "grace",
        "How long tunnels and requests go on that a changed configuration refuses."),
      SchemaKey(
        "admin", \.admin, .adminPlaces, flag: "admin",
        unset: "`/run/sluice/admin.sock` for root, else `$XDG_RUNTIME_DIR/sluice/admin.sock`",
        "Where the administration is reached: one Unix socket, addresses with ports, or `none`; see "
          + "[admin.md](admin.md)."),
      SchemaKey(
        "admin_tokens", \.adminTokens, .adminTokens,
        "Who may use the administration on its addresses; the Unix socket needs no token."),
      SchemaKey(
        "admin_names", \.adminNames, .list(.hostName, max: Settings.adminNamesMax),
        "Names by which browsers reach the administration, beside addresses and `localhost`."),
      SchemaKey("audit", section: \.audit, AuditValues.schema, "The audit log."),
      SchemaKey("log", section: \.log, LogValues.schema, "Messages on standard error."),
      SchemaKey(
        "limits", section: \.limits, LimitValues.limits, "See [limits.md](limits.md)."),
      SchemaKey(
        "timeouts", section: \.limits, LimitValues.timeouts, "See [limits.md](limits.md)."),
    ])

  /// The environment of this name; a handful of uses, none on the way of a request.
  package func environment(named name: String) -> Int? {
    environments.value.firstIndex { $0.name == name }
  }
}
