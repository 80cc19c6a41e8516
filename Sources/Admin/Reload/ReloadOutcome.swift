internal import Review

/// Why the configuration was read again.
package enum ReloadCause: String, Sendable {
  case signal
  case command
  case file
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
  /// Settings that differ from those the process runs with, and count only after a restart.
  package var restartNeeded: [String] = []

  package init(cause: ReloadCause, time: UInt64, generation: UInt64) {
    self.cause = cause
    self.time = time
    self.generation = generation
  }

  /// As JSON members, without braces.
  package var members: String {
    var text =
      "\"cause\":\"\(cause.rawValue)\",\"ok\":\(error == nil),\"milliseconds\":\(milliseconds)"
    if let error { text += ",\"error\":\(JSONText.quoted(String(error.prefix(8000))))" }
    if !restartNeeded.isEmpty {
      text += ",\"restart_needed\":\(JSONText.array(restartNeeded.map(JSONText.quoted)))"
    }
    return text
  }
}
