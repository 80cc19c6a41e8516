import Domains
import Foundation
import Testing

@testable import Resolver

/// A dnsmasq of the test's own on a free loopback port, with a log of what it was asked.
private final class Dnsmasq {
  let port: UInt16
  private var process: pid_t = 0
  private let folder: URL

  private struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  init(_ arguments: [String], hosts: String = "") throws {
    let program = ["/usr/sbin/dnsmasq", "/usr/bin/dnsmasq", "/sbin/dnsmasq"]
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let program else {
      throw Missing(description: "dnsmasq is not installed; run: apt-get install dnsmasq-base")
    }
    port = ScriptedServer().port
    folder = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let hostsFile = folder.appending(path: "hosts")
    try Data(hosts.utf8).write(to: hostsFile)
    let all =
      [
        program, "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
        "--port=\(port)", "--listen-address=127.0.0.1", "--bind-interfaces", "--pid-file=",
        "--user=\(NSUserName())", "--group=", "--log-queries",
        "--log-facility=\(folder.path)/log", "--addn-hosts=\(hostsFile.path)",
      ] + arguments
    // Not Foundation's Process: its wait for the end needs a run loop and can miss it.
    var words = all.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let status = posix_spawn(&process, program, nil, nil, &words, environ)
    guard status == 0 else { throw Missing(description: "dnsmasq does not start: errno \(status)") }
    let limit = Date(timeIntervalSinceNow: 5)
    while !log.contains("started") {
      guard Date() < limit else {
        throw Missing(description: "dnsmasq does not start; its log: \(log)")
      }
      usleep(5000)
    }
  }

  deinit {
    // KILL, because this process may have been started with TERM blocked, which a child inherits.
    if process > 0 {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    try? FileManager.default.removeItem(at: folder)
  }

  var log: String {
    (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? ""
  }

  /// The queries of the log, as "A name".
  var queries: [String] {
    log.split(separator: "\n").compactMap { line in
      guard let start = line.range(of: "query[") else { return nil }
      let words = line[start.upperBound...].split(whereSeparator: { $0 == "]" || $0 == " " })
      return "\(words[0]) \(words[1])"
    }
  }
}

@Suite("With a real dnsmasq")
struct DnsmasqTests {
  private func start() throws -> Dnsmasq {
    try Dnsmasq(
      [
        "--host-record=both.test,192.0.2.1,2001:db8::1", "--address=/wild.test/192.0.2.5",
        "--cname=alias.test,both.test", "--cname=second.test,alias.test",
        "--address=/gone.test/", "--txt-record=text.test,hello", "--local=/text.test/",
        "--host-record=short.test,192.0.2.7,7", "--host-record=private.test,10.0.0.1",
      ],
      hosts: (0..<200).map { "198.18.0.\($0) many.test\n" }.joined())
  }

  @Test("names of every kind come out as they are configured, and are asked for in one round only")
  func names() throws {
    let dnsmasq = try start()
    let rig = Rig(port: dnsmasq.port)
    let rows: [(String, Rig.Outcome)] = [
      ("both.test", .addresses([v6(last: 1), v4(192, 0, 2, 1)])),
      ("alias.test", .addresses([v6(last: 1), v4(192, 0, 2, 1)])),
      ("second.test", .addresses([v6(last: 1), v4(192, 0, 2, 1)])),
      ("deep.under.wild.test", .addresses([v4(192, 0, 2, 5)])),
      ("private.test", .addresses([v4(10, 0, 0, 1)])),
      ("gone.test", .failure(.notFound)),
      ("text.test", .failure(.notFound)),
      ("elsewhere.example", .failure(.refusedByServer)),
    ]
    for (name, outcome) in rows { #expect(rig.resolve(name) == outcome, "\(name)") }
    // dnsmasq refuses AAAA for a name with A only, and what is refused is asked again.
    let asked = dnsmasq.queries
    for (name, _) in rows.dropLast() {
      #expect(asked.filter { $0 == "A \(name)" }.count == 1, "\(name)")
      #expect((1...2).contains(asked.filter { $0 == "AAAA \(name)" }.count), "\(name)")
    }
    for (name, outcome) in rows { #expect(rig.resolve(name) == outcome, "\(name) again") }
    #expect(dnsmasq.queries == asked, "the second round comes from the cache")
    let names = Set(dnsmasq.queries.compactMap { $0.split(separator: " ").last.map(String.init) })
    #expect(names == Set(rows.map(\.0)), "no other name is ever asked for")
  }

  @Test("200 addresses do not fit a datagram: TCP brings them, 16 are kept")
  func many() throws {
    let dnsmasq = try start()
    let rig = Rig(port: dnsmasq.port)
    guard case .addresses(let addresses) = rig.resolve("many.test") else {
      Issue.record("no answer; dnsmasq says: \(dnsmasq.log)")
      return
    }
    #expect(addresses.count == 16)
    #expect(Set(addresses).count == 16)
    #expect(addresses.allSatisfy { $0.family == .v4 && $0.low >> 8 == 0xc6_12_00 })
    #expect(dnsmasq.queries.filter { $0 == "A many.test" }.count == 2)
  }

  @Test("a TTL of 7 s is kept for 7 s")
  func ttl() throws {
    let dnsmasq = try start()
    let rig = Rig(port: dnsmasq.port)
    let expected = Rig.Outcome.addresses([v4(192, 0, 2, 7)])
    #expect(rig.resolve("short.test") == expected)
    rig.now += 7 * Rig.second - 1
    #expect(rig.resolve("short.test") == expected)
    #expect(dnsmasq.queries.filter { $0 == "A short.test" }.count == 1)
    rig.now += 1
    #expect(rig.resolve("short.test") == expected)
    #expect(dnsmasq.queries.filter { $0 == "A short.test" }.count == 2)
  }

  @Test("500 names at once are all answered")
  func burst() throws {
    let dnsmasq = try start()
    // A burst overruns dnsmasq's socket buffer: what is lost there is asked again.
    let rig = Rig(port: dnsmasq.port) {
      $0.queryTimeoutMilliseconds = 200
      $0.tries = 5
    }
    for n in 0..<500 { #expect(rig.ask("h\(n).wild.test", UInt64(n)) == .pending) }
    #expect(rig.runInRealTime { rig.outcomes.count == 500 })
    #expect(rig.outcomes.values.allSatisfy { $0 == .addresses([v4(192, 0, 2, 5)]) })
    #expect(rig.runInRealTime { rig.resolver.nextDeadline(now: rig.now) == nil })
  }
}
