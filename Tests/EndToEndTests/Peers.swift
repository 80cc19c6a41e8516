import Foundation
import Testing

@Suite("clients behind Unix sockets and load balancers") struct Peers {
  /// A proxy with two Unix listeners and one for load balancers. Nothing is resolved: every request is
  /// refused, and by whose rules is what is asked.
  final class Place {
    let folder: TemporaryFolder
    let port: UInt16
    var socketPath: String { folder.path("p.sock") }
    var balancerPath: String { folder.path("lb.sock") }
    var auditPath: String { folder.path("audit.jsonl") }
    var adminPath: String { folder.path("admin.sock") }

    init() throws {
      folder = try TemporaryFolder()
      port = try FreePort.take()
      try folder.write(
        "sluice.yaml",
        """
        listeners:
          - { proxy: "unix:\(socketPath)", mode: "0600" }
          - { proxy: "unix:\(balancerPath)", proxy_protocol: [unix] }
          - { proxy: "127.0.0.1:\(port)", proxy_protocol: [127.0.0.1] }
        audit: { file: audit.jsonl }
        admin: admin.sock
        workers: 2
        drain: 5s
        environments:
          here: { users: ["\(getuid())"], access: none }
          vm-7: { clients: [10.0.7.0/24], access: none }
        """)
    }

    func start(_ more: [String] = []) throws -> Child {
      let child = try Child(
        [
          SluiceProcess.binary, "run", "--config", folder.path("sluice.yaml"), "--admin", adminPath,
        ] + more)
      try eventually("`listening on`; it said: \(child.standardError)", within: 20) {
        if let end = child.poll() {
          throw TroubleError("sluice ended with \(end): \(child.standardError)")
        }
        return child.standardError.contains("listening on ")
      }
      return child
    }

    /// The JSON of the answer to a request for a name that nobody allows, with the status as `status`.
    func ask(_ socket: Socket, _ header: String = "") throws -> [String: Any] {
      socket.send(
        header
          + "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
      let all = socket.receiveAll()
      let answer = Answer(bytes: all.bytes, last: all.last)
      var json = try #require(answer.json, "\(answer.text)")
      json["status"] = answer.status
      return json
    }

    func decisions(_ count: Int) throws -> [AuditLine] {
      var found: [AuditLine] = []
      try eventually("\(count) decisions in \(textOfFile(auditPath))") {
        found = try auditLines(auditPath).filter { $0.event == "decision" }
        return found.count >= count
      }
      return found
    }
  }

  @Test("a process has its user's environment, and the socket its mode, until the process ends")
  func process() throws {
    let place = try Place()
    let child = try place.start()
    let mode =
      try FileManager.default.attributesOfItem(atPath: place.socketPath)[
        .posixPermissions] as? Int
    #expect(mode == 0o600)
    // More than there are workers.
    for _ in 0..<8 {
      let answer = try place.ask(try Socket.connect(unix: place.socketPath))
      #expect(answer["status"] as? Int == 403 && answer["environment"] as? String == "here")
    }
    let record = try #require(try place.decisions(8).first)
    #expect(record["client"] == "unix" && record.number("uid") == Int(getuid()))
    #expect(record.number("gid") == Int(getgid()) && record.number("pid") == Int(getpid()))
    child.send(SIGTERM)
    #expect(try child.wait() == .exit(0))
    #expect(!FileManager.default.fileExists(atPath: place.socketPath))
  }

  @Test("a header names the client, by TCP and by a Unix socket, and without one nobody is let in")
  func header() throws {
    let place = try Place()
    let child = try place.start()
    let line = "PROXY TCP4 10.0.7.9 10.0.0.1 5555 3128\r\n"
    let one = try place.ask(try Socket.connect(place.port), line)
    #expect(one["environment"] as? String == "vm-7")
    let two = try place.ask(try Socket.connect(unix: place.balancerPath), line)
    #expect(two["environment"] as? String == "vm-7")
    let three = try place.ask(try Socket.connect(place.port))
    #expect(three["error"] as? String == "malformed_proxy_header")
    let records = try place.decisions(3)
    for record in records where record["environment"] == "vm-7" {
      #expect(record["client"] == "10.0.7.9:5555")
      #expect(record["via"]?.hasPrefix("127.0.0.1:") == true || record["via"] == "unix")
    }
    // curl's own header: it is at 127.0.0.1, which no environment names.
    let curl = try Child.run([
      "curl", "-s", "--haproxy-protocol", "-H", "Host: evil.example", "--request-target",
      "http://evil.example/", "http://127.0.0.1:\(place.port)/",
    ])
    #expect(curl.output.contains("unknown_client"), "\(curl.text)")
    let last = try #require(try place.decisions(4).first { $0["reason"] == "unknown_client" })
    #expect(last["client"]?.hasPrefix("127.0.0.1:") == true && last["via"] != nil)
    child.send(SIGTERM)
    #expect(try child.wait() == .exit(0))
  }

  @Test("a socket is replaced if nobody listens on it, and nothing else is")
  func stale() throws {
    let place = try Place()
    let killed = try place.start()
    killed.send(SIGKILL)
    #expect(try killed.wait() == .signal(SIGKILL))
    #expect(FileManager.default.fileExists(atPath: place.socketPath))
    let child = try place.start()
    #expect(
      try place.ask(try Socket.connect(unix: place.socketPath))["environment"] as? String == "here")

    func refused(_ path: String) throws -> String {
      let finished = try Child.run([
        SluiceProcess.binary, "run", "--listen", "unix:\(path)", "--admin", "none", "--audit",
        place.folder.path("other.jsonl"),
      ])
      #expect(finished.end == .exit(2))
      return finished.errors
    }
    let taken = try refused(place.socketPath)
    #expect(taken.contains("unix:\(place.socketPath): another process listens there"), "\(taken)")
    let file = try place.folder.write("file", "mine")
    let spared = try refused(file)
    #expect(spared.contains("a file that is no socket stands there; remove it"), "\(spared)")
    #expect(textOfFile(file) == "mine")
    let nowhere = try refused(place.folder.path("none/p.sock"))
    #expect(nowhere.contains("its directory is not there"), "\(nowhere)")
    #expect(
      try place.ask(try Socket.connect(unix: place.socketPath))["environment"] as? String == "here")
    child.send(SIGTERM)
    #expect(try child.wait() == .exit(0))
  }

  @Test("a successor takes the sockets over, and the file goes with the last process")
  func replaced() throws {
    let place = try Place()
    let first = try place.start()
    let waiting = try Socket.connect(unix: place.socketPath)
    let second = try place.start(["--replace"])
    #expect(try first.wait(within: 20) == .exit(0), "\(first.standardError)")
    #expect(FileManager.default.fileExists(atPath: place.socketPath))
    // Connected before: whoever has accepted it answers, or it was told to come again.
    waiting.close()
    for _ in 0..<4 {
      let answer = try place.ask(try Socket.connect(unix: place.socketPath))
      #expect(answer["environment"] as? String == "here")
    }
    // One that fails leaves everything to the one that runs.
    try place.folder.write("bad.yaml", "listeners: [{ proxy: 'unix:\(place.socketPath)' }]\n")
    let failed = try Child.run([
      SluiceProcess.binary, "run", "--replace", "--config", place.folder.path("bad.yaml"),
      "--admin",
      place.adminPath, "--audit", "/proc/nowhere",
    ])
    #expect(failed.end == .exit(2), "\(failed.text)")
    #expect(
      try place.ask(try Socket.connect(unix: place.socketPath))["environment"] as? String == "here")
    second.send(SIGTERM)
    #expect(try second.wait() == .exit(0))
    #expect(!FileManager.default.fileExists(atPath: place.socketPath))
    #expect(!FileManager.default.fileExists(atPath: place.balancerPath))
  }

  @Test("a successor sets the modes of its configuration, and removes files that it leaves out")
  func successorsModes() throws {
    let place = try Place()
    func mode() throws -> Int? {
      let attributes = try FileManager.default.attributesOfItem(atPath: place.socketPath)
      return attributes[.posixPermissions] as? Int
    }
    let first = try place.start()
    #expect(try mode() == 0o600)
    let path = place.folder.path("sluice.yaml")
    let lines = textOfFile(path).components(separatedBy: "\n")
    let fewer = lines.filter { !$0.contains(place.balancerPath) }.joined(separator: "\n")
    try place.folder.write("sluice.yaml", fewer.replacing("\"0600\"", with: "\"0640\""))
    let second = try place.start(["--replace"])
    #expect(try first.wait(within: 20) == .exit(0), "\(first.standardError)")
    try eventually("the mode of the successor's configuration", within: 20) { try mode() == 0o640 }
    try eventually("no file of a listener that was left out", within: 20) {
      !FileManager.default.fileExists(atPath: place.balancerPath)
    }
    second.send(SIGTERM)
    #expect(try second.wait() == .exit(0))
    #expect(!FileManager.default.fileExists(atPath: place.socketPath))
  }

  @Test("a service manager's Unix socket is a listener, and its file is left to it")
  func passed() throws {
    let place = try Place()
    // What systemd does: the socket on descriptor 3, and variables that say so.
    let manager = """
      import os, socket, sys
      s = socket.socket(socket.AF_UNIX)
      s.bind(sys.argv[1]); s.listen(8)
      os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
      os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="web")
      os.execv(sys.argv[2], sys.argv[2:])
      """
    let child = try Child([
      try Tool.python(), "-c", manager, place.socketPath, SluiceProcess.binary, "run", "--listen",
      "systemd:web", "--admin", "none", "--audit", place.auditPath, "--access", "none",
    ])
    try eventually("`listening on`: \(child.standardError)", within: 20) {
      child.standardError.contains("listening on systemd:web (")
    }
    let answer = try place.ask(try Socket.connect(unix: place.socketPath))
    #expect(answer["error"] as? String == "not_essential")
    #expect(try place.decisions(1)[0]["client"] == "unix")
    child.send(SIGTERM)
    #expect(try child.wait() == .exit(0))
    #expect(FileManager.default.fileExists(atPath: place.socketPath))
  }

  /// A proxy that knows processes by their control group: the root holds all of them.
  private func cgroupProxy(_ folder: TemporaryFolder) throws -> Child {
    try folder.write(
      "sluice.yaml",
      """
      listeners: [{ proxy: "unix:\(folder.path("p.sock"))" }]
      audit: { file: audit.jsonl }
      admin: none
      workers: 1
      environments:
        all: { cgroups: [/], access: none }
        default: { access: none }
      """)
    let child = try Child([
      SluiceProcess.binary, "run", "--config", folder.path("sluice.yaml"),
    ])
    try eventually("`listening on`: \(child.standardError)", within: 20) {
      child.standardError.contains("listening on ")
    }
    return child
  }

  @Test("a process is known by its control group, and refused where the kernel shows none")
  func cgroup() throws {
    let folder = try TemporaryFolder()
    let child = try cgroupProxy(folder)
    let client = try Socket.connect(unix: folder.path("p.sock"))
    client.send("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    let head = try client.receiveHead()
    let groups = textOfFile("/proc/self/cgroup").split(separator: "\n")
    let isShown = groups.contains { $0.hasPrefix("0::/") && !$0.hasPrefix("0::/..") }
    #expect(
      head.contains(isShown ? "details=\"not_essential\"" : "details=\"unknown_client\""), "\(head)"
    )
    try eventually("a record") { textOfFile(folder.path("audit.jsonl")).contains("decision") }
    let record = try #require(
      try auditLines(folder.path("audit.jsonl")).first { $0.event == "decision" })
    #expect(record["environment"] == (isShown ? "all" : nil))
    child.send(SIGTERM)
    #expect(try child.wait() == .exit(0))
  }

  @Test("a process that has ended is refused, although its child holds the connection")
  func ended() throws {
    let folder = try TemporaryFolder()
    let child = try cgroupProxy(folder)
    // Nothing is accepted before the one that connected has gone.
    child.send(SIGSTOP)
    let program = """
      import os, socket, sys
      s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
      if os.fork(): os._exit(0)
      s.sendall(b"GET http://evil.example/ HTTP/1.1\\r\\nHost: evil.example\\r\\nConnection: close\\r\\n\\r\\n")
      data = b""
      while True:
          more = s.recv(65536)
          if not more: break
          data += more
      with open(sys.argv[2] + ".new", "wb") as f: f.write(data)
      os.rename(sys.argv[2] + ".new", sys.argv[2])
      """
    let answer = folder.path("answer")
    let parent = try Child([try Tool.python(), "-c", program, folder.path("p.sock"), answer])
    #expect(try parent.wait() == .exit(0))
    child.send(SIGCONT)
    try eventually("an answer", within: 20) { !textOfFile(answer).isEmpty }
    // Not even the default is for somebody of whom nothing is known.
    #expect(textOfFile(answer).contains("\"error\":\"unknown_client\""), "\(textOfFile(answer))")
    child.send(SIGTERM)
    #expect(try child.wait() == .exit(0))
  }

  @Test("a tunnel of a process carries megabytes both ways, and its ends")
  func tunnel() throws {
    let folder = try TemporaryFolder()
    let origin = try Origin()
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let list = try folder.write(
      "e2e.allow", SluiceProcess.list(["allowed.test :\(origin.port)"]))
    let path = folder.path("p.sock")
    let child = try Child([
      SluiceProcess.binary, "run", "--listen", "unix:\(path)", "--allowlist", list, "--audit",
      folder.path("audit.jsonl"), "--admin", "none", "--workers", "1", "--dns",
      "127.0.0.1:\(names.port)", "--allow-address", "127.0.0.0/8",
    ])
    try eventually("`listening on`: \(child.standardError)", within: 20) {
      child.standardError.contains("listening on unix:\(path) (")
    }
    let client = try Socket.connect(unix: path)
    let authority = "allowed.test:\(origin.port)"
    client.send("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n")
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 200 "))
    let upstream = try origin.accept()
    var pattern = Pattern(seed: 5)
    let bytes = pattern.bytes(3 << 20)
    for (from, to) in [(client, upstream), (upstream, client)] {
      let sender = Thread { from.send(bytes) }
      sender.start()
      #expect(try to.receive(exactly: bytes.count) == bytes)
    }
    client.finishSending()
    #expect(upstream.receive() == .end)
    upstream.send("last")
    upstream.finishSending()
    let rest = client.receiveAll()
    #expect(rest.bytes == Array("last".utf8) && rest.last == .end)
    var close: AuditLine?
    try eventually("a record of the end") {
      close = try auditLines(folder.path("audit.jsonl")).first { $0.event == "close" }
      return close != nil
    }
    #expect(close?["client"] == "unix" && close?.number("bytes_up") == bytes.count)
    child.send(SIGTERM)
    #expect(try child.wait() == .exit(0))
  }
}
