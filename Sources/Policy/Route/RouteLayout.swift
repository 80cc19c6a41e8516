import Domains

/// An ``UpstreamProxy`` as it is read.
@safe struct ProxyRow: BitwiseCopyable, Sendable {
  /// A name; empty: `address` is meant.
  var host: Slice
  var address: IPAddress
  var port: UInt16
  /// See ``PolicySnapshot/upstream(of:)``.
  var upstream: UInt16
  var member: Slice
  var authorization: Slice
  var ranges: Slice
  /// Kept alive by ``PolicySnapshot/environments``.
  var direct: Unmanaged<Matcher>?
}

/// The ways out of the environments of a snapshot, each once.
struct RouteLayout {
  private(set) var proxies: [ProxyRow] = []
  private(set) var nameServerSets: [[NameServerAddress]] = []
  private var known: [UpstreamProxy: UInt16] = [:]
  private var upstreams: [UpstreamProxy.Key: UInt16] = [:]
  private var sets: [[NameServerAddress]: UInt8] = [:]

  /// The number of a proxy, from 1; `store` keeps texts and ranges.
  mutating func number(
    _ proxy: UpstreamProxy, storeText: ([UInt8]) -> Slice, storeRanges: ([AddressRange]) -> Slice
  ) -> UInt16 {
    if let number = known[proxy] { return number }
    let upstream = upstreams[proxy.key] ?? UInt16(upstreams.count + 1)
    upstreams[proxy.key] = upstream
    var host = Slice.empty
    var address = IPAddress(v4: 0)
    switch proxy.authority.host {
    case .name(let name): host = storeText(Array(name.text.utf8))
    case .address(let literal): address = literal
    }
    unsafe proxies.append(
      ProxyRow(
        host: host, address: address, port: proxy.authority.port.number, upstream: upstream,
        member: storeText(Array("\"upstream_proxy\":\"\(proxy.authority)\"".utf8)),
        authorization: storeText(proxy.credentials?.field ?? []),
        ranges: storeRanges(proxy.directRanges),
        direct: proxy.directNames.map { unsafe .passUnretained($0) }))
    known[proxy] = UInt16(proxies.count)
    return UInt16(proxies.count)
  }

  /// The number of a set of name servers, from 1; 0 for none.
  mutating func number(_ servers: [NameServerAddress]) -> UInt8 {
    guard !servers.isEmpty else { return 0 }
    if let number = sets[servers] { return number }
    nameServerSets.append(servers)
    precondition(
      nameServerSets.count <= PolicySnapshot.nameServerSetsMax, "too many sets of name servers")
    sets[servers] = UInt8(nameServerSets.count)
    return UInt8(nameServerSets.count)
  }
}
