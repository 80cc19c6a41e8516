internal import Audit
internal import CLinux
internal import Domains
internal import Policy
internal import Proxy
internal import Review
internal import Wire

/// What is under way, and the end of it.
struct TunnelRoutes: Sendable {
  private let parts: AdminRoutes.Parts

  init(_ parts: AdminRoutes.Parts) { self.parts = parts }

  private static let filters = [
    AdminRoute.Parameter(name: "environment", text: "Those of this environment."),
    AdminRoute.Parameter(name: "host", text: "Those to this host and to all below it."),
    AdminRoute.Parameter(name: "client", text: "Those of this address or network."),
  ]
  private static let id = AdminRoute.Parameter(
    name: "id", text: "The identifier that records of the request carry.", isInPath: true)

  var all: [AdminRoute] {
    [
      AdminRoute(
        method: .get, path: "/v1/tunnels",
        summary: "The tunnels and requests that are under way.",
        parameters: Self.filters + [
          AdminRoute.Parameter(name: "limit", text: "The most to show: 1 to 1000, or 100.")
        ], serve: list),
      AdminRoute(
        method: .delete, path: "/v1/tunnels",
        summary: "End those that a filter lets through, both sides with a reset.",
        parameters: Self.filters + [
          AdminRoute.Parameter(name: "all", text: "true: every one, without a filter.")
        ], serve: endSome),
      AdminRoute(
        method: .delete, path: "/v1/tunnels/{id}", summary: "End one.", parameters: [Self.id],
        serve: endOne),
    ]
  }

  private func list(_ call: AdminCall) {
    do throws(AdminQuery.Refusal) {
      let limit = try call.query.number("limit", in: 1...1000, standard: 100)
      ask(try filter(call.query), ends: false, limit: limit, call) { answer in
        let flows = answer.flows.sorted { $0.age > $1.age }.prefix(limit).map(Self.json)
        return .json(
          JSONText.object([
            ("matched", "\(answer.matched)"), ("tunnels", JSONText.array(Array(flows))),
          ]))
      }
    } catch {
      call.refuse(400, error.text)
    }
  }

  private func endSome(_ call: AdminCall) {
    do throws(AdminQuery.Refusal) {
      let filter = try filter(call.query)
      let isAll = try call.query.flag("all")
      guard filter.isEmpty == isAll else {
        return call.refuse(
          400, isAll ? "all beside a filter" : "nothing says which",
          remedy: "filter by environment, host or client, or say all=true")
      }
      end(filter, call)
    } catch {
      call.refuse(400, error.text)
    }
  }

  private func endOne(_ call: AdminCall) {
    guard let id = RequestID(hexadecimal: call.parts[0]) else {
      return call.refuse(400, "not an identifier", remedy: "write its 32 hexadecimal digits")
    }
    var filter = Inquiry.Filter()
    filter.id = id
    end(filter, call)
  }

  private func end(_ filter: Inquiry.Filter, _ call: AdminCall) {
    let isOne = filter.id != nil
    ask(filter, ends: true, limit: 1, call) { answer in
      isOne && answer.matched == 0
        ? .problem(404, "nothing of that identifier is under way")
        : .json(JSONText.object([("ended", "\(answer.matched)")]))
    }
    parts.audit.noteAdmin(
      "end_tunnels", by: call.who,
      [("filter", JSONText.quoted(isOne ? call.parts[0] : call.request.query))])
  }

  /// Puts a question to the workers; the answer is made on the server's thread.
  private func ask(
    _ filter: Inquiry.Filter, ends: Bool, limit: Int, _ call: AdminCall,
    _ answer: @escaping @Sendable (Inquiry.Answer) -> AdminResponse
  ) {
    let reply = call.reply
    let inquiry = Inquiry(filter, ends: ends, limit: limit) { found in
      reply.send { answer(found) }
    }
    guard parts.shared.ask(inquiry) else {
      return call.refuse(503, "too many questions wait for the workers", remedy: "try again")
    }
    for wake in parts.wakes { _ = cl_eventfd_signal(wake) }
  }

  private func filter(_ query: AdminQuery) throws(AdminQuery.Refusal) -> Inquiry.Filter {
    var filter = Inquiry.Filter()
    filter.environment = query["environment"]
    if let host = query["host"] { filter.host = try hostFilter(host) }
    if let client = query["client"] {
      guard let range = AddressRange(client) else {
        throw AdminQuery.Refusal(text: "client is not an address or a network")
      }
      filter.client = range
    }
    return filter
  }

  private static func json(_ flow: Flow) -> String {
    JSONText.object([
      ("id", JSONText.quoted("\(flow.id)")), ("phase", JSONText.quoted(flow.phase.rawValue)),
      ("kind", JSONText.quoted(flow.isConnect ? "tunnel" : "exchange")),
      ("environment", JSONText.quoted(flow.environment)),
      ("client", JSONText.quoted(flow.client)), ("host", JSONText.quoted(flow.host)),
      ("port", "\(flow.port)"), ("address", JSONText.quoted(flow.address)),
      ("age_ms", "\(flow.age / 1_000_000)"), ("idle_ms", "\(flow.idle / 1_000_000)"),
      ("bytes_up", "\(flow.bytesUp)"), ("bytes_down", "\(flow.bytesDown)"),
      ("worker", "\(flow.worker)"),
    ])
  }
}

/// A host as filters take it: canonical, or as people write it.
func hostFilter(_ text: String) throws(AdminQuery.Refusal) -> Hostname {
  do throws(HostnameError) {
    return try Hostname(text)
  } catch {
    throw AdminQuery.Refusal(text: "host is not a host's name")
  }
}

extension RequestID {
  /// 32 lower-case hexadecimal digits.
  init?(hexadecimal text: String) {
    let digits = Array(text.utf8)
    guard digits.count == Self.textCount,
      digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }
}
