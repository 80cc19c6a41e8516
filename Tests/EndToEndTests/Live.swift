import Foundation
import Synchronization
import Testing

@Suite("changes and restarts while it runs") struct Live {
  /// A proxy that may be replaced, with one list, a name server and a web site behind `site.test`.
  final class Place {
    let folder: TemporaryFolder
    let names: NameServer
    let site: WebSite
    let port: UInt16
    private(set) var versions = 0
    var listPath: String { folder.path("team.allow") }
    var auditPath: String { folder.path("audit.jsonl") }
    var adminPath: String { folder.path("admin.sock") }

    init() throws {
      folder = try TemporaryFolder()
      names = try NameServer(["host-record=site.test,127.0.0.1"])
      site = try WebSite(names: ["site.test"])
      port = try FreePort.take()
      try replaceList()
    }

    /// The next version of the list, renamed over the one before.
    func replaceList(_ rules: [String]? = nil) throws {
      try folder.write("team.new", list(rules ?? ["site.test :\(site.plainPort)"]))
      guard rename(folder.path("team.new"), listPath) == 0 else { throw TroubleError("rename") }
    }

    func list(_ rules: [String]) -> String {
      versions += 1
      return "sluice-allowlist 1\nname: team\nversion: \(versions)\n\n"
        + rules.map { $0 + "\n" }.joined()
    }

    func start(_ more: [String] = [], list: String? = nil) throws -> Child {
      let child = try Child(
        [
          SluiceProcess.binary, "run", "--listen", "127.0.0.1:\(port)", "--allowlist",
          list ?? listPath, "--allow-address", "127.0.0.0/8", "--dns", "127.0.0.1:\(names.port)",
          "--audit", auditPath, "--admin", adminPath, "--workers", "2", "--drain", "10s",
        ] + more)
      try eventually("`listening on`; it said: \(child.standardError)", within: 20) {
        if let end = child.poll() {
          throw TroubleError("sluice ended with \(end): \(child.standardError)")
        }
        return child.standardError.contains("listening on 127.0.0.1:\(port)")
      }
      return child
    }

    func ask(_ command: String) throws -> Child.Finished {
      try Child.run([SluiceProcess.binary, command, "--admin", adminPath])
    }

    func status() throws -> [String: Any] {
      let text = try Child.run([SluiceProcess.binary, "status", "--json", "--admin", adminPath])
      let value = try JSONSerialization.jsonObject(with: Data(text.output.utf8))
      return try #require(value as? [String: Any], "\(text.text)")
    }

    func generation() throws -> Int { try status()["generation"] as? Int ?? 0 }

    /// The status of an answer to a request for a file of the site.
    func get() throws -> Int {
      let client = try Socket.connect(port)
      client.send(request("close"))
      return Int(try client.receiveHead().dropFirst(9).prefix(3)) ?? 0
    }

    func request(_ connection: String) -> String {
      "GET http://site.test:\(site.plainPort)/hello.txt HTTP/1.1\r\n"
        + "Host: site.test:\(site.plainPort)\r\nConnection: \(connection)\r\n\r\n"
    }
  }

  @Test("a broken list leaves the old one in force, and status names the line")
  func broken() throws {
    let place = try Place()
    let child = try place.start()
    try place.folder.write("team.allow", place.list(["site.test :\(place.site.plainPort)", "b@d"]))
    try eventually("a refused reload") {
      let reload = try place.status()["reload"] as? [String: Any]
      return reload?["failed"] as? Int ?? 0 >= 1
    }
    let shown = try place.ask("status")
    #expect(shown.output.contains("team.allow:6:"), "\(shown.output)")
    #expect(child.standardError.contains("team.allow:6:"))
    #expect(try place.generation() == 1 && place.get() == 200)
    let reload = try place.ask("reload")
    #expect(reload.end == .exit(1) && reload.errors.contains("team.allow:6:"), "\(reload.text)")
    // Cut short while it is written: as good as broken.
    try place.folder.write("team.allow", "sluice-allow")
    #expect(try place.ask("reload").end == .exit(1))
    try place.folder.write("team.allow", place.list(["site.test :\(place.site.plainPort)"]))
    try eventually("generation 2") { try place.generation() == 2 }
    // A record is in the file some milliseconds after what it records.
    var records: [AuditLine] = []
    try eventually("a record of the reload that was taken up") {
      records = try auditLines(place.auditPath).filter { $0.event == "reload" }
      return records.last?.number("generation") == 2
    }
    #expect(records.last?.members["ok"] as? Bool == true && records.last?.number("generation") == 2)
    #expect(records.first?["error"]?.contains("team.allow:6:") == true)
  }

  @Test("a list is taken up however it is replaced, and open tunnels are decided again")
  func replaced() throws {
    let place = try Place()
    // As Kubernetes mounts a ConfigMap: a link to a link to a directory.
    let first = place.folder.path("..1")
    let second = place.folder.path("..2")
    let mount = place.folder.path("mounted.allow")
    let manager = FileManager.default
    try manager.createDirectory(atPath: first, withIntermediateDirectories: false)
    try manager.createDirectory(atPath: second, withIntermediateDirectories: false)
    try place.folder.write("..1/mounted.allow", place.list(["site.test :\(place.site.plainPort)"]))
    try place.folder.write("..2/mounted.allow", place.list(["other.test"]))
    try manager.createSymbolicLink(
      atPath: place.folder.path("..data"), withDestinationPath: "..1")
    try manager.createSymbolicLink(atPath: mount, withDestinationPath: "..data/mounted.allow")
    let child = try place.start(list: mount)
    #expect(try place.get() == 200)
    let tunnel = try Socket.connect(place.port)
    let authority = "site.test:\(place.site.plainPort)"
    tunnel.send("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n")
    #expect(try tunnel.receiveHead().hasPrefix("HTTP/1.1 200 "))

    try manager.createSymbolicLink(
      atPath: place.folder.path("..data_tmp"), withDestinationPath: "..2")
    guard rename(place.folder.path("..data_tmp"), place.folder.path("..data")) == 0 else {
      throw TroubleError("rename")
    }
    try eventually("generation 2: \(child.standardError)") { try place.generation() == 2 }
    #expect(try place.get() == 403)
    #expect(tunnel.receiveAll(within: 30).last == .reset)
    var closes: [AuditLine] = []
    try eventually("a record of the tunnel's end") {
      closes = try auditLines(place.auditPath).filter {
        $0.event == "close" && $0["method"] == "CONNECT"
      }
      return !closes.isEmpty
    }
    let close = try #require(closes.last)
    #expect(close["end"] == "policy_changed" && close["reason"] == "not_allowlisted")
  }

  @Test("no request fails in 50 reloads and 5 restarts under load")
  func underLoad() throws {
    let place = try Place()
    var current = try place.start()
    let load = Load(place, threads: 4)
    for round in 1...5 {
      for _ in 0..<10 {
        try place.replaceList()
        let reload = try place.ask("reload")
        #expect(reload.end == .exit(0), "\(reload.text)")
      }
      let next = try place.start(["--replace"])
      let old = current
      current = next
      #expect(try old.wait(within: 20) == .exit(0), "round \(round): \(old.standardError)")
    }
    let (requests, failures) = load.stop()
    #expect(failures == [], "\(failures.count) of \(requests)")
    #expect(requests > 500)
    current.send(SIGTERM)
    #expect(try current.wait() == .exit(0))

    // Every request of every process is in one log, once, with its end.
    let lines = try auditLines(place.auditPath)
    #expect(isGapless(lines))
    let decisions = lines.filter { $0.event == "decision" }.compactMap { $0["id"] }
    let closes = lines.filter { $0.event == "close" }.compactMap { $0["id"] }
    #expect(decisions.count == requests && Set(decisions).count == requests)
    #expect(Set(closes) == Set(decisions) && closes.count == requests)
    #expect(lines.filter { $0.event == "start" }.count == 6)
    #expect(lines.filter { $0.event == "stop" }.count == 6)
  }

  @Test("a successor that fails leaves the running process as it was")
  func failedSuccessor() throws {
    let place = try Place()
    let child = try place.start()
    let bad = try place.folder.write("bad.allow", "nonsense\n")
    let failed = try Child.run([
      SluiceProcess.binary, "run", "--replace", "--listen", "127.0.0.1:\(place.port)",
      "--allowlist", bad, "--admin", place.adminPath, "--audit", place.auditPath,
    ])
    #expect(failed.end == .exit(2) && failed.errors.contains("bad.allow:1:1"), "\(failed.text)")
    // One that wants the sockets and another audit log that it cannot write.
    let refused = try Child.run([
      SluiceProcess.binary, "run", "--replace", "--listen", "127.0.0.1:\(place.port)",
      "--allowlist", place.listPath, "--admin", place.adminPath, "--audit", "/proc/nowhere",
    ])
    #expect(refused.end == .exit(2), "\(refused.text)")
    try eventually("the first process serves on: \(child.standardError)") {
      child.standardError.contains("serving on")
    }
    #expect(try place.get() == 200)
    #expect(try place.ask("reload").end == .exit(0))
    child.send(SIGTERM)
    #expect(try child.wait() == .exit(0))
    #expect(isGapless(try auditLines(place.auditPath)))
  }

  /// Clients that ask without a pause, many requests a connection.
  final class Load: @unchecked Sendable {
    private let isStopped = Atomic<Bool>(false)
    private let requests = Atomic<Int>(0)
    private let failures = Mutex<[String]>([])
    private let running = Atomic<Int>(0)

    init(_ place: Place, threads: Int) {
      let port = place.port
      let request = place.request("keep-alive")
      for _ in 0..<threads {
        running.add(1, ordering: .relaxed)
        let thread = Thread { [self] in
          while !isStopped.load(ordering: .relaxed) { connection(port, request) }
          running.subtract(1, ordering: .relaxed)
        }
        thread.stackSize = 512 << 10
        thread.start()
      }
    }

    private func connection(_ port: UInt16, _ request: String) {
      do {
        let client = try Socket.connect(port)
        for _ in 0..<20 where !isStopped.load(ordering: .relaxed) {
          client.send(request)
          let head = try client.receiveHead()
          let body = try client.receive(exactly: 25)
          guard head.hasPrefix("HTTP/1.1 200 "), body.starts(with: "hello".utf8) else {
            throw TroubleError(head)
          }
          requests.add(1, ordering: .relaxed)
          if head.lowercased().contains("connection: close") { return }
        }
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }

    func stop() -> (requests: Int, failures: [String]) {
      isStopped.store(true, ordering: .relaxed)
      let end = monotonicSeconds() + 10
      while running.load(ordering: .relaxed) > 0, monotonicSeconds() < end { usleep(2000) }
      return (requests.load(ordering: .relaxed), failures.withLock { $0 })
    }
  }
}
