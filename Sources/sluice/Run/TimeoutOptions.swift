import ArgumentParser
import Configuration
import Proxy

/// The times that a user may want to change; docs/limits.md lists all of them.
struct TimeoutOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Time for tunnels to end after SIGTERM.", discussion: "SLUICE_DRAIN. Default: 30s.",
      valueName: "time"))
  var drain: String?

  @Option(
    help: ArgumentHelp(
      "Time for a client to send a whole request head.",
      discussion: "SLUICE_HEAD_TIMEOUT. Default: 10s.", valueName: "time"))
  var headTimeout: String?

  @Option(
    help: ArgumentHelp(
      "Time to connect to an upstream, over all of its addresses.",
      discussion: "SLUICE_CONNECT_TIMEOUT. Default: 10s.", valueName: "time"))
  var connectTimeout: String?

  @Option(
    help: ArgumentHelp(
      "Time that a tunnel may stand with nothing moving.",
      discussion: "SLUICE_IDLE_TIMEOUT. Default: 10m.", valueName: "time"))
  var idleTimeout: String?

  @Option(
    help: ArgumentHelp(
      "Time for an upstream to begin its answer to a plain HTTP request.",
      discussion: "SLUICE_RESPONSE_TIMEOUT. Default: 2m.", valueName: "time"))
  var responseTimeout: String?

  func apply(to settings: inout Settings) throws(ConfigurationError) {
    if let text = Setting.text("--drain", drain, "SLUICE_DRAIN") {
      settings.drainMilliseconds = try SettingParser.milliseconds(text, in: Settings.drainRange)
    }
    try set(&settings.limits.headTimeout, "--head-timeout", headTimeout, "SLUICE_HEAD_TIMEOUT")
    try set(
      &settings.limits.connectTimeout, "--connect-timeout", connectTimeout,
      "SLUICE_CONNECT_TIMEOUT")
    try set(&settings.limits.idleTimeout, "--idle-timeout", idleTimeout, "SLUICE_IDLE_TIMEOUT")
    try set(
      &settings.limits.responseTimeout, "--response-timeout", responseTimeout,
      "SLUICE_RESPONSE_TIMEOUT")
  }

  private func set(
    _ limit: inout UInt64, _ flag: String, _ value: String?, _ variable: String
  ) throws(ConfigurationError) {
    guard let text = Setting.text(flag, value, variable) else { return }
    limit = UInt64(try SettingParser.milliseconds(text, in: Settings.timeRange)) * 1_000_000
  }
}
