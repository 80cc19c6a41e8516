import Configuration

/// Where the configuration comes from, to be read again while the process runs.
final class ConfigurationSource {
  private let read: () throws -> LoadedConfiguration
  private var last: LoadedConfiguration?

  init(_ read: @escaping () throws -> LoadedConfiguration) { self.read = read }

  func load() throws -> Settings {
    let loaded = try read()
    last = loaded
    return loaded.settings
  }

  /// Everything that is wrong with the lists, if `error` came of them.
  func explain(_ error: any Error) -> any Error { last?.explain(error) ?? error }

  /// The files that settings come from.
  func files(of settings: Settings) -> [String] {
    [last?.file].compactMap(\.self) + settings.listFiles
  }
}
