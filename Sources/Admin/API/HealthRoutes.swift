internal import Wire

/// What monitoring asks for, of whoever runs it: open, because it names no host and changes nothing.
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
        method: .get, path: "/metrics", summary: "All metrics, in the Prometheus text format.",
        isOpen: true, type: Exposition.contentType
      ) { scrapes.serve($0.reply) },
      AdminRoute(
        method: .get, path: "/healthz", summary: "Whether the process answers.", isOpen: true
      ) { $0.reply.send(.json("{\"alive\":true}")) },
      AdminRoute(
        method: .get, path: "/readyz",
        summary: "Whether requests should come here; 503 says what is not in order.", isOpen: true
      ) { $0.reply.send(readiness.response) },
    ]
  }
}
