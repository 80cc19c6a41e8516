internal import Audit
internal import Domains
internal import Policy
internal import Reactor
internal import Resolver
internal import Wire

// Every answer that is Sluice's own: refusals by policy, requests that cannot be understood, upstreams
// that failed. Each says in its reason phrase why, because many clients print only that.
extension Worker {
  /// Refuses the request under way: one record, one answer; then the connection is closed with care,
  /// or, where the request left it in order, goes on.
  mutating func refuse(
    _ index: Int, _ reason: ReasonCode, detail: StaticString = "", status: UInt16? = nil,
    prefersPlainText: Bool = false
  ) {
    let status = status ?? reason.status
    recordDetail = detail
    if connections[index].isDecided {
      // Allowed and on record, but a second look for an upstream found none to go to: that is the
      // request's end, and no second decision.
      connections[index].status = status
      recordClose(index, endCode(reason))
    } else {
      connections[index].decision = connections[index].decision.refused(reason)
      // A refusal that cannot be recorded is still a refusal.
      _ = recordDecision(index, status: status)
      connections[index].isDecided = false
    }
    releaseExchange(index)
    releaseDial(index)
    let length = compose(
      index, status: status, error: reason.proxyStatusError, name: reason.name,
      title: reason.title, detail: detail, next: reason.nextStep, policy: reason,
      plain: prefersPlainText || connections[index].prefersPlainText)
    sendRefusal(index, length)
  }

  /// How a request ended that is refused after it was allowed.
  private func endCode(_ reason: ReasonCode) -> EndCode {
    switch reason {
    // Of a loop, too: the upstream proxy's name leads to our own address now.
    case .addressForbidden, .loopDetected: .addressForbidden
    case .overloaded, .auditUnavailable: .overloaded
    default: .internalError
    }
  }

  /// The upstream of an allowed request failed before anything of its answer went to the client.
  /// `detail` says what exactly was wrong, if there is more to say than the end does.
  mutating func upstreamFailed(_ index: Int, _ end: EndCode, detail: StaticString = "") {
    if connections[index].state == .resolving {
      resolver.cancel(waiter: clientToken(index).rawValue)
      guard recordDecision(index) else { return refuse(index, .auditUnavailable) }
    }
    let status = end.status == 0 ? 502 : end.status
    connections[index].status = status
    if connections[index].isDecided {
      recordDetail = detail
      recordClose(index, end)
    }
    answerFailure(
      index, status: status, error: end.proxyStatusError, name: end.name, title: end.title,
      detail: detail, next: end.nextStep)
  }

  /// Answers an allowed request that failed, and whose end is on record already.
  mutating func answerFailure(
    _ index: Int, status: UInt16, error: StaticString, name: StaticString, title: StaticString,
    detail: StaticString, next: StaticString
  ) {
    resetUpstream(index)
    closeUpstream(index)
    Relay<K>.release(&connections[index].up, &pools)
    releaseExchange(index)
    releaseDial(index)
    connections[index].closesAfterExchange = true
    let length = compose(
      index, status: status, error: error, name: name, title: title, detail: detail, next: next,
      policy: nil,
      plain: connections[index].prefersPlainText)
    sendRefusal(index, length)
  }

  /// Answers OPTIONS whose `Max-Forwards` has come down to 0 here (RFC 9110 §7.6.2): what a proxy can say
  /// of itself. It was decided on like any request, and nothing was asked for or dialled.
  mutating func answerOptions(_ index: Int, _ head: RequestHead, _ total: Int) {
    guard recordDecision(index) else { return refuse(index, .auditUnavailable) }
    connections[index].status = 200
    recordClose(index, .complete)
    let mayContinue = head.hasNoBody && head.isPersistent
    connections[index].closesAfterExchange = !mayContinue
    if mayContinue { keepPipelined(index, from: head.length, count: total - head.length) }
    var writer = AnswerWriter(at: 0)
    writer.put("HTTP/1.1 200 OK\r\nDate: ", out)
    writer.put(texts.span(texts.date), out)
    writer.put(
      "\r\nAllow: CONNECT, GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH\r\nContent-Length: 0", out)
    if !mayContinue || isDraining { writer.put("\r\nConnection: close", out) }
    writer.put("\r\n", out)
    writer.put(snapshot.responseFields(of: environment(index)), out)
    writer.put("\r\n", out)
    sendRefusal(index, writer.count)
  }

  /// Sends `length` bytes of the output buffer as the whole answer, then lets the client close.
  mutating func sendRefusal(_ index: Int, _ length: Int) {
    let isLast = connections[index].closesAfterExchange || isDraining
    let client = connections[index].client
    let sent =
      isLast
      ? kernel.sendLast(client, from: out, at: 0, count: length)
      : kernel.send(client, from: out, at: 0, count: length)
    guard sent == length else {
      // A client that does not read its answers and asks on gets no more. The request is on record,
      // with its end; `abandon` would record both again while the state is still that of before.
      resetClient(index)
      return closeConnection(index)
    }
    if isLast {
      startLingering(index)
    } else {
      nextRequest(index)
    }
  }

  /// Closes the sending side and throws away what the client still sends, for a short time: closing
  /// at once over unread bytes would reset the connection and take the answer with it
  /// (RFC 9112 §9.6). Nothing of it is ever parsed.
  mutating func startLingering(_ index: Int) {
    releaseSlots(index)
    closeUpstream(index)
    if connections[index].isPaced { endPacing(index) }
    releaseHello(index)
    releaseHead(index)
    releaseExchange(index)
    Relay<K>.release(&connections[index].up, &pools)
    Relay<K>.release(&connections[index].down, &pools)
    _ = kernel.shutdownWrite(connections[index].client)
    if connections[index].isTurnedAway && !setAside(index) { return closeConnection(index) }
    connections[index].state = .lingering
    connections[index].discarded = 0
    timers.schedule(index, at: now + limits.lingerTimeout)
    if connections[index].up.isReadable { linger(index) }
  }

  /// Takes a connection that was refused because there are too many out of every count, so that clients of
  /// an environment that is full do not fill the process while they linger; no if as many linger already
  /// as may. Then what has come is read, and the answer has to do without the wait.
  private mutating func setAside(_ index: Int) -> Bool {
    guard turnedAway < limits.overflowConnections else {
      _ = kernel.receive(
        connections[index].client, into: pools.scratch, at: 0, count: pools.scratch.count)
      return false
    }
    turnedAway += 1
    if connections[index].isCounted { shared.leave() }
    connections[index].isCounted = false
    leaveEnvironment(index)
    return true
  }

  mutating func linger(_ index: Int) {
    while true {
      let count = kernel.receive(
        connections[index].client, into: pools.scratch, at: 0, count: pools.scratch.count)
      if count == -Int(Errno.again) {
        connections[index].up.isReadable = false
        return
      }
      guard count > 0 else { return closeConnection(index) }
      connections[index].discarded += UInt32(count)
      if connections[index].discarded > UInt32(limits.lingerBytes) { return closeConnection(index) }
    }
  }

  /// The answer to a connection beyond a limit, that of the process or of its environment; returns its length in the output buffer.
  mutating func composeOverload(_ reason: ReasonCode) -> Int {
    var writer = AnswerWriter(at: 0)
    if reason == .connectionLimit || reason == .halfOpenLimit {
      writer.put(
        reason == .halfOpenLimit ? Self.halfOpenAnswer : Self.connectionLimitAnswer, out)
      return writer.count
    }
    writer.put(
      """
      HTTP/1.1 503 Blocked by Sluice: all connections are in use\r
      Proxy-Status: sluice; error=proxy_internal_response; details="overloaded"\r
      Content-Type: application/json\r
      Content-Length: 103\r
      Retry-After: 1\r
      Connection: close\r
      \r
      {"error":"overloaded","next":"Try again in a moment; the operator can raise the limit on connections."}
      """, out)
    return writer.count
  }

  private static var connectionLimitAnswer: StaticString {
    """
    HTTP/1.1 429 Blocked by Sluice: this environment has as many connections as it may\r
    Proxy-Status: sluice; error=http_request_denied; details="connection_limit"\r
    Content-Type: application/json\r
    Content-Length: 124\r
    Retry-After: 1\r
    Connection: close\r
    \r
    {"error":"connection_limit","next":"Close connections or try again in a moment; the operator can raise limits.connections."}
    """
  }

  private static var halfOpenAnswer: StaticString {
    """
    HTTP/1.1 429 Blocked by Sluice: too many connections of this client have sent no request yet\r
    Proxy-Status: sluice; error=http_request_denied; details="half_open_limit"\r
    Content-Type: application/json\r
    Content-Length: 105\r
    Retry-After: 1\r
    Connection: close\r
    \r
    {"error":"half_open_limit","next":"Send a request on each connection at once, or open fewer in advance."}
    """
  }

  private mutating func compose(
    _ index: Int, status: UInt16, error: StaticString, name: StaticString, title: StaticString,
    detail: StaticString, next: StaticString, policy: ReasonCode?, plain: Bool
  ) -> Int {
    let bodyStart = out.count / 2
    var body = AnswerWriter(at: bodyStart)
    if plain {
      putSentence(index, title, detail, policy, &body)
      body.put(".\n", out)
      putNext(index, next, policy, &body)
      body.put("\n", out)
    } else {
      putObject(index, name, detail, next, policy, &body)
    }

    var head = AnswerWriter(at: 0)
    head.put("HTTP/1.1 ", out)
    head.put(UInt64(status), out)
    head.put(
      status == 403 || status == 429 || status == 503 ? " Blocked by Sluice: " : " Sluice: ", out)
    putSentence(index, title, detail, policy, &head)
    head.put("\r\nProxy-Status: sluice; error=", out)
    head.put(error, out)
    head.put("; details=\"", out)
    head.put(name, out)
    head.put("\"\r\nContent-Type: ", out)
    head.put(plain ? "text/plain; charset=utf-8" : "application/json", out)
    head.put("\r\nContent-Length: ", out)
    head.put(UInt64(body.count - bodyStart), out)
    head.put("\r\nDate: ", out)
    head.put(texts.span(texts.date), out)
    head.put("\r\nCache-Control: no-store", out)
    switch status {
    case 503: head.put("\r\nRetry-After: 1", out)
    case 429 where limitHit != nil: putLimit(&head)
    case 429:
      head.put(
        policy == .connectionLimit || policy == .halfOpenLimit
          ? "\r\nRetry-After: 1" : "\r\nRetry-After: 60", out)
    // RFC 9110 §11.7.1. Basic first: many clients know nothing else.
    case 407:
      head.put("\r\nProxy-Authenticate: Basic realm=\"sluice\", charset=\"UTF-8\"", out)
      head.put("\r\nProxy-Authenticate: Bearer realm=\"sluice\"", out)
    default: break
    }
    if connections[index].closesAfterExchange || isDraining {
      head.put("\r\nConnection: close", out)
    }
    head.put("\r\n", out)
    head.put(snapshot.responseFields(of: environment(index)), out)
    head.put("\r\n", out)
    // The answer to HEAD has no body, but says how long it would be (RFC 9110 §9.3.2).
    if connections[index].method == .head { return head.count }
    let length = body.count - bodyStart
    out.move(from: bodyStart, to: head.count, count: length)
    return head.count + length
  }

  /// Why, in words: `evil.example is not on allowlist default@2026.11.22-1`.
  private func putSentence(
    _ index: Int, _ title: StaticString, _ detail: StaticString, _ policy: ReasonCode?,
    _ writer: inout AnswerWriter
  ) {
    let decision = connections[index].decision
    let label = snapshot.listLabel(of: decision, environment: environment(index))
    switch policy {
    case .notAllowlisted, .notEssential:
      putHost(index, &writer)
      writer.put(snapshot.unlistedPhrase(environment(index)), out)
    case .deniedByRule, .deniedAlways:
      putHost(index, &writer)
      writer.put(" is denied by ", out)
      writer.put(label, out)
      writer.put(":", out)
      writer.put(UInt64(snapshot.ruleLine(of: decision, environment: environment(index))), out)
    case .portNotAllowed:
      writer.put("port ", out)
      writer.put(UInt64(connections[index].port), out)
      writer.put(" of ", out)
      putHost(index, &writer)
      writer.put(" is not allowed", out)
    case .ruleExpired:
      writer.put("the rule for ", out)
      putHost(index, &writer)
      writer.put(" has expired (", out)
      writer.put(label, out)
      writer.put(":", out)
      writer.put(UInt64(snapshot.ruleLine(of: decision, environment: environment(index))), out)
      writer.put(")", out)
    case .addressLiteralDenied:
      putHost(index, &writer)
      writer.put(" is an address, and only names are allowed", out)
    case .addressForbidden:
      putHost(index, &writer)
      writer.put(
        connections[index].isLiteral
          ? " is an address that may not be reached"
          : " leads to an address that may not be reached", out)
    case .specialUseName:
      putHost(index, &writer)
      writer.put(" is not a name of the public DNS", out)
    default:
      // The detail of a refusal says all; that of a failure needs to be told whose it is.
      let hasDetail = detail.utf8CodeUnitCount > 0
      if !hasDetail || policy == nil { writer.put(title, out) }
      if hasDetail && policy == nil { writer.put(": ", out) }
      writer.put(detail, out)
    }
  }

  private func putObject(
    _ index: Int, _ name: StaticString, _ detail: StaticString, _ next: StaticString,
    _ policy: ReasonCode?, _ writer: inout AnswerWriter
  ) {
    writer.put("{\"error\":\"", out)
    writer.put(name, out)
    if detail.utf8CodeUnitCount > 0 {
      writer.put("\",\"detail\":\"", out)
      writer.put(detail, out)
    }
    writer.put("\"", out)
    if connections[index].hostLength > 0 {
      writer.put(",\"host\":\"", out)
      putHost(index, &writer)
      writer.put("\",\"port\":", out)
      writer.put(UInt64(connections[index].port), out)
    }
    let environment = environment(index)
    if environment != PolicySnapshot.noEnvironment {
      writer.put(",\"environment\":\"", out)
      writer.put(snapshot.environmentName(environment), out)
      writer.put("\",\"access\":\"", out)
      writer.put(snapshot.access(of: environment).name, out)
      writer.put("\"", out)
    }
    let lists = snapshot.listLabels(of: environment)
    if lists.count > 0 {
      writer.put(",\"allowlist\":\"", out)
      writer.put(lists, out)
      writer.put("\"", out)
    }
    writer.put(",\"request_id\":\"", out)
    writer.putHexadecimal(connections[index].requestID.high, out)
    writer.putHexadecimal(connections[index].requestID.low, out)
    writer.put("\",\"next\":\"", out)
    putNext(index, next, policy, &writer)
    writer.put("\"}\n", out)
  }

  /// What to do about it; for a host that no list names, the very host and lists.
  private func putNext(
    _ index: Int, _ next: StaticString, _ policy: ReasonCode?, _ writer: inout AnswerWriter
  ) {
    let ports = snapshot.openPorts(of: environment(index))
    if policy == .portNotAllowed, ports.count > 0 {
      writer.put("Use port ", out)
      writer.put(ports, out)
      return writer.put(", or ask for a rule with this port.", out)
    }
    let lists = snapshot.listLabels(of: environment(index))
    guard policy == .notAllowlisted, lists.count > 0 else { return writer.put(next, out) }
    writer.put("Ask for ", out)
    putHost(index, &writer)
    writer.put(" to be added to ", out)
    writer.put(lists, out)
    writer.put(".", out)
  }

  /// The canonical host, which holds nothing that JSON or a reason phrase would have to escape.
  private func putHost(_ index: Int, _ writer: inout AnswerWriter) {
    let count = Int(connections[index].hostLength)
    writer.put(
      count <= Self.nameBytes
        ? names.span(index * Self.nameBytes, count) : longNames.span(index * 256, count), out)
  }
}
