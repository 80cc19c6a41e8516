internal import Audit
internal import Domains
internal import Policy
internal import Reactor
internal import Resolver
internal import Wire

// A span of one of a worker's buffers cannot be taken in an expression that also changes another part
// of the worker: the compiler sees one borrow of the whole. Each function here takes the buffer and the
// part to change as separate parameters, and takes the span inside.

/// Loads the name at a place of `buffer` into `key`.
@inline(__always)
func load(
  _ key: inout HostKey, from buffer: borrowing ByteBuffer, _ offset: Int, _ count: Int
) -> HostnameError? {
  key.load(buffer.span(offset, count))
}

/// Parses the authority at a place of `buffer`; a name goes to `key`.
@inline(__always)
func parseAuthority(
  _ buffer: borrowing ByteBuffer, _ place: Texts.Place, defaultPort: Port?, into key: inout HostKey
) -> AuthorityResult {
  Authority.parse(buffer.span(place.offset, place.count), defaultPort: defaultPort, into: &key)
}

/// Asks the limits of destinations about the name in `key`.
func admitDestination(
  _ shared: SharedState, _ limits: EnvironmentLimits, _ from: EnvironmentLimiter.Requester,
  _ key: borrowing HostKey, now: UInt64
) -> LimitHit? {
  shared.limiter.admitDestination(limits, from, key.bytes, now: now)
}

/// Asks the limits of connections about the name in `key`.
func admitConnect(
  _ shared: SharedState, _ limits: EnvironmentLimits, _ from: EnvironmentLimiter.Requester,
  _ key: borrowing HostKey, now: UInt64
) -> LimitHit? {
  shared.limiter.admitConnect(limits, from, key.bytes, now: now)
}

/// Takes places for a request to the name in `key`.
func hold(
  _ kind: HeldSlots.Kind, _ shared: SharedState, _ limits: EnvironmentLimits,
  _ from: EnvironmentLimiter.Requester, _ key: borrowing HostKey, into held: inout HeldSlots
) -> LimitHit? {
  shared.limiter.hold(kind, limits, from, key.bytes, into: &held)
}

/// Whether the addresses of the name in `key` are known.
func isKnown(
  _ resolver: borrowing Resolver, _ key: borrowing HostKey, servers: Int, now: UInt64
) -> Bool {
  resolver.isKnown(key.bytes, servers: servers, now: now)
}

/// Asks for the addresses of the name in `key`.
@inline(__always)
func lookup(
  _ resolver: inout Resolver, _ key: borrowing HostKey, waiter: UInt64, now: UInt64,
  servers: Int, isWhole: Bool
) -> LookupResult {
  resolver.lookup(key.bytes, waiter: waiter, now: now, servers: servers, isWhole: isWhole)
}

/// Asks for the addresses of the upstream proxy of an environment.
func lookupProxy(
  _ resolver: inout Resolver, _ snapshot: PolicyInForce, environment: Int, waiter: UInt64,
  now: UInt64, isWhole: Bool
) -> LookupResult {
  resolver.lookup(
    snapshot.proxyName(environment), waiter: waiter, now: now,
    servers: snapshot.nameServers(of: environment), isWhole: isWhole)
}

/// The address whose text stands at a place of `buffer`.
func parseAddress(_ buffer: borrowing ByteBuffer, _ offset: Int, _ count: Int) -> IPAddress? {
  IPAddress(parsing: buffer.span(offset, count))
}

/// What a proxy answered to a CONNECT, at a place of `buffer`.
func parseConnectAnswer(
  _ buffer: borrowing ByteBuffer, _ offset: Int, _ count: Int
) -> ConnectAnswer {
  let window = buffer.span(offset, count)
  return ConnectAnswer.parse(window, end: HeadScanner.end(of: window, from: 0))
}

/// Writes the CONNECT for the host in `key` to the start of `out`.
func writeConnect(
  to out: borrowing ByteBuffer, _ count: Int, _ key: borrowing HostKey, isIPv6: Bool, port: UInt16,
  _ snapshot: PolicyInForce, environment: Int
) -> Int? {
  var output = out.mutableSpan(0, count)
  return ConnectWriter.write(
    host: key.bytes, isIPv6: isIPv6, port: port,
    authorization: snapshot.proxyAuthorization(environment), into: &output)
}

/// Puts a connection to the host whose name stands at a place of `names` into the pool.
func add(
  to pool: inout UpstreamPool, _ fd: Int32, _ address: IPAddress, opened: UInt64, owner: Int,
  names: borrowing ByteBuffer, _ name: Texts.Place, _ key: UpstreamPool.Key
) -> Int? {
  pool.add(
    fd, address, opened: opened, owner: owner, name: names.span(name.offset, name.count), key)
}

/// What a piece of a response's beginning is.
enum ResponsePiece {
  case incomplete
  case malformed(RefusalDetail)
  case head(ResponseHead)
}

/// Looks for a response head at a place of `buffer`.
func parseResponse(
  _ buffer: borrowing ByteBuffer, _ offset: Int, _ count: Int, to request: RequestHead
) -> ResponsePiece {
  let window = buffer.span(offset, count)
  guard let end = HeadScanner.end(of: window, from: 0) else { return .incomplete }
  switch ResponseHead.parse(
    window, end: end, requestMethod: request.method, asksWebSocket: request.asksWebSocket)
  {
  case .complete(let head): return .head(head)
  case .refused(let detail): return .malformed(detail)
  case .incomplete: return .incomplete
  }
}

/// Writes the trailer names that a request's head at a place of `buffer` announces to a place of `trailers`;
/// returns their length.
func announceTrailers(
  _ head: RequestHead, _ buffer: borrowing ByteBuffer, _ offset: Int,
  into trailers: borrowing ByteBuffer, at place: Int
) -> Int {
  var target = trailers.mutableSpan(place, TrailerSection.announcementLimit)
  return head.announceTrailers(from: buffer.span(offset, head.length), into: &target)
}

/// As the one for requests.
func announceTrailers(
  _ head: ResponseHead, _ buffer: borrowing ByteBuffer, _ offset: Int, own: Span<UInt8>,
  into trailers: borrowing ByteBuffer, at place: Int
) -> Int {
  var target = trailers.mutableSpan(place, TrailerSection.announcementLimit)
  return head.announceTrailers(from: buffer.span(offset, head.length), own: own, into: &target)
}

/// Writes the lines of a trailer section that go on to a place of `out`.
func writeTrailers(
  _ kept: KeptTrailers, _ trailers: borrowing ByteBuffer, into out: borrowing ByteBuffer,
  at offset: Int
) -> TrailerSection.Written {
  var target = out.mutableSpan(offset, kept.sectionCount + TrailerSection.fieldLimit)
  return TrailerSection.write(
    trailers.span(kept.section, kept.sectionCount),
    announced: trailers.span(kept.place, kept.announcedCount), into: &target)
}

/// Gives the first `count` bytes of `buffer` to the reader of a client's hello.
@inline(__always)
func takeHello(
  _ reader: inout ClientHelloReader, _ buffer: borrowing ByteBuffer, _ count: Int,
  name: borrowing ByteBuffer, at place: Int
) -> ClientHelloReader.Step {
  var target = name.mutableSpan(place, ClientHelloReader.nameCapacity)
  return reader.take(buffer.span(0, count), name: &target)
}

/// Gives the first `count` bytes of `buffer` to the reader of a server's answer.
@inline(__always)
func takeAnswer(
  _ reader: inout ServerHelloReader, _ buffer: borrowing ByteBuffer, _ count: Int
) -> ServerHelloReader.Step {
  reader.take(buffer.span(0, count))
}

/// Compares the server name at a place of `buffer` with the host in `host`.
func compareServerName(
  _ buffer: borrowing ByteBuffer, _ offset: Int, _ count: Int, with host: borrowing HostKey,
  using key: inout HostKey
) -> ServerName.Comparison {
  ServerName.compare(buffer.span(offset, count), with: host, using: &key)
}

/// Appends one record to the journal, with the texts that go with it.
func append(
  _ record: AuditRecord, to journal: inout Journal, environment: Int, method: Texts.Place,
  decision: Decision, snapshot: PolicyInForce, texts: borrowing Texts,
  hosts: borrowing ByteBuffer, host: Texts.Place, raws: borrowing ByteBuffer, raw: Texts.Place,
  detail: StaticString = "", extras: borrowing ByteBuffer, extra: Texts.Place
) -> Bool {
  journal.append(
    record, environment: snapshot.environmentName(environment),
    listener: texts.span(texts.listener), method: texts.span(method),
    host: hosts.span(host.offset, host.count),
    list: snapshot.listLabel(of: decision, environment: environment),
    raw: raws.span(raw.offset, raw.count), detail: detail,
    extra: extras.span(extra.offset, extra.count))
}
