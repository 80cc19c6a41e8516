import Domains
import Policy

/// Makes environments of their settings. What several have in common is read and compiled once: with
/// ten thousand environments there are a few sets of lists, and often one set of own rules.
struct EnvironmentCompiler {
  private let floor: Allowlist?
  private let essential: String
  private let seed = MatcherSeed.random()
  private var lists: [String: Allowlist] = [:]
  private var images: [String: Matcher] = [:]
  private var matchers: [ListKey: Matcher] = [:]
  private var ownRules: [OwnKey: Matcher] = [:]
  private var proxies: [UpstreamProxySettings: UpstreamProxy] = [:]

  private struct ListKey: Hashable {
    let names: [String]
    let isNone: Bool
  }

  private struct OwnKey: Hashable {
    let allow: [String]
    let deny: [String]
    let isNone: Bool
    let hasFloor: Bool
  }

  init(floor: Allowlist?, essential: String) {
    self.floor = floor
    self.essential = essential
  }

  /// Reads the lists of all environments, each once, large ones side by side.
  mutating func read(_ environments: [EnvironmentSettings]) throws(ConfigurationError) {
    var names: [String] = []
    var seen: Set<String> = []
    for environment in environments {
      let needed =
        environment.access == .none
        ? environment.allowlists + [essential] : environment.allowlists
      for name in needed where seen.insert(name).inserted {
        if let image = try ListLoader.image(name) {
          images[name] = image
        } else {
          names.append(name)
        }
      }
    }
    for (name, list) in zip(names, try ListLoader.load(names)) { lists[name] = list }
  }

  mutating func compile(
    _ settings: EnvironmentSettings
  ) throws(ConfigurationError) -> Environment {
    let image = try Self.image(of: settings.allowlists, access: settings.access, images)
    let matcher = if let image { image } else { try matcher(settings) }
    guard
      let environment = Environment(
        name: settings.name, access: settings.access, addressRules: settings.allowAddresses,
        matcher: matcher, ownRules: try ownRules(settings, hasFloor: image != nil && floor != nil),
        mode: settings.mode, credentialUse: settings.credentialUse,
        letsCredentialsChoose: settings.letsCredentialsChoose,
        serverNameCheck: settings.serverNameCheck, treatment: settings.treatment,
        limits: settings.limits,
        ports: settings.ports, responseFields: settings.responseFields,
        upstreamProxy: try proxy(settings),
        nameServers: settings.dns.map { NameServerAddress($0.address, $0.port) })
    else { throw settings.nameError }
    return environment
  }

  private mutating func proxy(
    _ settings: EnvironmentSettings
  ) throws(ConfigurationError) -> UpstreamProxy? {
    guard let wanted = settings.upstreamProxy else { return nil }
    if let known = proxies[wanted] { return known }
    let made = try wanted.compile(seed: seed)
    proxies[wanted] = made
    return made
  }

  /// The compiled list, if it is one that is named: then it is all there is, because its rules cannot
  /// be taken apart and put together with others.
  static func image(
    of allowlists: [String], access: AccessLevel, _ images: [String: Matcher]
  ) throws(ConfigurationError) -> Matcher? {
    for name in allowlists {
      guard let image = images[name] else { continue }
      let setting = SettingText("--allowlist", name)
      guard allowlists.count == 1 else {
        throw setting.error(
          "a compiled list beside others",
          remedy: "compile all of them into one: sluice allowlist compile LIST... -o IMAGE")
      }
      guard access != .none else {
        throw setting.error(
          "a compiled list, of which access level none would take the hard denies only",
          remedy: "give the text that it was compiled from: \(ListLoader.texts(of: image))")
      }
      return image
    }
    return nil
  }

  private mutating func matcher(
    _ settings: EnvironmentSettings
  ) throws(ConfigurationError) -> Matcher {
    let key = ListKey(names: settings.allowlists, isNone: settings.access == .none)
    if let known = matchers[key] { return known }
    let attached = settings.allowlists.compactMap { lists[$0] }
    try Settings.refuseTwins(attached)
    try Settings.refuseTooMuch(attached)
    let sources: [Matcher.Source]
    if settings.access == .none {
      guard let essential = lists[essential] else {
        throw SettingText("essential", essential).error(
          "a compiled list", remedy: "give the text that it was compiled from")
      }
      sources = Environment.sources(
        access: .none, lists: attached, essential: essential, floor: floor)
    } else {
      sources =
        attached.map { Matcher.Source(list: $0) }
        + (floor.map { [Matcher.Source(list: $0, use: .hardDeniesOnly)] } ?? [])
    }
    let made = Matcher(sources, seed: seed)
    matchers[key] = made
    return made
  }

  /// The environment's own rules. At access level `none` those that allow take no part, as those of
  /// lists do not. A floor that could not be compiled with the lists, because they are an image, comes
  /// here.
  private mutating func ownRules(
    _ settings: EnvironmentSettings, hasFloor: Bool
  ) throws(ConfigurationError) -> Matcher? {
    guard hasFloor || !settings.allow.isEmpty || !settings.deny.isEmpty else { return nil }
    guard settings.allow.count + settings.deny.count <= Settings.ownRulesMax else {
      throw settings.error(
        "more than \(Settings.ownRulesMax) rules of its own", remedy: "put them into an allowlist")
    }
    let isNone = settings.access == .none
    let key = OwnKey(
      allow: settings.allow.map(\.text), deny: settings.deny.map(\.text), isNone: isNone,
      hasFloor: hasFloor)
    if let known = ownRules[key] { return known }
    var sources = [
      Matcher.Source(
        list: try InlineRule.allows(settings.allow), use: isNone ? .hardDeniesOnly : .all),
      Matcher.Source(list: try InlineRule.denies(settings.deny)),
    ]
    if hasFloor, let floor { sources.append(Matcher.Source(list: floor, use: .hardDeniesOnly)) }
    let made = Matcher(sources, seed: seed)
    ownRules[key] = made
    return made
  }
}
