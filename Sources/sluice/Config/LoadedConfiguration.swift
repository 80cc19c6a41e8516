import Configuration
import Glibc

/// The configuration that holds: flags over variables, over the file, over the defaults.
struct LoadedConfiguration {
  /// How messages call the file; `nil`: there is none.
  let file: String?
  let configuration: ConfigurationFile

  /// Where a configuration is looked for when none is named.
  static let defaultPath = "/etc/sluice/sluice.yaml"

  /// The environment that is meant where one of several is asked for.
  private let name: String?

  /// Reads the file that `--config` or SLUICE_CONFIG names, or the one at the default path if there
  /// is one.
  ///
  /// - Parameters:
  ///   - name: `--environment`. Without a file it names the one environment there is.
  ///   - choosesOne: whether the name says which one is meant of those in a file; otherwise they
  ///     have their names there, and it is refused.
  init(path: String?, _ flags: GivenFlags, name: SettingText?, choosesOne: Bool = false) throws {
    file = Self.path(path)
    var configuration =
      if let file { try ConfigurationFile.read(path: file) } else { ConfigurationFile() }
    try configuration.override(with: flags.texts)
    if let name, file == nil { try configuration.renameOnlyEnvironment(name) }
    if let name, let file, !choosesOne {
      throw ConfigurationError(
        "\(name.name) '\(name.text)'", "the environments have their names in \(file)",
        remedy: "leave it out")
    }
    self.name = name?.text
    self.configuration = configuration
  }

  var settings: Settings {
    var settings = configuration.settings(file: file)
    if let name { settings.environmentName = name }
    return settings
  }

  /// `error`, which came of the settings, or everything that is wrong with the lists, each at its
  /// place in the file.
  func explain(_ error: any Error) -> any Error {
    guard let file, error is ConfigurationError,
      let complaints = configuration.listComplaints(file: file)
    else { return error }
    return complaints
  }

  private static func path(_ given: String?) -> String? {
    if let text = Setting.text("--config", given, "SLUICE_CONFIG") { return text.text }
    // One that is there and cannot be read is an error, not a reason to run without it.
    guard unsafe access(defaultPath, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR) else {
      return nil
    }
    return defaultPath
  }
}
