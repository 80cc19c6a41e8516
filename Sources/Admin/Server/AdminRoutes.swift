internal import CLinux
internal import Wire

/// What there is under which path.
package struct AdminRoutes: AdminService {
  private let report: StatusReport
  private let queue: ControlQueue
  private let scrapes: MetricsScrapes
  private let readiness: Readiness

  /// The protocol of a hand-over, as `Upgrade` names it.
  package static let handOver = "sluice-handover/1"

  package init(
    report: StatusReport, queue: ControlQueue, metrics: MetricsSource, readiness: Readiness
  ) {
    self.report = report
    self.queue = queue
    scrapes = MetricsScrapes(metrics)
    self.readiness = readiness
  }

  package func handle(_ request: AdminRequest, _ reply: AdminReply) {
    switch request.path {
    case "/metrics":
      guard request.method == .get else { return refuse(reply, 405, "GET it") }
      scrapes.serve(reply)
    case "/healthz":
      guard request.method == .get else { return refuse(reply, 405, "GET it") }
      reply.send(.json("{\"alive\":true}"))
    case "/readyz":
      guard request.method == .get else { return refuse(reply, 405, "GET it") }
      reply.send(readiness.response)
    case "/v1/status":
      guard request.method == .get else { return refuse(reply, 405, "GET it") }
      reply.send(.json(report.text()))
    case "/v1/reload":
      guard request.method == .post else { return refuse(reply, 405, "POST to it") }
      put(.reload(reply), reply)
    case "/v1/drain":
      guard request.method == .post else { return refuse(reply, 405, "POST to it") }
      put(.drain(reply), reply)
    case "/v1/handover":
      guard request.method == .post else { return refuse(reply, 405, "POST to it") }
      guard request.upgrade == Self.handOver else {
        return refuse(reply, 400, "ask with Upgrade: \(Self.handOver)")
      }
      let head =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
        + "Upgrade: \(Self.handOver)\r\n\r\n"
      reply.detach(head) { [queue] descriptor in
        if !queue.put(.handOver(descriptor)) { _ = cl_close(descriptor) }
      }
    default:
      refuse(reply, 404, "there is GET /v1/status, POST /v1/reload and POST /v1/drain")
    }
  }

  private func put(_ command: ControlCommand, _ reply: AdminReply) {
    if !queue.put(command) { refuse(reply, 503, "too many commands wait") }
  }

  private func refuse(_ reply: AdminReply, _ status: UInt16, _ detail: String) {
    reply.send(.problem(status, detail))
  }
}
