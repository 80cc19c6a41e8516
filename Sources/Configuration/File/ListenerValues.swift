import Domains
package import Policy

/// A place where clients connect.
package struct ListenerValues: Hashable, Sendable {
  package var proxy: Placed<ListenPlace>
  /// The environment of everything that comes in here; `nil`: the client decides.
  package var environment = Placed<String?>(nil)

  /// Of a Unix socket, and of nothing else; `nil`: `0660`.
  package var mode = Placed<Int?>(nil)
  package var owner = Placed<Account?>(nil)
  package var group = Placed<Account?>(nil)
  /// Who begins its connections with a PROXY header.
  package var headerPeers = Placed<[Placed<ClientRules.HeaderPeer>]>([])

  package init(_ proxy: Placed<ListenPlace> = Placed(.address(Settings.defaultListener))) {
    self.proxy = proxy
  }

  static let schema = Schema(
    "a listener", standard: ListenerValues(),
    [
      SchemaKey(
        "proxy", \.proxy, .one(.listener), isRequired: true,
        "The address and port on which programs reach the proxy, a Unix socket, or a socket that systemd "
          + "opened and passes on (`FileDescriptorName=` of its unit)."),
      SchemaKey(
        "environment", \.environment, .optional(.environmentName), unset: "found by the client",
        "The environment of every client that connects here."),
      SchemaKey(
        "mode", \.mode, .optional(.fileMode), unset: "`0660`",
        "Of a Unix socket: its permission bits in octal. Who may write to it may connect."),
      SchemaKey(
        "owner", \.owner, .optional(.account(.user)), unset: "that of the process",
        "Of a Unix socket: its user, by name or number."),
      SchemaKey(
        "group", \.group, .optional(.account(.group)), unset: "that of the process",
        "Of a Unix socket: its group, by name or number."),
      SchemaKey(
        "proxy_protocol", \.headerPeers, .list(.headerPeer, max: Settings.repeatsMax),
        "The load balancers that say for whom they connect: with a header of the PROXY protocol (version "
          + "1 or 2), which they have to send. Nobody else is let in here. On a Unix socket: `[unix]`."
      ),
    ])

  /// As `--listen` gives them.
  @Sendable static func parse(
    _ texts: [SettingText]
  ) throws(ConfigurationError) -> [ListenerValues] {
    var listeners: [ListenerValues] = []
    for text in texts {
      listeners.append(ListenerValues(Placed(try ListenPlace.parse(text), .given(text.name))))
    }
    return listeners
  }
}
