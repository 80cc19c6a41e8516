internal import Policy
internal import Review

/// Why the configuration was read again.
package enum ReloadCause: String, Sendable {
  case signal
  case command
  case file
  /// The administration changed an environment.
  case change
}

/// What came of reading the configuration again.
package struct ReloadOutcome: Sendable {
  package let cause: ReloadCause
  /// Unix time, microseconds.
  package let time: UInt64
  package var milliseconds: UInt64 = 0
  /// The generation in force afterwards.
  package var generation: UInt64
  /// Why nothing changed; `nil`: the new configuration is in force.
  package var error: String?
  /// Nothing was changed because another generation is in force than the one that was asked for.
  package var isStale = false
  /// Settings that differ from those the process runs with, and count only after a restart.
  package var restartNeeded: [String] = []
  /// Who asked for it, as ``AdminIdentity`` says; `nil`: nobody by the administration.
  package var by: String?
  /// What was to be changed, as JSON.
  var change: String?

  package init(cause: ReloadCause, time: UInt64, generation: UInt64) {
    self.cause = cause
    self.time = time
    self.generation = generation
  }

  /// As JSON members, without braces.
  package var members: String {
    var text =
      "\"cause\":\"\(cause.rawValue)\",\"ok\":\(error == nil),\"milliseconds\":\(milliseconds)"
    if let by { text += ",\"by\":\(JSONText.quoted(by))" }
    if let change { text += ",\"change\":\(change)" }
    if let error { text += ",\"error\":\(JSONText.quoted(String(error.prefix(8000))))" }
    if !restartNeeded.isEmpty {
      text += ",\"restart_needed\":\(JSONText.array(restartNeeded.map(JSONText.quoted)))"
    }
    return text
  }
}

extension EnvironmentChange {
  /// Texts longer than this are counted only: an audit record has a bound.
  private static let describedBytes = 8192

  /// For records, as JSON.
  var json: String {
    var members: [(key: String, value: String)] = [("environment", JSONText.quoted(environment))]
    func add(_ name: String, _ edit: Edit<String>) {
      switch edit {
      case .leave: break
      case .clear: members.append((name, "null"))
      case .set(let value): members.append((name, JSONText.quoted(value)))
      }
    }
    func add(_ name: String, _ edit: Edit<[String]>) {
      switch edit {
      case .leave: break
      case .clear: members.append((name, "null"))
      case .set(let rules):
        let text = JSONText.array(rules.map(JSONText.quoted))
        let isShort = text.utf8.count <= Self.describedBytes
        members.append(isShort ? (name, text) : ("\(name)_count", "\(rules.count)"))
      }
    }
    add("access", access.map(\.rawValue))
    add("mode", mode.map(\.rawValue))
    add("allow", allow)
    add("deny", deny)
    members.append(("persist", "\(isKept)"))
    return JSONText.object(members)
  }
}

extension EnvironmentChange.Edit {
  fileprivate func map<Other>(_ transform: (Value) -> Other) -> EnvironmentChange.Edit<Other> {
    switch self {
    case .leave: .leave
    case .clear: .clear
    case .set(let value): .set(transform(value))
    }
  }
}
