internal import CLinux
internal import Configuration
internal import Domains
internal import Policy
internal import Proxy
internal import Review
internal import Synchronization
internal import Wire

/// Who may ask what. Behind the Unix socket are root and the user of this process, who may ask for
/// everything; by TCP whoever shows a token may. What a browser can be made to send by somebody else's page
/// is refused: names that lead here and are not ours (DNS rebinding), and changes that another page asks
/// for (cross-site request forgery).
final class AdminGate: Sendable {
  private let board: StatusBoard
  private let guesses = Mutex(GuessLimiter())

  enum Answer {
    case passes(AdminIdentity)
    case refused(AdminResponse)
  }

  init(board: StatusBoard) { self.board = board }

  /// `isOpen`: nobody has to show a token for it.
  func judge(_ request: AdminRequest, isOpen: Bool, now: UInt64 = cl_monotonic_ns()) -> Answer {
    if let refusal = foreignPage(request) { return .refused(refusal) }
    switch request.source {
    case .user(let user): return .passes(.user(user))
    case .address(let address):
      let settings = board.current.settings
      guard HostNames.isOurs(request.host, names: settings.adminNames) else {
        return .refused(
          .problem(
            421, "this is not \(request.host.printable)",
            remedy: "use an address, localhost, or a name that admin_names lists"))
      }
      if isOpen { return .passes(.anyone) }
      return check(request, from: address, settings.adminTokens, now: now)
    }
  }

  private func check(
    _ request: AdminRequest, from address: IPAddress, _ tokens: [AdminToken], now: UInt64
  ) -> Answer {
    let delay = guesses.withLock { $0.delay(address, now: now) }
    guard delay == 0 else {
      return .refused(
        .problem(
          429, "too many wrong tokens came from this address", remedy: "wait \(delay) s"
        ).with("Retry-After", "\(delay)"))
    }
    let remedy = "send Authorization: Bearer TOKEN, of a token that admin_tokens lists"
    guard !request.authorization.isEmpty else {
      return .refused(Self.unauthorized("a token is needed here", remedy, error: ""))
    }
    guard let name = Self.owner(of: request.authorization, among: tokens) else {
      guesses.withLock { $0.noteFailure(address, now: now) }
      return .refused(
        Self.unauthorized("not a valid token", remedy, error: ", error=\"invalid_token\""))
    }
    guesses.withLock { $0.noteSuccess(address) }
    return .passes(.token(name))
  }

  private static func unauthorized(
    _ detail: String, _ remedy: String, error: String
  ) -> AdminResponse {
    .problem(401, detail, remedy: remedy)
      .with("WWW-Authenticate", "Bearer realm=\"sluice\"\(error)")
  }

  /// The name of the token, if it is a valid one. Every token costs the same work, whether its name is
  /// known or not, and digests are compared whole.
  private static func owner(of authorization: String, among tokens: [AdminToken]) -> String? {
    let parts = authorization.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    let bytes = Array(parts[1].utf8)
    let id = TokenText.id(of: bytes.span)
    let known = tokens.first { $0.credential.id == id }
    let digest = TokenDigest()
    let made = digest.credential(
      of: bytes.span, saltHigh: known?.credential.saltHigh ?? 0,
      saltLow: known?.credential.saltLow ?? 0)
    guard let known, let made, made.digest.isSame(as: known.credential.digest) else { return nil }
    return known.name
  }

  /// Refuses a change that a page of another origin asks for. Browsers say where a page comes from; what
  /// is no browser says nothing.
  private func foreignPage(_ request: AdminRequest) -> AdminResponse? {
    switch request.method {
    case .get, .head: return nil
    case .connect, .post, .put, .delete, .options, .patch, .other: break
    }
    let isSame =
      (request.origin.isEmpty || request.origin == "http://\(request.host)"
        || request.origin == "https://\(request.host)")
      && ["", "same-origin", "none"].contains(request.fetchSite)
    return isSame
      ? nil
      : .problem(
        403, "a page of another origin asked for this", remedy: "use the dashboard, or no browser")
  }
}

/// Names by which the administration is reached.
enum HostNames {
  /// Whether a `Host` is an address, `localhost`, or one of `names`; with any port.
  static func isOurs(_ host: String, names: [String]) -> Bool {
    guard let name = withoutPort(host) else { return false }
    if name.first == "[" {
      guard name.last == "]", let address = IPAddress(String(name.dropFirst().dropLast())) else {
        return false
      }
      return address.family == .v6
    }
    if let address = IPAddress(String(name)) { return address.family == .v4 }
    guard let canonical = try? Hostname(String(name)) else { return false }
    return canonical.text == "localhost" || names.contains(canonical.text)
  }

  private static func withoutPort(_ host: String) -> Substring? {
    let end = host.first == "[" ? host.firstIndex(of: "]") : host.startIndex
    guard let end, let colon = host[end...].firstIndex(of: ":") else { return host[...] }
    let digits = Array(host[host.index(after: colon)...].utf8)
    return Port(parsing: digits.span) == nil ? nil : host[..<colon]
  }
}
