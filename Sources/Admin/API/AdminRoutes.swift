package import Audit
internal import CLinux
package import Proxy
internal import Wire

/// What there is under which path.
package struct AdminRoutes: AdminService {
  /// All that is served, each path with each of its methods once.
  let routes: [AdminRoute]
  private let gate: AdminGate

  /// The protocol of a hand-over, as `Upgrade` names it.
  package static let handOver = "sluice-handover/1"

  /// What the routes look at and work on.
  package struct Parts: Sendable {
    let report: StatusReport
    let board: StatusBoard
    let queue: ControlQueue
    let shared: SharedState
    let audit: AuditLog
    /// Eventfds of the workers.
    let wakes: [Int32]
    let metrics: MetricsSource

    package init(
      report: StatusReport, board: StatusBoard, queue: ControlQueue, shared: SharedState,
      audit: AuditLog, wakes: [Int32], metrics: MetricsSource
    ) {
      self.report = report
      self.board = board
      self.queue = queue
      self.shared = shared
      self.audit = audit
      self.wakes = wakes
      self.metrics = metrics
    }
  }

  package init(_ parts: Parts) {
    gate = AdminGate(board: parts.board)
    let routes =
      DashboardRoutes.all + HealthRoutes(parts).all + ProcessRoutes(parts).all
      + EnvironmentRoutes(parts).all
      + TunnelRoutes(parts).all + TrafficRoutes(parts).all
    self.routes = routes + [OpenAPI.route(routes)]
  }

  package func handle(_ request: AdminRequest, _ reply: AdminReply) {
    let found = routes.compactMap { route in route.parts(of: request.path).map { (route, $0) } }
    let match = found.first { $0.0.method == request.method }
    // Whoever may not ask does not learn what there is.
    switch gate.judge(request, isOpen: match?.0.isOpen == true) {
    case .refused(let response): reply.send(response)
    case .passes(let who):
      guard let (route, parts) = match else {
        return reply.send(Self.nothing(at: found.map(\.0)))
      }
      if route.isLocal, request.source.isAddress {
        return reply.send(
          .problem(403, "this goes by the Unix socket only", remedy: "ask there"))
      }
      guard route.body.isEmpty == request.body.isEmpty else {
        return reply.send(
          .problem(400, route.body.isEmpty ? "a body, and none is taken" : "no body"))
      }
      do throws(AdminQuery.Refusal) {
        let names = route.parameters.filter { !$0.isInPath }.map(\.name)
        let query = try AdminQuery(request.query, known: names)
        route.serve(
          AdminCall(request: request, who: who, parts: parts, query: query, reply: reply))
      } catch {
        reply.send(.problem(400, error.text, remedy: "see /v1/openapi.json"))
      }
    }
  }

  /// Another method, or nothing of that name.
  private static func nothing(at routes: [AdminRoute]) -> AdminResponse {
    guard !routes.isEmpty else {
      return .problem(404, "nothing is there", remedy: "see /v1/openapi.json for what is")
    }
    let methods = routes.map(\.methodName).joined(separator: ", ")
    return .problem(405, "not by this method", remedy: "use \(methods)").with("Allow", methods)
  }
}
