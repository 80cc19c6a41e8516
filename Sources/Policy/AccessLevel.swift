/// How much of the network an environment reaches. In all three the address guard, the port rule and
/// the `!!` rules of every attached list hold.
package enum AccessLevel: String, CaseIterable, Sendable, BitwiseCopyable {
  /// What the essential list allows, and nothing else.
  case none
  /// What the environment's allowlists allow.
  case limited
  /// Every public host on ports 80 and 443, and what the lists allow beyond that. A deny rule of a
  /// list, `!` or `!!`, denies here too.
  case full

  /// The raw value without an allocation.
  package var name: StaticString {
    switch self {
    case .none: "none"
    case .limited: "limited"
    case .full: "full"
    }
  }
}
