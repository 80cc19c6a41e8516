import Logging

/// Operational messages on standard error, one line each: `sluice: warning: …`.
struct StandardErrorLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let details = event.metadata.map { $0.sorted { $0.key < $1.key } } ?? []
    let text = details.map { " \($0.key)=\($0.value)" }.joined()
    printError("sluice: \(event.level): \(event.message)\(text)")
  }
}
