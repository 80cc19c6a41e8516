import Domains

/// Sluice's own matcher, as the proxy uses it: a name as the client spelled it is checked, made
/// canonical and looked up.
struct CompiledMatcher: ~Copyable, Contender {
  private let matcher: Matcher
  private let port: Port
  private let day: Day
  private var key = HostKey()

  init(_ matcher: Matcher, port: Port, day: Day) {
    self.matcher = matcher
    self.port = port
    self.day = day
  }

  @inline(__always)
  mutating func answer(_ name: Span<UInt8>) -> UInt32 {
    // A name that is no host name is answered without a rule.
    guard key.load(name) == nil else { return .max }
    return matcher.match(key, port: port, on: day).rule.rawValue
  }
}
