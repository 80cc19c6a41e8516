internal import Audit
internal import Domains
internal import Policy
internal import Review
internal import Wire

/// What goes and what does not: refused names, talkers, and decisions as they are made.
struct TrafficRoutes: Sendable {
  private let parts: AdminRoutes.Parts

  init(_ parts: AdminRoutes.Parts) { self.parts = parts }

  private static let environment = AdminRoute.Parameter(
    name: "environment", text: "Those of this environment.")
  private static let limit = AdminRoute.Parameter(
    name: "limit", text: "The most to show: 1 to 1000, or 100.")

  var all: [AdminRoute] {
    [
      AdminRoute(
        method: .get, path: "/v1/denials",
        summary:
          "Names that were refused lately, most often first, with the rule that would allow each.",
        parameters: [Self.environment, Self.limit], serve: denials),
      AdminRoute(
        method: .get, path: "/v1/traffic",
        summary: "Decisions by environment and reason, most often first.",
        parameters: [Self.environment, Self.limit], serve: traffic),
      AdminRoute(
        method: .get, path: "/v1/talkers",
        summary: "Who asks most, and what is asked for most. Bytes are those of what has ended.",
        parameters: [
          Self.environment, Self.limit,
          AdminRoute.Parameter(name: "by", text: "requests (or nothing), or bytes."),
        ], serve: talkers),
      AdminRoute(
        method: .get, path: "/v1/decisions",
        summary:
          "Decisions as they are made, as server-sent events: `decision` with the line of the audit "
          + "log, and `lost` with how many the client was too slow for.",
        parameters: [
          Self.environment,
          AdminRoute.Parameter(name: "verdict", text: "allow or deny."),
          AdminRoute.Parameter(name: "host", text: "Those of this host and of all below it."),
        ], type: "text/event-stream", serve: decisions),
    ]
  }

  private func denials(_ call: AdminCall) {
    do throws(AdminQuery.Refusal) {
      let limit = try call.query.number("limit", in: 1...1000, standard: 100)
      let wanted = call.query["environment"]
      let (all, forgotten) = parts.audit.feed.denials()
      let shown = all.filter { wanted == nil || $0.denial.environment == wanted }
        .sorted { ($1.count, $0.denial.host) < ($0.count, $1.denial.host) }.prefix(limit)
      call.reply.send(
        .json(
          JSONText.object([
            ("forgotten", "\(forgotten)"), ("denials", JSONText.array(shown.map(Self.json))),
          ])))
    } catch {
      call.refuse(400, error.text)
    }
  }

  private static func json(_ counted: CountedDenial) -> String {
    let denial = counted.denial
    var members: [(key: String, value: String)] = [
      ("host", JSONText.quoted(denial.host)), ("port", "\(denial.port)"),
      ("environment", JSONText.quoted(denial.environment)),
      ("reason", JSONText.quoted("\(denial.reason.name)")),
      ("count", "\(counted.count)"), ("first_us", "\(counted.first)"),
      ("last_us", "\(counted.last)"), ("client", JSONText.quoted(denial.client)),
    ]
    if !denial.rule.isEmpty { members.append(("rule", JSONText.quoted(denial.rule))) }
    let remedy = DenialRemedy(denial)
    if let rule = remedy.rule { members.append(("allow", JSONText.quoted(rule))) }
    members.append(("next", JSONText.quoted(remedy.text)))
    return JSONText.object(members)
  }

  private func traffic(_ call: AdminCall) {
    do throws(AdminQuery.Refusal) {
      let limit = try call.query.number("limit", in: 1...1000, standard: 100)
      let wanted = call.query["environment"]
      let rows = parts.audit.feed.reasons()
        .filter { wanted == nil || $0.environment == wanted }
        .sorted { ($1.count, $0.environment) < ($0.count, $1.environment) }.prefix(limit)
      let shown = rows.map {
        JSONText.object([
          ("environment", JSONText.quoted($0.environment)),
          ("reason", JSONText.quoted("\($0.reason.name)")), ("allowed", "\($0.isAllowed)"),
          ("count", "\($0.count)"),
        ])
      }
      call.reply.send(.json(JSONText.object([("rows", JSONText.array(shown))])))
    } catch {
      call.refuse(400, error.text)
    }
  }

  private func talkers(_ call: AdminCall) {
    do throws(AdminQuery.Refusal) {
      let limit = try call.query.number("limit", in: 1...1000, standard: 100)
      let order = call.query["by"] ?? "requests"
      guard ["requests", "bytes"].contains(order) else {
        throw AdminQuery.Refusal(text: "by is not requests or bytes")
      }
      let wanted = call.query["environment"]
      func weight(_ talker: Talker) -> UInt64 {
        order == "bytes"
          ? talker.bytesUp &+ talker.bytesDown : talker.allowed &+ talker.denied
      }
      func text(_ talkers: [Talker]) -> String {
        let shown = talkers.filter { wanted == nil || $0.environment == wanted }
          .sorted { (weight($1), $0.name) < (weight($0), $1.name) }.prefix(limit)
        return JSONText.array(
          shown.map {
            JSONText.object([
              ("name", JSONText.quoted($0.name)),
              ("environment", JSONText.quoted($0.environment)), ("allowed", "\($0.allowed)"),
              ("denied", "\($0.denied)"), ("bytes_up", "\($0.bytesUp)"),
              ("bytes_down", "\($0.bytesDown)"),
            ])
          })
      }
      let (clients, hosts) = parts.audit.feed.talkers()
      call.reply.send(
        .json(JSONText.object([("clients", text(clients)), ("hosts", text(hosts))])))
    } catch {
      call.refuse(400, error.text)
    }
  }

  private func decisions(_ call: AdminCall) {
    do throws(AdminQuery.Refusal) {
      var filter = DecisionFilter()
      filter.environment = call.query["environment"]
      if let host = call.query["host"] { filter.host = try hostFilter(host) }
      switch call.query["verdict"] {
      case nil: break
      case "allow": filter.isAllowed = true
      case "deny": filter.isAllowed = false
      default: throw AdminQuery.Refusal(text: "verdict is not allow or deny")
      }
      let feed = parts.audit.feed
      let chosen = filter
      call.reply.stream(type: "text/event-stream; charset=utf-8") { wake in
        DecisionStream(feed, chosen, wake: wake)
      }
    } catch {
      call.refuse(400, error.text)
    }
  }
}
