internal import CLinux
package import Configuration
internal import Glibc
internal import Policy
internal import Review

/// The overrides of a process: those in force, and of them those that outlive it, in a file beside the
/// audit journal. The operator's configuration is never written to.
package struct Overrides: Sendable {
  /// By the environment's name.
  package private(set) var current: [String: EnvironmentOverride] = [:]
  private(set) var kept: [String: EnvironmentOverride] = [:]
  private let path: String

  /// More is no file of ours.
  static let fileBytesMax = 16 << 20
  static let version = 1

  /// Reads the file at `path`, if it is there. One that cannot be read is an error: what it says may close
  /// what the configuration opens.
  package init(path: String) throws(ConfigurationError) {
    self.path = path
    var bytes: [UInt8] = []
    do throws(OpenFile.Failure) {
      bytes = try OpenFile(path).readAll(limit: Self.fileBytesMax)
    } catch {
      if case .system(_, isMissing: true) = error { return }
      throw Self.error(path, "\(error)")
    }
    kept = try Self.read(bytes, path)
    current = kept
  }

  /// With `change`, made by `who` at `time`.
  func with(_ change: EnvironmentChange, by who: String, time: UInt64) -> Overrides {
    var result = self
    var override = change.applied(to: current[change.environment])
    override.by = who
    override.time = time
    result.current[change.environment] = override.isEmpty ? nil : override
    if change.isKept { result.kept[change.environment] = override.isEmpty ? nil : override }
    return result
  }

  /// Without those of environments that are none of `names`, so that none waits for another environment of
  /// its name.
  package func only(_ names: Set<String>) -> Overrides {
    var result = self
    result.current = current.filter { names.contains($0.key) }
    result.kept = kept.filter { names.contains($0.key) }
    return result
  }

  /// Whether it outlives the process as it is.
  func isKept(_ environment: String) -> Bool {
    kept[environment] == current[environment]
  }

  /// Writes those that are to be kept, all of them or nothing.
  func save() throws(ConfigurationError) {
    let members = kept.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }
    let text = JSONText.object([
      ("version", "\(Self.version)"), ("environments", JSONText.object(members)),
    ])
    let temporary = path + ".new"
    let code = Self.write(Array((text + "\n").utf8), temporary, path)
    guard code != 0 else { return }
    unsafe _ = unlink(temporary)
    throw ConfigurationError(
      path, "cannot be written (\(unsafe String(cString: strerror(code))))",
      remedy: "make room and see to its permissions, or leave persist out")
  }

  private static func write(_ bytes: [UInt8], _ temporary: String, _ path: String) -> Int32 {
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
    let fd = unsafe temporary.withCString { unsafe open($0, flags, 0o600) }
    guard fd >= 0 else { return errno }
    var done = 0
    var code: Int32 = 0
    while done < bytes.count, code == 0 {
      let count = unsafe bytes[done...].withUnsafeBytes {
        unsafe cl_write(fd, $0.baseAddress, $0.count)
      }
      if count > 0 { done += count } else { code = count < 0 ? Int32(-count) : EIO }
    }
    if code == 0, fsync(fd) != 0 { code = errno }
    _ = cl_close(fd)
    if code == 0, unsafe rename(temporary, path) != 0 { code = errno }
    return code
  }

  private static func read(
    _ bytes: [UInt8], _ path: String
  ) throws(ConfigurationError) -> [String: EnvironmentOverride] {
    guard let text = String(validating: bytes, as: UTF8.self), let value = JSONValue(text),
      value["version"]?.number == version, case .object(let members)? = value["environments"]
    else { throw error(path, "not a file of overrides of this version") }
    var overrides: [String: EnvironmentOverride] = [:]
    for (name, value) in members {
      guard let override = read(value) else {
        throw error(path, "what it says of '\(name.printable)' is not understood")
      }
      overrides[name] = override
    }
    return overrides
  }

  private static func read(_ value: JSONValue) -> EnvironmentOverride? {
    guard case .object(let members) = value,
      Set(members.keys).isSubset(of: ["access", "mode", "allow", "deny", "by", "time_us"])
    else { return nil }
    var override = EnvironmentOverride()
    if let text = members["access"] {
      guard let access = text.text.flatMap(AccessLevel.init(rawValue:)) else { return nil }
      override.access = access
    }
    if let text = members["mode"] {
      guard let mode = text.text.flatMap(PolicyMode.init(rawValue:)) else { return nil }
      override.mode = mode
    }
    for (name, field) in [("allow", \EnvironmentOverride.allow), ("deny", \.deny)] {
      guard let list = members[name] else { continue }
      guard case .list(let items) = list, items.allSatisfy({ $0.text != nil }) else { return nil }
      override[keyPath: field] = items.compactMap(\.text)
    }
    guard let by = members["by"]?.text, let time = members["time_us"]?.number, time >= 0 else {
      return nil
    }
    override.by = by
    override.time = UInt64(time)
    return override
  }

  private static func error(_ path: String, _ problem: String) -> ConfigurationError {
    ConfigurationError(
      path, problem,
      remedy: "correct it, or remove it to go on with what the configuration says")
  }
}
