internal import Domains
internal import Reactor
internal import Resolver

/// Connections to upstreams that have served a request and wait for another one, of any client: one
/// worker's. Pure bookkeeping; its owner opens, watches and closes the descriptors.
///
/// A connection is found by environment, policy generation and authority, so that none is ever shared
/// between environments or outlives the policy that opened it. The address is pinned: it is the one that
/// the guard passed when the connection was made, and the owner asks the guard again at each use. A name is
/// not resolved again for a connection that stands: ``Limits/upstreamAge`` bounds how old the answer can be.
///
/// A record lasts as long as its descriptor, also while a client uses it, so that the descriptor is
/// registered with epoll under its own token once, and taking and giving back costs no system call.
struct UpstreamPool: ~Copyable {
  var upstreams: Slab<PooledUpstream>
  private var hosts: Slab<PooledHost>
  /// Names of hosts, 256 bytes each, by the number of their record.
  private let names: ByteBuffer
  /// Number + 1 of the first host of each bucket.
  private var buckets: Slab<UInt32>
  private let bucketCount: Int
  private let hash: NameHash

  /// Idle connections, and the ends of the list that joins them, number + 1.
  private(set) var idleCount = 0
  private var newest: UInt32 = 0
  private var oldest: UInt32 = 0

  /// What a connection serves, beside its host's name.
  struct Key: BitwiseCopyable, Equatable {
    var environment: Int
    var generation: UInt64
    var port: UInt16
  }

  init(capacity: Int, seed: (UInt64, UInt64)) {
    upstreams = Slab(capacity: capacity)
    hosts = Slab(capacity: capacity)
    names = ByteBuffer(count: capacity * 256)
    var count = 64
    while count < capacity { count *= 2 }
    bucketCount = count
    buckets = Slab(capacity: count)
    hash = NameHash(seed: seed)
  }

  // MARK: Finding

  /// The number of the host's record, if it has a connection.
  func host(_ name: Span<UInt8>, _ key: Key) -> Int? {
    guard upstreams.count > 0 else { return nil }
    return find(name, key, hash.hash(name))
  }

  /// The connection to `host` that was used last, if one is idle.
  func newestIdle(of host: Int) -> Int? { Self.number(hosts[host].newest) }

  /// The connection that has been idle for longest.
  var oldestIdle: Int? { Self.number(oldest) }

  /// Idle connections of the host of `upstream`.
  func idleCount(besides upstream: Int) -> Int {
    Int(hosts[Int(upstreams[upstream].host) - 1].idleCount)
  }

  /// The record that a token names, unless it has gone to another connection since.
  func isCurrent(_ upstream: Int, generation: UInt32) -> Bool {
    upstream < upstreams.capacity && upstreams[upstream].host != 0
      && upstreams[upstream].generation == generation
  }

  private func find(_ name: Span<UInt8>, _ key: Key, _ hash: UInt32) -> Int? {
    var next = Self.number(buckets[Int(hash) & (bucketCount - 1)])
    while let host = next {
      if hosts[host].hash == hash, hosts[host].key == key, isNamed(host, name) { return host }
      next = Self.number(hosts[host].nextInBucket)
    }
    return nil
  }

  private func isNamed(_ host: Int, _ name: Span<UInt8>) -> Bool {
    guard Int(hosts[host].nameLength) == name.count else { return false }
    let kept = names.span(host * 256, name.count)
    for offset in name.indices where kept[offset] != name[offset] { return false }
    return true
  }

  // MARK: Changing

  /// A record for a connection that `owner` uses now; `nil` when there is none left.
  mutating func add(
    _ fd: Int32, _ address: IPAddress, opened: UInt64, owner: Int, name: Span<UInt8>, _ key: Key
  ) -> Int? {
    guard name.count < 256, let upstream = upstreams.take() else { return nil }
    let hash = hash.hash(name)
    guard let host = find(name, key, hash) ?? addHost(name, key, hash) else {
      upstreams.giveBack(upstream)
      return nil
    }
    hosts[host].connections += 1
    var record = PooledUpstream(address: address, opened: opened)
    record.fd = fd
    record.generation = upstreams[upstream].generation
    record.host = UInt32(host + 1)
    record.owner = UInt32(owner + 1)
    upstreams[upstream] = record
    return upstream
  }

  /// Takes an idle connection for `owner`.
  mutating func take(_ upstream: Int, owner: Int) {
    unlink(upstream)
    upstreams[upstream].owner = UInt32(owner + 1)
  }

  /// Gives a connection back; from now on it is idle.
  mutating func giveBack(_ upstream: Int, now: UInt64) {
    precondition(upstreams[upstream].owner != 0, "an idle connection is given back")
    upstreams[upstream].owner = 0
    upstreams[upstream].idleSince = now
    let host = Int(upstreams[upstream].host) - 1
    let number = UInt32(upstream + 1)
    upstreams[upstream].older = newest
    upstreams[upstream].newer = 0
    if let next = Self.number(newest) { upstreams[next].newer = number }
    newest = number
    if oldest == 0 { oldest = number }
    upstreams[upstream].olderOfHost = hosts[host].newest
    upstreams[upstream].newerOfHost = 0
    if let next = Self.number(hosts[host].newest) { upstreams[next].newerOfHost = number }
    hosts[host].newest = number
    hosts[host].idleCount += 1
    idleCount += 1
  }

  /// Forgets a connection, in use or idle. Its descriptor is the caller's to close.
  mutating func remove(_ upstream: Int) {
    if upstreams[upstream].owner == 0 { unlink(upstream) }
    let host = Int(upstreams[upstream].host) - 1
    upstreams[upstream].host = 0
    upstreams[upstream].generation = (upstreams[upstream].generation &+ 1) & 0xff_ffff
    upstreams.giveBack(upstream)
    hosts[host].connections -= 1
    if hosts[host].connections == 0 { removeHost(host) }
  }

  private mutating func unlink(_ upstream: Int) {
    let record = upstreams[upstream]
    if let next = Self.number(record.newer) {
      upstreams[next].older = record.older
    } else {
      newest = record.older
    }
    if let next = Self.number(record.older) {
      upstreams[next].newer = record.newer
    } else {
      oldest = record.newer
    }
    let host = Int(record.host) - 1
    if let next = Self.number(record.newerOfHost) {
      upstreams[next].olderOfHost = record.olderOfHost
    } else {
      hosts[host].newest = record.olderOfHost
    }
    if let next = Self.number(record.olderOfHost) {
      upstreams[next].newerOfHost = record.newerOfHost
    }
    hosts[host].idleCount -= 1
    idleCount -= 1
  }

  private mutating func addHost(_ name: Span<UInt8>, _ key: Key, _ hash: UInt32) -> Int? {
    guard let host = hosts.take() else { return nil }
    names.write(name, at: host * 256)
    let bucket = Int(hash) & (bucketCount - 1)
    hosts[host] = PooledHost(
      key: key, hash: hash, nameLength: UInt8(name.count), nextInBucket: buckets[bucket])
    buckets[bucket] = UInt32(host + 1)
    return host
  }

  private mutating func removeHost(_ host: Int) {
    let bucket = Int(hosts[host].hash) & (bucketCount - 1)
    let number = UInt32(host + 1)
    if buckets[bucket] == number {
      buckets[bucket] = hosts[host].nextInBucket
    } else {
      var before = Self.number(buckets[bucket])
      while let place = before, hosts[place].nextInBucket != number {
        before = Self.number(hosts[place].nextInBucket)
      }
      guard let before else { preconditionFailure("a host is in no bucket") }
      hosts[before].nextInBucket = hosts[host].nextInBucket
    }
    hosts[host].newest = 0
    hosts.giveBack(host)
  }

  /// The lists hold numbers one too high, so that memory of zeros holds none.
  @inline(__always) private static func number(_ link: UInt32) -> Int? {
    link == 0 ? nil : Int(link) - 1
  }
}
