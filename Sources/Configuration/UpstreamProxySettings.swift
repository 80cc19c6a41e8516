package import Domains
import Policy

/// The upstream proxy of an environment as an operator describes it.
package struct UpstreamProxySettings: Hashable, Sendable {
  package let authority: Authority
  /// A file with `user:password`; `nil`: the proxy asks for nothing.
  package let credentialsFile: String?
  /// What goes past it.
  package let direct: [DirectTarget]
  /// Where it stands, for messages: `sluice.yaml:10:3`.
  package let place: String

  /// What differs in nothing but its place is the same.
  package static func == (left: UpstreamProxySettings, right: UpstreamProxySettings) -> Bool {
    left.authority == right.authority && left.credentialsFile == right.credentialsFile
      && left.direct == right.direct
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(authority)
    hasher.combine(credentialsFile)
    hasher.combine(direct)
  }

  /// Reads the credentials and compiles the patterns.
  func compile(seed: UInt64) throws(ConfigurationError) -> UpstreamProxy {
    var patterns: [String] = []
    var ranges: [AddressRange] = []
    for target in direct {
      switch target {
      case .names(let pattern): patterns.append(pattern)
      case .addresses(let range): ranges.append(range)
      }
    }
    let list: Allowlist
    do throws(InlineList.Refusal) {
      list = try InlineList.list(name: "no_proxy", rules: patterns)
    } catch {
      throw ConfigurationError(place, "no_proxy: \(error.problem)", remedy: error.remedy)
    }
    var credentials: ProxyCredentials?
    if let credentialsFile {
      credentials = try CredentialsFile.read(credentialsFile, place: place)
    }
    return UpstreamProxy(
      authority, credentials: credentials,
      directNames: patterns.isEmpty
        ? nil : Matcher([Matcher.Source(list: list)], seed: seed),
      directPatterns: patterns, directRanges: ranges)
  }
}

/// What is reached without the upstream proxy.
package enum DirectTarget: Hashable, Sendable, CustomStringConvertible {
  /// The pattern of a rule.
  case names(String)
  /// Addresses that are asked for as such.
  case addresses(AddressRange)

  package var description: String {
    switch self {
    case .names(let pattern): pattern
    case .addresses(let range): range.description
    }
  }

  static func parse(_ text: SettingText) throws(ConfigurationError) -> DirectTarget {
    if let range = AddressRange(text.text) { return .addresses(range) }
    if text.text.first == "." {
      throw text.error(
        "a name that starts with a dot",
        remedy: "write *\(text.text) for what is below it, or +\(text.text) for it too")
    }
    guard !text.text.hasPrefix("!"), !text.text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x23 })
    else {
      throw text.error(
        "not a pattern or a network",
        remedy: "write a pattern alone, as *.corp.example, or a network, as 10.0.0.0/8")
    }
    do throws(InlineList.Refusal) {
      _ = try InlineList.list(name: "no_proxy", rules: [text.text])
    } catch {
      throw text.error(error.problem, remedy: error.remedy)
    }
    return .names(text.text)
  }
}

/// A file with the credentials for an upstream proxy. No message repeats what is in it.
enum CredentialsFile {
  static func read(_ path: String, place: String) throws(ConfigurationError) -> ProxyCredentials {
    func problem(_ problem: String, _ remedy: String) -> ConfigurationError {
      ConfigurationError(place, "credentials_file '\(path)': \(problem)", remedy: remedy)
    }
    var bytes: [UInt8] = []
    var isOpen = false
    do throws(OpenFile.Failure) {
      let file = try OpenFile(path)
      isOpen = file.isReadableByAll
      if !isOpen { bytes = try file.readAll(limit: ProxyCredentials.lengthMax + 2) }
    } catch {
      throw problem(error.description, "give a file with one line, USER:PASSWORD")
    }
    if isOpen {
      throw problem("everybody on this machine may read it", "take that right away: chmod o=")
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard let credentials = ProxyCredentials(bytes) else {
      throw problem(
        "not one line of USER:PASSWORD",
        "write the user's name without a colon, a colon and the password, and nothing else")
    }
    return credentials
  }
}
