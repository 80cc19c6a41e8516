internal import Domains

/// The access list of Stripe's Smokescreen: what one service may reach. `name` is exact, `*.name` is
/// below the name. A service's `allowed_domains` beat the `global_deny_list`, and that beats the
/// `global_allow_list`; for the rest `action` decides, of which a list can say `enforce` only.
extension ListImporter {
  private enum Tier {
    static let service: UInt8 = 0
    static let globalDeny: UInt8 = 1
    static let globalAllow: UInt8 = 2
  }

  private typealias Members = [StrictYAML.Member]

  mutating func readSmokescreen(_ source: SourceText) throws(ImportError) {
    let members = try self.members(of: try StrictYAML.parse(source), "the file")
    var services: [(name: String, members: Members)] = []
    var fallback: Members?
    guard members.contains(where: { $0.key == "version" }) else {
      throw failure(1, "no version", "write `version: v1`")
    }
    for member in members {
      switch member.key {
      case "version":
        guard case .scalar("v1", _) = member.value else {
          throw failure(member.line, "a version other than v1", "write `version: v1`")
        }
      case "services": services = try readServices(member.value)
      case "default":
        if case .empty = member.value { continue }
        fallback = try self.members(of: member.value, "default")
      case "global_allow_list", "global_deny_list": continue
      default:
        throw failure(
          member.line, "`\(PrintableText.line(member.key))` is not a key of the file",
          "the keys are version, services, default, global_allow_list and global_deny_list")
      }
    }
    let (name, chosen) = try choose(services, fallback)
    draft.begin(source: source.file, section: "smokescreen service \(name)")
    try readService(chosen)
    for service in services where service.name != name {
      note(.ignored, .otherList, service.members.first?.line ?? 1, Array(service.name.utf8)[...])
    }
    for member in members {
      let isDeny = member.key == "global_deny_list"
      guard isDeny || member.key == "global_allow_list" else { continue }
      draft.begin(source: source.file, section: "smokescreen \(member.key)")
      try addGlobs(member.value, isDeny: isDeny, tier: isDeny ? Tier.globalDeny : Tier.globalAllow)
    }
  }

  private func readServices(
    _ node: StrictYAML.Node
  ) throws(ImportError) -> [(name: String, members: Members)] {
    var services: [(name: String, members: Members)] = []
    for item in try items(of: node, "services") {
      let members = try self.members(of: item, "a service")
      guard case .scalar(let name, _) = members.first(where: { $0.key == "name" })?.value else {
        throw failure(item.line, "a service without a name", "write `name: …`")
      }
      guard !services.contains(where: { $0.name == name }) else {
        throw failure(
          item.line, "the service `\(PrintableText.line(name))` for the second time",
          "remove one of the two")
      }
      services.append((name, members))
    }
    return services
  }

  private func choose(
    _ services: [(name: String, members: Members)], _ fallback: Members?
  ) throws(ImportError) -> (String, Members) {
    let all = services + (fallback.map { [("default", $0)] } ?? [])
    let names = PrintableText.line(all.map(\.name).joined(separator: ", "), limit: 300)
    if let wanted = request.service {
      if let service = all.first(where: { $0.name == wanted }) { return service }
      throw ImportError(
        request.file, "no service has the name '\(PrintableText.line(wanted))'",
        remedy: "there are: \(names)")
    }
    guard let only = all.first else {
      throw ImportError(request.file, "no service and no default", remedy: "write one")
    }
    guard all.count == 1 else {
      throw ImportError(
        request.file, "several services, of which one list holds one",
        remedy: "choose with --service from: \(names)")
    }
    return only
  }

  private mutating func readService(_ members: Members) throws(ImportError) {
    var hasAction = false
    for member in members {
      switch member.key {
      case "name", "project": continue
      case "action":
        hasAction = true
        guard case .scalar(let action, let line) = member.value,
          ["enforce", "report", "open"].contains(action)
        else {
          throw failure(member.line, "an action that is not known", "write enforce, report or open")
        }
        if action != "enforce" {
          note(.narrowed, .looseMode, line, Array("action: \(action)".utf8)[...])
        }
      case "allowed_domains":
        try addGlobs(member.value, isDeny: false, tier: Tier.service)
      case "mitm_domains", "allowed_external_proxies":
        note(.ignored, .inspection, member.line, Array(member.key.utf8)[...])
      default:
        throw failure(
          member.line, "`\(PrintableText.line(member.key))` is not a key of a service",
          "the keys are name, project, action, allowed_domains, mitm_domains and "
            + "allowed_external_proxies")
      }
    }
    guard hasAction else {
      throw failure(
        members.first?.line ?? 1, "a service without an action", "write `action: enforce`")
    }
  }

  private mutating func addGlobs(
    _ node: StrictYAML.Node, isDeny: Bool, tier: UInt8
  ) throws(ImportError) {
    for item in try items(of: node, "a list of domains") {
      guard case .scalar(let text, let line) = item else {
        throw failure(item.line, "something else than a name", "write one name an item")
      }
      let word = Array(text.utf8)[...]
      let isBelow = word.starts(with: "*.")
      let rest = isBelow ? word.dropFirst(2) : word
      // Smokescreen refuses such a file, so that nothing is known of what it would mean.
      guard !rest.isEmpty, !rest.contains(UInt8(ascii: "*")) else {
        throw failure(
          line, "`\(PrintableText.line(text))` has a wildcard that Smokescreen does not take",
          "write `*.` in front of a name, and no other `*`")
      }
      guard let host = name(rest, isDeny: isDeny, line) else { continue }
      try draft.add(isBelow ? .below(host) : .exact(host), isDeny: isDeny, tier: tier, line: line)
    }
  }

  // MARK: - Shapes

  private func members(
    of node: StrictYAML.Node, _ what: String
  ) throws(ImportError) -> Members {
    guard case .mapping(let members, _) = node else {
      throw failure(node.line, "\(what) is not a mapping", "write `key: value` lines")
    }
    return members
  }

  private func items(
    of node: StrictYAML.Node, _ what: String
  ) throws(ImportError) -> [StrictYAML.Node] {
    switch node {
    case .sequence(let items, _): return items
    case .empty: return []
    case .scalar, .mapping:
      throw failure(node.line, "\(what) is not a sequence", "write `- item` lines")
    }
  }

  private func failure(_ line: Int, _ problem: String, _ remedy: String) -> ImportError {
    ImportError(request.file, line: line, problem, remedy: remedy)
  }
}
