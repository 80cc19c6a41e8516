internal import Review
internal import Wire

/// The description of the interface (OpenAPI 3.1), made of the routes themselves.
enum OpenAPI {
  static func route(_ routes: [AdminRoute]) -> AdminRoute {
    let path = "/v1/openapi.json"
    let text = document(
      routes + [
        AdminRoute(method: .get, path: path, summary: Self.summary) { _ in }
      ])
    return AdminRoute(method: .get, path: path, summary: summary) { $0.reply.send(.json(text)) }
  }

  private static let summary = "This description."

  static func document(_ routes: [AdminRoute]) -> String {
    var paths: [(key: String, value: String)] = []
    for route in routes where !paths.contains(where: { $0.key == route.path }) {
      let all = routes.filter { $0.path == route.path }
      paths.append(
        (route.path, JSONText.object(all.map { ($0.methodName.lowercased(), operation($0)) })))
    }
    let schemes = #"{"token":{"type":"http","scheme":"bearer"}}"#
    let problem =
      #"{"type":"object","properties":{"status":{"type":"integer"},"title":{"type":"string"},"#
      + #""detail":{"type":"string"},"remedy":{"type":"string"}},"required":["status","title","detail"]}"#
    return JSONText.object([
      ("openapi", #""3.1.0""#),
      ("info", #"{"title":"Sluice administration","version":"1"}"#),
      ("security", #"[{"token":[]}]"#),
      ("paths", JSONText.object(paths)),
      (
        "components",
        JSONText.object([
          ("securitySchemes", schemes), ("schemas", JSONText.object([("Problem", problem)])),
        ])
      ),
    ])
  }

  private static func operation(_ route: AdminRoute) -> String {
    var members: [(key: String, value: String)] = [("summary", JSONText.quoted(route.summary))]
    if route.isOpen { members.append(("security", "[]")) }
    if !route.parameters.isEmpty {
      members.append(("parameters", JSONText.array(route.parameters.map(parameter))))
    }
    if !route.body.isEmpty {
      let schema = #"{"type":"object"}"#
      members.append(
        (
          "requestBody",
          JSONText.object([
            ("description", JSONText.quoted(route.body)), ("required", "true"),
            ("content", #"{"application/json":{"schema":\#(schema)}}"#),
          ])
        ))
    }
    let success = JSONText.object([
      ("description", JSONText.quoted(route.summary)),
      ("content", JSONText.object([(route.type, "{}")])),
    ])
    let failure =
      #"{"description":"An error.","content":{"application/problem+json":"#
      + #"{"schema":{"$ref":"#
      + ##""#/components/schemas/Problem"}}}}"##
    members.append(
      ("responses", JSONText.object([("\(route.success)", success), ("default", failure)])))
    return JSONText.object(members)
  }

  private static func parameter(_ parameter: AdminRoute.Parameter) -> String {
    JSONText.object([
      ("name", JSONText.quoted(parameter.name)),
      ("in", parameter.isInPath ? "\"path\"" : "\"query\""),
      ("required", "\(parameter.isInPath)"),
      ("description", JSONText.quoted(parameter.text)),
      ("schema", #"{"type":"string"}"#),
    ])
  }
}
