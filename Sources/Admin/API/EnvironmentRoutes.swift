internal import Configuration
internal import Domains
internal import Policy
internal import Proxy
internal import Review
internal import Wire

/// Environments: what each is made of, and changes of them while the process runs.
struct EnvironmentRoutes: Sendable {
  private let parts: AdminRoutes.Parts

  init(_ parts: AdminRoutes.Parts) { self.parts = parts }

  private static let name = AdminRoute.Parameter(
    name: "name", text: "The environment's name.", isInPath: true)

  var all: [AdminRoute] {
    [
      AdminRoute(
        method: .get, path: "/v1/environments", summary: "The environments in their order.",
        parameters: [
          AdminRoute.Parameter(name: "limit", text: "The most to show: 1 to 1000, or 100."),
          AdminRoute.Parameter(name: "offset", text: "How many to pass over."),
        ], serve: list),
      AdminRoute(
        method: .get, path: "/v1/environments/{name}",
        summary: "An environment, its policy in force, and what was changed of it here.",
        parameters: [Self.name], serve: show),
      AdminRoute(
        method: .patch, path: "/v1/environments/{name}",
        summary:
          "Change an environment. `null` takes a change back; `allow` and `deny` are rules beside "
          + "those of the configuration.",
        parameters: [Self.name],
        body: "access, mode, allow, deny, persist, generation; each optional", serve: change),
      AdminRoute(
        method: .delete, path: "/v1/environments/{name}/override",
        summary: "Take all changes of an environment back.",
        parameters: [
          Self.name,
          AdminRoute.Parameter(
            name: "persist", text: "true: also those that would outlive the process."),
        ], serve: reset),
      AdminRoute(
        method: .get, path: "/v1/policy",
        summary:
          "The policy in force: generation, lists, overrides, and what the last change changed.",
        serve: policy),
    ]
  }

  private func list(_ call: AdminCall) {
    do throws(AdminQuery.Refusal) {
      let limit = try call.query.number("limit", in: 1...1000, standard: 100)
      let offset = try call.query.number("offset", in: 0...1_000_000, standard: 0)
      let state = parts.board.current
      let environments = state.snapshot.environments
      let shown = environments.indices.dropFirst(offset).prefix(limit).map { index in
        let environment = environments[index]
        let isChanged = state.overrides.current[environment.name] != nil
        return JSONText.object([
          ("name", JSONText.quoted(environment.name)),
          ("access", JSONText.quoted(environment.access.rawValue)),
          ("mode", JSONText.quoted(environment.mode.rawValue)),
          ("connections", "\(parts.shared.connections(of: index, in: state.snapshot))"),
          ("connection_limit", "\(environment.treatment.connectionsMax)"),
          ("overridden", "\(isChanged)"),
        ])
      }
      call.reply.send(
        .json(
          JSONText.object([
            ("generation", "\(state.snapshot.generation)"), ("count", "\(environments.count)"),
            ("environments", JSONText.array(Array(shown))),
          ])))
    } catch {
      call.refuse(400, error.text)
    }
  }

  private func show(_ call: AdminCall) {
    let state = parts.board.current
    guard let index = state.snapshot.environment(named: call.parts[0]) else {
      return unknown(call)
    }
    let environment = state.snapshot.environments[index]
    let settings =
      state.settings.environments.isEmpty
      ? state.settings.onlyEnvironment : state.settings.environments[index]
    let lists = environment.matcher.lists.map {
      JSONText.object([
        ("label", JSONText.quoted($0.label)), ("sha256", JSONText.quoted($0.digest)),
        ("file", JSONText.quoted($0.file)),
      ])
    }
    func texts(_ texts: [String]) -> String { JSONText.array(texts.map(JSONText.quoted)) }
    var members: [(key: String, value: String)] = [
      ("name", JSONText.quoted(environment.name)),
      ("generation", "\(state.snapshot.generation)"),
      ("access", JSONText.quoted(environment.access.rawValue)),
      ("mode", JSONText.quoted(environment.mode.rawValue)),
      ("sni", JSONText.quoted(environment.serverNameCheck.rawValue)),
      ("lists", JSONText.array(lists)),
      ("allow", texts(settings.allow.map(\.text))),
      ("deny", texts(settings.deny.map(\.text))),
      ("allow_addresses", texts(settings.allowAddresses.map(\.text))),
      ("connections", "\(parts.shared.connections(of: index, in: state.snapshot))"),
      ("connection_limit", "\(environment.treatment.connectionsMax)"),
      ("policy", texts(PolicyChanges.lines(of: settings, environment))),
    ]
    if let override = state.overrides.current[environment.name] {
      members.append(("override", override.json))
      members.append(("override_kept", "\(state.overrides.isKept(environment.name))"))
    }
    call.reply.send(.json(JSONText.object(members)))
  }

  private func change(_ call: AdminCall) {
    guard parts.board.current.snapshot.environment(named: call.parts[0]) != nil else {
      return unknown(call)
    }
    do throws(EnvironmentChange.Refusal) {
      let change = try EnvironmentChange(environment: call.parts[0], body: call.request.body)
      put(change, call)
    } catch {
      call.refuse(400, error.text, remedy: "send an object as docs/admin.md shows")
    }
  }

  private func reset(_ call: AdminCall) {
    let state = parts.board.current
    guard
      state.snapshot.environment(named: call.parts[0]) != nil
        || state.overrides.current[call.parts[0]] != nil
    else { return unknown(call) }
    do throws(AdminQuery.Refusal) {
      put(.reset(call.parts[0], isKept: try call.query.flag("persist")), call)
    } catch {
      call.refuse(400, error.text)
    }
  }

  private func put(_ change: EnvironmentChange, _ call: AdminCall) {
    ProcessRoutes.put(.change(change, call.reply, by: "\(call.who)"), call, parts.queue)
  }

  private func unknown(_ call: AdminCall) {
    call.refuse(404, "no environment of that name", remedy: "see /v1/environments")
  }

  private func policy(_ call: AdminCall) {
    let state = parts.board.current
    let overrides = state.overrides.current.sorted { $0.key < $1.key }.prefix(1000).map {
      ($0.key, $0.value.json)
    }
    call.reply.send(
      .json(
        "{\"generation\":\(state.snapshot.generation),"
          + "\(PolicyText.members(of: state.snapshot, listLimit: 1000)),"
          + "\"overrides\":\(JSONText.object(overrides)),\"changes\":\(state.changes.json)}"))
  }
}
