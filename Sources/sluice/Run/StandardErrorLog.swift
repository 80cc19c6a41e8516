import Audit
import CLinux
import Configuration
import Logging
import Review

/// Operational messages on standard error, one line each: `sluice: warning: …`, or a JSON object. The
/// same message, told by the place in the source that it comes from, is written a bounded number of times
/// a minute.
struct StandardErrorLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  private let format: Settings.LogFormat

  private static let rates = MessageRates()

  init(_ settings: Settings) {
    format = settings.logFormat
    logLevel = Logger.Level(rawValue: settings.logLevel.rawValue) ?? .info
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let place = "\(event.file):\(event.line)"
    guard let untold = Self.rates.admit(place, now: cl_monotonic_ns()) else { return }
    let details = event.metadata.map { $0.sorted { $0.key < $1.key } } ?? []
    var text = "\(event.message)" + details.map { " \($0.key)=\($0.value)" }.joined()
    if untold > 0 { text += " (\(Counted.text(untold, "more")) like it were not written)" }
    switch format {
    case .text: printError("sluice: \(event.level): \(text)")
    case .json: Self.printJSON("\(event.level)", text)
    }
  }

  /// What is said without a level, as when the process begins to serve.
  static func say(_ text: String, _ format: Settings.LogFormat) {
    switch format {
    case .text: printError("sluice: \(text)")
    case .json: printJSON("notice", text)
    }
  }

  private static func printJSON(_ level: String, _ text: String) {
    let time = String(decoding: AuditTime.text(microseconds: cl_realtime_us()), as: UTF8.self)
    printError(
      JSONText.object([
        ("time", JSONText.quoted(time)), ("level", JSONText.quoted(level)),
        ("message", JSONText.quoted(PrintableText.line(text, limit: 8192))),
      ]))
  }
}
