import ArgumentParser
import Configuration

/// The times that a user may want to change; docs/limits.md lists all of them.
struct TimeoutOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Time for tunnels to end after SIGTERM.", discussion: "SLUICE_DRAIN. Default: 30s.",
      valueName: "time"))
  var drain: String?

  @Option(
    help: ArgumentHelp(
      "Time that tunnels go on that a changed configuration refuses.",
      discussion: "SLUICE_GRACE. Default: 0s.", valueName: "time"))
  var grace: String?

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

  var given: GivenFlags {
    var flags = GivenFlags()
    flags.add("drain", drain)
    flags.add("grace", grace)
    flags.add("head-timeout", headTimeout)
    flags.add("connect-timeout", connectTimeout)
    flags.add("idle-timeout", idleTimeout)
    flags.add("response-timeout", responseTimeout)
    return flags
  }
}
