package import Configuration
package import Policy
internal import Review

/// What the administration has changed of an environment, over what the configuration says of it.
package struct EnvironmentOverride: Hashable, Sendable {
  /// In place of the configuration's; `nil`: as that says.
  package var access: AccessLevel?
  package var mode: PolicyMode?
  /// Beside the environment's own rules, and written as those are.
  package var allow: [String] = []
  package var deny: [String] = []
  /// Who changed it last, and when (Unix time, microseconds).
  package var by = ""
  package var time: UInt64 = 0

  package init() {}

  /// Nothing is changed any more.
  package var isEmpty: Bool { access == nil && mode == nil && allow.isEmpty && deny.isEmpty }

  /// As JSON.
  var json: String {
    var members: [(key: String, value: String)] = []
    if let access { members.append(("access", JSONText.quoted(access.rawValue))) }
    if let mode { members.append(("mode", JSONText.quoted(mode.rawValue))) }
    if !allow.isEmpty { members.append(("allow", JSONText.array(allow.map(JSONText.quoted)))) }
    if !deny.isEmpty { members.append(("deny", JSONText.array(deny.map(JSONText.quoted)))) }
    members += [("by", JSONText.quoted(by)), ("time_us", "\(time)")]
    return JSONText.object(members)
  }
}

extension Settings {
  package var environmentNames: Set<String> {
    environments.isEmpty ? [environmentName] : Set(environments.map(\.name))
  }

  /// With what the administration has changed. What is said of environments that are gone counts for
  /// nothing.
  package func overridden(by overrides: [String: EnvironmentOverride]) -> Settings {
    guard !overrides.isEmpty else { return self }
    var settings = self
    if environments.isEmpty {
      guard overrides[environmentName] != nil else { return self }
      settings.environments = [onlyEnvironment]
      settings.defaultEnvironment = environmentName
    }
    for index in settings.environments.indices {
      let name = settings.environments[index].name
      guard let override = overrides[name] else { continue }
      if let access = override.access { settings.environments[index].access = access }
      if let mode = override.mode { settings.environments[index].mode = mode }
      func rules(_ texts: [String], _ list: String) -> [InlineRule] {
        texts.enumerated().map { number, text in
          InlineRule(text, place: "override of \(name), \(list):\(number + 1)")
        }
      }
      settings.environments[index].allow += rules(override.allow, "allow")
      settings.environments[index].deny += rules(override.deny, "deny")
    }
    return settings
  }
}
