internal import Wire

/// One thing that can be asked of the administration: the table of them is what is served, what the OpenAPI
/// document says, and what the tests go through.
package struct AdminRoute: Sendable {
  /// Something that a request says, for the OpenAPI document.
  struct Parameter: Sendable {
    let name: String
    let text: String
    var isInPath = false
  }

  let method: Method
  /// Parts in braces stand for one part of any text.
  let path: String
  let summary: String
  /// Nobody has to show a token for it.
  var isOpen = false
  /// By the Unix socket alone.
  var isLocal = false
  var parameters: [Parameter] = []
  /// What the body of a request holds; empty: there is none.
  var body = ""
  /// The status of success, and its media type.
  var success = 200
  var type = "application/json"
  let serve: @Sendable (AdminCall) -> Void

  /// What stands for the braces, if the path is one of this route's: compared part by part, exactly.
  func parts(of path: String) -> [String]? {
    let wanted = self.path.split(separator: "/", omittingEmptySubsequences: false)
    let given = path.split(separator: "/", omittingEmptySubsequences: false)
    guard wanted.count == given.count else { return nil }
    var found: [String] = []
    for (wanted, given) in zip(wanted, given) {
      if wanted.hasPrefix("{") {
        guard !given.isEmpty else { return nil }
        found.append(String(given))
      } else if wanted != given {
        return nil
      }
    }
    return found
  }

  /// As it stands in a request.
  var methodName: String {
    switch method {
    case .get: "GET"
    case .post: "POST"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .put: "PUT"
    case .head: "HEAD"
    case .options: "OPTIONS"
    case .connect: "CONNECT"
    case .other: "OTHER"
    }
  }
}

/// A request on its way to what serves it.
struct AdminCall: Sendable {
  let request: AdminRequest
  let who: AdminIdentity
  /// What stands for the braces of the route's path.
  let parts: [String]
  let query: AdminQuery
  let reply: AdminReply

  func refuse(_ status: UInt16, _ detail: String, remedy: String? = nil) {
    reply.send(.problem(status, detail, remedy: remedy))
  }
}
