import ArgumentParser
import Configuration
import Domains
import Policy
import Review

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Say which decisions of an audit log other lists would have changed.",
    discussion: """
      Every decision of the logs is made again with the lists of --with, as of its own day and at the \
      access level that it was made at, and each that would come out differently is shown: what was \
      decided, by which rule, and what would be. Nothing is resolved and nothing dialled; what lists \
      do not decide (addresses, malformed requests, the check of resolved addresses) is left alone.

      The level is that of the log's start records; --access sets one for all.

        sluice allowlist replay audit.jsonl --with new.allow
        sluice allowlist replay audit.jsonl.*.gz audit.jsonl --with default --with team.allow --json

      Exit code: 0 no decision differs, 1 some do, 2 an error.
      """)

  @Argument(help: ArgumentHelp("Audit logs; - is standard input.", valueName: "audit-log"))
  var logs: [String]

  @Option(
    help: ArgumentHelp(
      "A list to decide with: default, essential, or a file; compiled ones too. Give it again for "
        + "more.",
      valueName: "name|file"))
  var with: [String]

  @Option(
    help: ArgumentHelp("Decide everything at this level: none, limited, full.", valueName: "level"))
  var access: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let replay: Replay
    do {
      guard !with.isEmpty else {
        throw ConfigurationError("--with", "no list", remedy: "name the list to decide with")
      }
      let level = try access.map { text throws(ConfigurationError) in
        guard let level = AccessLevel(rawValue: text) else {
          throw ConfigurationError(
            "--access '\(PrintableText.line(text))'", "not an access level",
            remedy: "write none, limited or full")
        }
        return level
      }
      let decider = try ReplayDecider(lists: with, access: level)
      var running = Replay(access: level?.rawValue) { decider.decide($0) }
      try AuditLogInput.readEntries(logs) { running.add($0) }
      running.flush()
      try decider.throwFailure()
      replay = running
    } catch {
      throw failure(error)
    }
    print(json ? replay.json() : replay.text())
    if replay.changed > 0 { throw ExitCode(1) }
  }
}

/// Decides requests of the past as the proxy would, one snapshot of the policy for each access level
/// that the logs have. The lists are read once.
private final class ReplayDecider {
  private enum Origin {
    case lists([Allowlist])
    case image(Matcher)
  }

  private let names: [String]
  private let origin: Origin
  private var snapshots: [AccessLevel: PolicySnapshot] = [:]
  private var batch = HostKeyBatch()
  /// Why a level that the logs have cannot be decided for; all answers are void then.
  private var failure: ConfigurationError?

  /// An error says `--with`, where `run` has `--allowlist`.
  init(lists names: [String], access: AccessLevel?) throws(ConfigurationError) {
    self.names = names
    var settings = Settings()
    settings.allowlists = names
    // What an image cannot be asked for is said before the logs are read.
    settings.access = access ?? .limited
    origin =
      if let image = try Self.image(settings) {
        .image(image)
      } else {
        .lists(try settings.lists())
      }
    _ = try snapshot(settings.access)
  }

  /// To be called at the end.
  func throwFailure() throws(ConfigurationError) {
    if let failure { throw failure }
  }

  /// The compiled list, if that is what is named.
  private static func image(_ settings: Settings) throws(ConfigurationError) -> Matcher? {
    do throws(ConfigurationError) { return try settings.image() } catch {
      throw ConfigurationError(
        error.place.replacing("--allowlist", with: "--with"), error.problem, remedy: error.remedy)
    }
  }

  func decide(_ requests: [ReplayRequest]) -> [ReplayAnswer] {
    var answers: [ReplayAnswer] = []
    answers.reserveCapacity(requests.count)
    for (number, request) in requests.enumerated() {
      let matcher = snapshot(for: request).environments[0].matcher
      let error = batch.append(Array(request.host.text.utf8).span, for: matcher)
      precondition(error == nil, "a host name is valid")
      guard batch.isFull || number == requests.count - 1 else { continue }
      let first = answers.count
      batch.drain { index, key in answers.append(answer(requests[first + index], key)) }
    }
    return answers
  }

  private func answer(_ request: ReplayRequest, _ key: borrowing HostKey) -> ReplayAnswer {
    let snapshot = snapshot(for: request)
    let decision = snapshot.decide(key, port: request.port, environment: 0, on: request.day)
    return ReplayAnswer(
      isAllowed: decision.isAllowed, reason: decision.reason.name.description,
      rule: label(of: decision.rule, in: snapshot))
  }

  private func snapshot(for request: ReplayRequest) -> PolicySnapshot {
    // A level that only a later version knows counts as `limited`.
    let level = AccessLevel(rawValue: request.access) ?? .limited
    do throws(ConfigurationError) {
      return try snapshot(level)
    } catch {
      failure = failure ?? error
      guard let any = snapshots.values.first else { preconditionFailure("made at the start") }
      return any
    }
  }

  private func snapshot(_ level: AccessLevel) throws(ConfigurationError) -> PolicySnapshot {
    if let made = snapshots[level] { return made }
    var settings = Settings()
    settings.access = level
    settings.allowlists = names
    let made: PolicySnapshot
    switch origin {
    case .lists(let lists):
      made = try settings.makeSnapshot(of: settings.sources(of: lists), generation: 1)
    case .image(let image):
      if level == .none { _ = try Self.image(settings) }
      made = try settings.makeSnapshot(image, generation: 1)
    }
    snapshots[level] = made
    return made
  }

  /// `default@2026.11.22-1:31`.
  private func label(of rule: Matcher.RuleIndex, in snapshot: PolicySnapshot) -> String {
    guard rule != .none else { return "" }
    let matcher = snapshot.environments[0].matcher
    return "\(matcher.lists[matcher.listIndex(of: rule)].label):\(matcher.line(of: rule))"
  }
}
