import ArgumentParser
import CLinux
import Configuration
import Domains
import Policy
import Review

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say whether hosts would be allowed, by which rule, and why.",
    discussion: """
      Decides as the proxy would, without asking DNS or connecting. A host without a port means 443.

        sluice check github.com
        sluice check --access none api.anthropic.com:443 github.com
        sluice check --allowlist ./team.allow git.example.org:22 --json

      Exit code: 0 all are allowed, 1 one is denied, 2 an error.
      """)

  @Argument(help: ArgumentHelp("A host, with or without a port.", valueName: "host[:port]"))
  var hosts: [String]

  @OptionGroup var configuration: ConfigurationOption

  @OptionGroup var policy: PolicyOptions

  @Flag(help: "Print one JSON object a line.")
  var json = false

  func run() throws {
    let snapshot: PolicySnapshot
    let environment: Int
    var targets: [Authority] = []
    do {
      let settings = try LoadedConfiguration(
        path: configuration.config, policy.given, name: policy.name, choosesOne: true
      ).settings
      snapshot = try settings.makeSnapshot(generation: 1)
      environment = try settings.environmentIndex(in: snapshot)
      for text in hosts {
        do {
          targets.append(try Authority(text, defaultPort: .https))
        } catch {
          throw ConfigurationError("'\(text)'", "not a host", remedy: error.message)
        }
      }
    } catch {
      throw failure(error)
    }
    var isDenied = false
    for target in targets {
      let verdict = Verdict(target, snapshot, environment)
      if !verdict.decision.isAllowed { isDenied = true }
      print(json ? verdict.json : verdict.text)
    }
    if isDenied { throw ExitCode(1) }
  }
}

/// What is decided about one target, and why.
struct Verdict {
  let target: Authority
  let decision: Decision
  let explanation: Explanation
  let rule: String?
  /// The rule as records name it; empty: none decided.
  let ruleName: String

  /// What the environment that is meant decides.
  init(_ target: Authority, _ settings: Settings, on day: Day) throws {
    let snapshot = try settings.makeSnapshot(generation: 1)
    self.init(target, snapshot, try settings.environmentIndex(in: snapshot), on: day)
  }

  init(
    _ target: Authority, _ snapshot: PolicySnapshot, _ environment: Int = 0,
    on day: Day = .today
  ) {
    self.target = target
    switch target.host {
    case .name(let name):
      var key = HostKey()
      let text = Array(name.text.utf8)
      precondition(key.load(text.span) == nil, "a host name is valid")
      decision = snapshot.decide(key, port: target.port, environment: environment, on: day)
      explanation = snapshot.explain(
        decision, host: name.text, port: target.port, environment: environment)
    case .address(let address):
      decision = snapshot.decide(address, port: target.port, environment: environment)
      explanation = snapshot.explain(
        decision, address: address, port: target.port, environment: environment)
    }
    ruleName = snapshot.ruleName(of: decision, environment: environment)
    rule = snapshot.rulePlace(of: decision, environment: environment)
  }

  var text: String {
    let word = decision.isAllowed ? "allow" : "deny "
    let place = rule.map { "  (\($0))" } ?? ""
    let reason = decision.wouldDeny.map { "report_only (\($0.name))" } ?? "\(decision.reason.name)"
    let next = decision.isAllowed ? "" : "\n       \(explanation.next)"
    return "\(word)  \(target)  \(reason)  \(explanation.summary)\(place)\(next)"
  }

  var json: String {
    var members = [
      "\"host\":\(JSONText.quoted(host))", "\"port\":\(target.port)",
      "\"verdict\":\"\(decision.isAllowed ? "allow" : "deny")\"",
      "\"reason\":\"\(decision.reason.name)\"", "\"why\":\(JSONText.quoted(explanation.summary))",
    ]
    if let wouldDeny = decision.wouldDeny { members.append("\"would_deny\":\"\(wouldDeny.name)\"") }
    if let rule { members.append("\"rule\":\(JSONText.quoted(rule))") }
    if !decision.isAllowed { members.append("\"next\":\(JSONText.quoted(explanation.next))") }
    return "{\(members.joined(separator: ","))}"
  }

  private var host: String {
    switch target.host {
    case .name(let name): name.text
    case .address(let address): address.description
    }
  }
}

extension Day {
  /// Today in UTC, by the machine's clock.
  static var today: Day { Day(unixSeconds: Int64(cl_realtime_us() / 1_000_000)) }
}
