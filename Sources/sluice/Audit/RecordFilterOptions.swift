import ArgumentParser
import CLinux
import Configuration
import Review
import Trail

/// The flags that say which records are meant.
struct RecordFilterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Records of this environment. Give it again for more.", valueName: "name"))
  var environment: [String] = []

  @Option(
    help: ArgumentHelp(
      "Records of this host: a name, *.NAME for all below it, +.NAME for both, or an address. Give it "
        + "again for more.", valueName: "host"))
  var host: [String] = []

  @Option(help: ArgumentHelp("Decisions of this kind: allow or deny.", valueName: "verdict"))
  var verdict: String?

  @Option(
    help: ArgumentHelp(
      "Records with this reason code (docs/reasons.md). Give it again for more.", valueName: "code")
  )
  var reason: [String] = []

  @Option(
    help: ArgumentHelp(
      "Records of this client: an address, a block of them, or unix. Give it again for more.",
      valueName: "address"))
  var client: [String] = []

  @Option(
    help: ArgumentHelp(
      "Records of this kind: decision, close, start … Give it again for more.", valueName: "event"))
  var event: [String] = []

  @Option(
    help: ArgumentHelp(
      "The records of one request: what its refusal shows as request_id. Give it again for more.",
      valueName: "id"))
  var id: [String] = []

  @Option(
    help: ArgumentHelp(
      "From this moment on, UTC: 2026-11-22, 2026-11-22T10:00, or so long ago: 15m, 2h, 7d.",
      valueName: "time"))
  var since: String?

  @Option(
    help: ArgumentHelp(
      "Up to this moment, without it; written as for --since.", valueName: "time"))
  var until: String?

  /// The conditions for people; empty if there are none.
  var words: String {
    let parts: [(String, [String])] = [
      ("environment", environment), ("host", host), ("verdict", verdict.map { [$0] } ?? []),
      ("reason", reason), ("client", client), ("event", event), ("id", id),
      ("since", since.map { [$0] } ?? []), ("until", until.map { [$0] } ?? []),
    ]
    return parts.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: " or "))" }
      .joined(separator: ", ")
  }

  func filter() throws(ConfigurationError) -> RecordFilter {
    var filter = RecordFilter()
    filter.environments = environment
    filter.reasons = reason
    filter.events = event
    filter.ids = id.map { $0.lowercased() }
    if let verdict {
      guard ["allow", "deny"].contains(verdict) else {
        throw Self.error("--verdict", verdict, "not a verdict", "write allow or deny")
      }
      filter.verdicts = [verdict]
    }
    for text in host {
      guard let pattern = RecordFilter.HostPattern(text) else {
        throw Self.error(
          "--host", text, "not a host", "write a name, *.NAME, +.NAME or an address")
      }
      filter.hosts.append(pattern)
    }
    for text in client {
      guard let pattern = RecordFilter.ClientPattern(text) else {
        throw Self.error(
          "--client", text, "not a client", "write an address, a block as 10.0.7.0/24, or unix")
      }
      filter.clients.append(pattern)
    }
    filter.since = try Self.bound("--since", since)
    filter.until = try Self.bound("--until", until)
    return filter
  }

  private static func bound(
    _ flag: String, _ text: String?
  ) throws(ConfigurationError) -> TimeBound? {
    guard let text else { return nil }
    guard let bound = TimeBound(text, now: cl_realtime_us()) else {
      throw error(flag, text, "not a time", "write 2026-11-22, 2026-11-22T10:00, 15m, 2h or 7d")
    }
    return bound
  }

  private static func error(
    _ flag: String, _ text: String, _ problem: String, _ remedy: String
  ) -> ConfigurationError {
    ConfigurationError("\(flag) '\(PrintableText.line(text))'", problem, remedy: remedy)
  }
}

/// The flag by which records are printed as they are.
struct RecordOutputOptions: ParsableArguments {
  @Flag(help: "Print the records as JSON, one a line, as they stand in the log.")
  var json = false
}
