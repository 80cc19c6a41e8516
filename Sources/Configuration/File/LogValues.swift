/// How the process speaks to its operator, on standard error.
package struct LogValues: Hashable, Sendable {
  package var format = Placed(Settings.LogFormat.text)
  package var level = Placed(Settings.LogLevel.info)

  package init() {}

  static let schema = Schema(
    "log", standard: LogValues(),
    [
      SchemaKey(
        "format", \.format, .one(.choice("a format")),
        "`text`: `sluice: warning: …`; `json`: an object a line with `time`, `level`, `message`."),
      SchemaKey(
        "level", \.level, .one(.choice("a level")),
        "What is less important is not written."),
    ])
}
