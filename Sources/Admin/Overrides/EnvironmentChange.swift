package import Policy
internal import Review

/// A change of an environment as somebody asks for it (`PATCH /v1/environments/NAME`).
package struct EnvironmentChange: Hashable, Sendable {
  /// What becomes of one member.
  package enum Edit<Value: Hashable & Sendable>: Hashable, Sendable {
    case leave
    /// Back to what the configuration says.
    case clear
    case set(Value)
  }

  package let environment: String
  package var access = Edit<AccessLevel>.leave
  package var mode = Edit<PolicyMode>.leave
  package var allow = Edit<[String]>.leave
  package var deny = Edit<[String]>.leave
  /// Whether it outlives the process.
  package var isKept = false
  /// The generation that whoever asks has seen: if another one is in force, nothing is changed.
  package var generation: UInt64?

  package init(environment: String) { self.environment = environment }

  /// Back to the configuration in everything.
  package static func reset(_ environment: String, isKept: Bool) -> EnvironmentChange {
    var change = EnvironmentChange(environment: environment)
    (change.access, change.mode, change.allow, change.deny) = (.clear, .clear, .clear, .clear)
    change.isKept = isKept
    return change
  }

  /// `before`, changed.
  func applied(to before: EnvironmentOverride?) -> EnvironmentOverride {
    var override = before ?? EnvironmentOverride()
    switch access {
    case .leave: break
    case .clear: override.access = nil
    case .set(let value): override.access = value
    }
    switch mode {
    case .leave: break
    case .clear: override.mode = nil
    case .set(let value): override.mode = value
    }
    override.allow = Self.rules(override.allow, allow)
    override.deny = Self.rules(override.deny, deny)
    return override
  }

  private static func rules(_ before: [String], _ edit: Edit<[String]>) -> [String] {
    switch edit {
    case .leave: before
    case .clear: []
    case .set(let rules): rules
    }
  }
}

extension EnvironmentChange {
  /// Why a body is no change.
  struct Refusal: Error { let text: String }

  /// Reads a body, strictly: a member that is not known changes nothing in silence.
  init(environment: String, body: [UInt8]) throws(Refusal) {
    self.init(environment: environment)
    guard let text = String(validating: body, as: UTF8.self),
      case .object(let members)? = JSONValue(text)
    else { throw Refusal(text: "the body is not one JSON object") }
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "access": access = try Self.choice(name, value)
      case "mode": mode = try Self.choice(name, value)
      case "allow": allow = try Self.texts(name, value)
      case "deny": deny = try Self.texts(name, value)
      case "persist":
        guard let flag = value.bool else { throw Refusal(text: "persist is not true or false") }
        isKept = flag
      case "generation":
        guard let number = value.number, number > 0 else {
          throw Refusal(text: "generation is not a whole number above 0")
        }
        generation = UInt64(number)
      default:
        throw Refusal(
          text: "'\(name.printable)' is no member; there are access, mode, allow, deny, persist, "
            + "generation")
      }
    }
  }

  private static func choice<Value: RawRepresentable & CaseIterable & Hashable & Sendable>(
    _ name: String, _ value: JSONValue
  ) throws(Refusal) -> Edit<Value> where Value.RawValue == String {
    if value == .null { return .clear }
    guard let text = value.text, let known = Value(rawValue: text) else {
      let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw Refusal(text: "\(name) is not one of \(words), or null")
    }
    return .set(known)
  }

  private static func texts(_ name: String, _ value: JSONValue) throws(Refusal) -> Edit<[String]> {
    if value == .null { return .clear }
    guard case .list(let items) = value else {
      throw Refusal(text: "\(name) is not a list of rules, or null")
    }
    let texts = items.compactMap(\.text)
    guard texts.count == items.count else { throw Refusal(text: "\(name) holds what is no text") }
    guard Set(texts).count == texts.count else { throw Refusal(text: "\(name) holds a rule twice") }
    return .set(texts)
  }
}
