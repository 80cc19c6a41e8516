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
        zcat audit.jsonl.*.gz | sluice allowlist replay - --with default --with team.allow --json

      Exit code: 0 no decision differs, 1 some do, 2 an error.
      """)

  @Argument(help: ArgumentHelp("Audit logs; - is standard input.", valueName: "audit-log"))
  var logs: [String]

  @Option(
    help: ArgumentHelp(
      "A list to decide with: default, essential, or a file. Give it again for more.",
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
      let decider = try ReplayDecider(lists: with)
      var running = Replay(access: level?.rawValue) { decider.decide($0) }
      try AuditLogInput.read(logs) { running.add($0) }
      running.flush()
      replay = running
    } catch {
      throw failure(error)
    }
    print(json ? replay.json() : replay.text())
    if replay.changed > 0 { throw ExitCode(1) }
  }
}

/// Decides requests of the past as the proxy would, one snapshot of the policy for each access level.
private final class ReplayDecider {
  private let snapshots: [AccessLevel: PolicySnapshot]
  private var batch = HostKeyBatch()

  init(lists: [String]) throws(ConfigurationError) {
    var snapshots: [AccessLevel: PolicySnapshot] = [:]
    for access in AccessLevel.allCases {
      var settings = Settings()
      settings.access = access
      settings.allowlists = lists
      snapshots[access] = try settings.makeSnapshot(generation: 1)
    }
    self.snapshots = snapshots
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
    guard let snapshot = snapshots[level] else {
      preconditionFailure("a snapshot for each level")
    }
    return snapshot
  }

  /// `default@2026.11.22-1:31`.
  private func label(of rule: Matcher.RuleIndex, in snapshot: PolicySnapshot) -> String {
    guard rule != .none else { return "" }
    let matcher = snapshot.environments[0].matcher
    return "\(matcher.lists[matcher.listIndex(of: rule)].label):\(matcher.line(of: rule))"
  }
}
