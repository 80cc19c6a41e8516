internal import CLinux
internal import Wire

/// The process itself: its status, its configuration, its end.
struct ProcessRoutes: Sendable {
  private let parts: AdminRoutes.Parts

  init(_ parts: AdminRoutes.Parts) { self.parts = parts }

  var all: [AdminRoute] {
    let parts = parts
    return [
      AdminRoute(
        method: .get, path: "/v1/status", summary: "What the process does, and by which policy."
      ) { $0.reply.send(.json(parts.report.text())) },
      AdminRoute(
        method: .post, path: "/v1/reload",
        summary:
          "Read the configuration again; answers when it is in force, or with 422 and why not."
      ) { call in Self.put(.reload(call.reply, by: "\(call.who)"), call, parts.queue) },
      AdminRoute(
        method: .post, path: "/v1/drain",
        summary: "Stop accepting, and end when what is under way has ended.", success: 202
      ) { call in Self.put(.drain(call.reply, by: "\(call.who)"), call, parts.queue) },
      AdminRoute(
        method: .post, path: "/v1/handover",
        summary: "Hand sockets and audit log to another process, by a protocol of its own.",
        isLocal: true, success: 101
      ) { call in
        guard call.request.upgrade == AdminRoutes.handOver else {
          return call.refuse(400, "ask with Upgrade: \(AdminRoutes.handOver)")
        }
        let head =
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
          + "Upgrade: \(AdminRoutes.handOver)\r\n\r\n"
        call.reply.detach(head) { descriptor in
          if !parts.queue.put(.handOver(descriptor)) { _ = cl_close(descriptor) }
        }
      },
    ]
  }

  /// Leaves a command for the control thread.
  static func put(_ command: ControlCommand, _ call: AdminCall, _ queue: ControlQueue) {
    if !queue.put(command) { call.refuse(503, "too many commands wait", remedy: "try again") }
  }
}
