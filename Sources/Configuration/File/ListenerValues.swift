import Domains

/// A place where clients connect.
package struct ListenerValues: Hashable, Sendable {
  package var proxy: Placed<ListenPlace>
  /// The environment of everything that comes in here; `nil`: the client decides.
  package var environment = Placed<String?>(nil)

  package init(_ proxy: Placed<ListenPlace> = Placed(.address(Settings.defaultListener))) {
    self.proxy = proxy
  }

  static let schema = Schema(
    "a listener", standard: ListenerValues(),
    [
      SchemaKey(
        "proxy", \.proxy, .one(.listener), isRequired: true,
        "The address and port on which programs reach the proxy, or a socket that systemd opened and "
          + "passes on (`FileDescriptorName=` of its unit)."),
      SchemaKey(
        "environment", \.environment, .optional(.environmentName), unset: "found by the client",
        "The environment of every client that connects here."),
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
