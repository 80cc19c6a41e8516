import Audit
import BuiltinLists
import Domains
import Policy
import Reactor
import Resolver
import Wire

/// Everything that the operations work on, as a worker holds it.
struct Bench: ~Copyable {
  let snapshot: PolicySnapshot
  let many: PolicySnapshot
  let matcher: Matcher
  let day = Day(daysSince1970: 20_779)
  var key = HostKey()
  let limiter = EnvironmentLimiter(slots: 8, keys: 1 << 12, seed: (1, 2))
  let connectHead: Text
  let getHead: Text
  let responseHead: Text
  let hit: Text
  let miss: Text
  let deepMiss: Text
  let target: Text
  let pseudonym: Text
  let empty: Text
  let output = ByteBuffer(count: 4096)
  var timers = TimerWheel(capacity: 1024, now: 1_000_000_000)
  var journal: Journal
  var resolver: Resolver
  /// Keeps the ring's memory.
  private let log: AuditLog

  /// Bytes of the journal's ring: it must hold every record of one run.
  private static let ringBytes = 16 << 20
  /// The most operations of one run, for that reason.
  static let countLimit = 40_000

  /// Decides by the default list, whose hash has the same seed every time.
  static func makeSnapshot() throws -> PolicySnapshot {
    let list = try Allowlist.parse(
      BuiltinLists.text(named: "default") ?? [], file: "default.allow")
    let matcher = Matcher([Matcher.Source(list: list)], seed: 0x5117_CE5E_ED00_0001)
    guard
      let environment = Environment(
        name: "default", access: .limited, addressRules: [], matcher: matcher)
    else { throw Problem(text: "`default` is no environment name") }
    return PolicySnapshot(generation: 1, environments: [environment])
  }

  /// A log whose files are in `directory`, and whose writer is not started: one thread does all.
  static func makeLog(in directory: String) throws -> AuditLog {
    try AuditLog(
      path: "\(directory)/audit.jsonl", workers: 1, onFull: .block, ringBytes: ringBytes)
  }

  /// `many` is of ``ManyEnvironments``.
  init(_ snapshot: PolicySnapshot, _ many: PolicySnapshot, _ log: AuditLog) {
    self.snapshot = snapshot
    self.many = many
    matcher = snapshot.environments[0].matcher
    journal = log.journal(worker: 0)
    self.log = log
    connectHead = Text(
      """
      CONNECT registry.npmjs.org:443 HTTP/1.1\r
      Host: registry.npmjs.org:443\r
      User-Agent: curl/7.88.1\r
      Proxy-Connection: Keep-Alive\r
      \r\n
      """)
    getHead = Text(
      """
      GET http://deb.debian.org/debian/dists/stable/InRelease HTTP/1.1\r
      Host: deb.debian.org\r
      User-Agent: curl/7.88.1\r
      Accept: */*\r
      Proxy-Connection: Keep-Alive\r
      \r\n
      """)
    responseHead = Text(
      """
      HTTP/1.1 200 OK\r
      Server: nginx/1.22.1\r
      Date: Sun, 22 Nov 2026 10:00:00 GMT\r
      Content-Type: application/octet-stream\r
      Content-Length: 1024\r
      Last-Modified: Sun, 22 Nov 2026 09:00:00 GMT\r
      Connection: keep-alive\r
      ETag: "6720a0b1-400"\r
      Accept-Ranges: bytes\r
      \r\n
      """)
    hit = Text("registry.npmjs.org")
    miss = Text("www.evil-site.example")
    deepMiss = Text("a.b.c.d.e.f.objects.githubusercontent.com")
    target = Text("registry.npmjs.org:443")
    pseudonym = Text("sluice")
    empty = Text("")
    let kernel = LinuxKernel()
    var settings = ResolverSettings()
    settings.servers = [SocketAddress(IPAddress(v4: 0x7F00_0001), port: 9)]
    settings.hostsFile = nil
    var resolver = Resolver(
      kernel: kernel, epoll: kernel.epollCreate(), tokenBase: 0, settings: settings)
    // From here on the cache knows the name.
    let name = Text(Self.cachedName)
    guard case .answer = resolver.lookup(name.span, waiter: 1, now: 1) else {
      preconditionFailure("the resolver does not know names below localhost")
    }
    while resolver.nextCompletion() != nil {}
    self.resolver = resolver
    timers.schedule(1, at: 5_000_000_000)
    timers.schedule(2, at: 9_000_000_000)
  }

  /// As long as the names of hosts are; the resolver knows it without a query (RFC 6761 §6.3).
  static let cachedName = "registry.npmjs.localhost"
  let cached = Text(Bench.cachedName)
}

/// Bytes that an operation reads.
struct Text: ~Copyable {
  let buffer: ByteBuffer
  let count: Int

  init(_ text: String) {
    let bytes = Array(text.utf8)
    buffer = ByteBuffer(count: max(bytes.count, 1))
    buffer.write(bytes.span, at: 0)
    count = bytes.count
  }

  var span: Span<UInt8> {
    @_lifetime(borrow self) borrowing get { buffer.span(0, count) }
  }
}

/// What ends the program, in words.
struct Problem: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}
