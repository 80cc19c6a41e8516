import CNames

/// The lookup. Nothing here allocates, locks, counts references or calls the system; the time is
/// bounded by the bytes of the name, the globs of one parent and the rules of one pattern.
extension Matcher {
  /// The answer for a name. An empty key and the text of an address are ``Outcome/unlisted``.
  ///
  /// Nearly all names take the straight way, which believes nodes by their fingerprint until one is
  /// found to decide, whose name is compared. Where that fails, and where anything unusual is met,
  /// ``walk(_:port:on:)`` starts again with care.
  public func match(_ host: borrowing HostKey, port: Port, on day: Day) -> Match {
    match(host, port: AskedPort(port), on: day)
  }

  /// As ``match(_:port:on:)``, for callers who say themselves whether rules without ports hold.
  @inline(__always)
  package func match(_ host: borrowing HostKey, port: AskedPort, on day: Day) -> Match {
    let found = tables.walk(host)
    if found.how == UInt32(CN_PLAIN) {
      return Match(
        outcome: port.isOpen ? .allow : .portNotAllowed, rule: RuleIndex(rawValue: found.value))
    }
    if found.how == UInt32(CN_UNLISTED) { return Match(outcome: .unlisted, rule: .none) }
    return matchOther(found, host, port, day)
  }

  /// What is not decided by one plain rule or none. A call of its own, so that the others save fewer
  /// registers.
  @inline(never)
  private func matchOther(
    _ found: cn_found, _ host: borrowing HostKey, _ port: AskedPort, _ day: Day
  ) -> Match {
    switch found.how {
    case UInt32(CN_EXACT): decide(found.value, MatcherKinds.exact, port, day)
    case UInt32(CN_BELOW): decide(found.value, MatcherKinds.below, port, day)
    default: walk(host, port: port, on: day)
    }
  }

  /// As ``match(_:port:on:)`` with a key, for callers who hold a name; allocates.
  public func match(_ hostname: Hostname, port: Port, on day: Day) -> Match {
    var key = HostKey()
    let error = key.load(Array(hostname.text.utf8).span)
    precondition(error == nil)
    return match(key, port: port, on: day)
  }

  /// Asks for the memory that a lookup of `host` will read first, so that the lookups of several names
  /// wait for memory together; a hint without any other effect.
  public func prefetch(_ host: borrowing HostKey) { tables.prefetch(host) }
}
