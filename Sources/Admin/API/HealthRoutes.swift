internal import Wire

/// What watches the process from outside: open to everybody who reaches the administration.
struct HealthRoutes: Sendable {
  private let scrapes: MetricsScrapes
  private let readiness: Readiness

  init(_ parts: AdminRoutes.Parts) {
    scrapes = MetricsScrapes(parts.metrics)
    readiness = Readiness(board: parts.board, audit: parts.audit)
  }

  var all: [AdminRoute] {
    let scrapes = scrapes
    let readiness = readiness
    return [
      AdminRoute(
        method: .get, path: "/metrics", summary: "Metrics, as Prometheus reads them.", isOpen: true,
        type: Exposition.contentType
      ) { scrapes.serve($0.reply) },
      AdminRoute(
        method: .get, path: "/healthz", summary: "Whether the process is alive.", isOpen: true
      ) { $0.reply.send(.json("{\"alive\":true}")) },
      AdminRoute(
        method: .get, path: "/readyz",
        summary: "Whether requests should come here: 200, or 503 and what is not right.",
        isOpen: true
      ) { $0.reply.send(readiness.response) },
    ]
  }
}
