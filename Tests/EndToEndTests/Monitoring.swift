import Foundation
import Testing

@Suite("metrics, health and sluice top") struct Monitoring {
  /// An answer of the administration, whole, whatever its framing.
  private func ask(_ path: String, _ place: Live.Place, method: String = "GET") throws -> Answer {
    let socket = try Socket.connect(unix: place.adminPath)
    socket.send("\(method) \(path) HTTP/1.1\r\nHost: sluice\r\n\r\n")
    let all = socket.receiveAll(within: 20)
    return Answer(bytes: all.bytes, last: all.last)
  }

  /// The text of `/metrics`, out of its chunks.
  private func metrics(_ place: Live.Place) throws -> String {
    let answer = try ask("/metrics", place)
    guard answer.status == 200, answer.field("Transfer-Encoding") == "chunked" else {
      throw TroubleError("no metrics: \(answer.text.prefix(300))")
    }
    var rest = Array(answer.body.utf8)[...]
    var text: [UInt8] = []
    while let end = rest.firstIndex(of: 13) {
      let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) ?? -1
      guard size >= 0, end + 2 + size + 2 <= rest.endIndex else { break }
      if size == 0 { return String(decoding: text, as: UTF8.self) }
      text += rest[(end + 2)..<(end + 2 + size)]
      rest = rest[(end + 2 + size + 2)...]
    }
    throw TroubleError("half of /metrics")
  }

  private func tunnel(_ place: Live.Place) throws -> Socket {
    let authority = "site.test:\(place.site.plainPort)"
    let client = try Socket.connect(place.port)
    client.send("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n")
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 200 "))
    return client
  }

  private func refused(_ place: Live.Place) throws {
    let client = try Socket.connect(place.port)
    client.send("CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n")
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 403 "))
  }

  @Test("requests are on /metrics as soon as they are decided, and go on over a reload")
  func counted() throws {
    let place = try Live.Place()
    let child = try place.start()
    defer { child.send(SIGKILL) }
    #expect(try place.get() == 200)
    try refused(place)
    try refused(place)
    let open = try tunnel(place)
    let decisions = "sluice_decisions_total{environment=\"default\",verdict="
    let wanted = [
      decisions + "\"allow\",reason=\"allowlisted\"} 2",
      decisions + "\"deny\",reason=\"not_allowlisted\"} 2",
      "sluice_tunnels{environment=\"default\"} 1",
      "sluice_connect_duration_seconds_count 2",
      "sluice_connections_accepted_total 4",
    ]
    func lines() throws -> [Substring] { try metrics(place).split(separator: "\n") }
    let text = try lines()
    for line in wanted { #expect(text.contains { $0 == line }, "\(line)") }
    #expect(text.contains { $0.hasPrefix("sluice_build_info{version=\"") })
    let down = "sluice_transferred_bytes_total{environment=\"default\",direction=\"down\"} "
    #expect(text.contains { $0.hasPrefix(down) && Int($0.dropFirst(down.count)) ?? 0 > 0 })

    try place.replaceList()
    #expect(try place.ask("reload").end == .exit(0))
    let after = try lines()
    #expect(after.contains { $0 == wanted[0] } && after.contains { $0 == wanted[2] })
    // The changed file may have been seen before the command was.
    for name in ["sluice_policy_generation ", "sluice_reloads_total{result=\"ok\"} "] {
      let value = after.first { $0.hasPrefix(name) }?.dropFirst(name.count)
      #expect(value.flatMap { Int($0) } ?? 0 >= 1, "\(name)")
    }
    #expect(!after.contains("sluice_policy_generation 1"))
    open.close()
    try eventually("no tunnel") {
      try metrics(place).contains("sluice_tunnels{environment=\"default\"} 0\n")
    }
    #expect(try ask("/metrics", place, method: "POST").status == 405)

    // Where Prometheus is installed, its own check has the last word.
    if let promtool = try? Tool.path("promtool") {
      let file = try place.folder.write("metrics.txt", metrics(place))
      let check = try Child.run(["sh", "-c", "\(promtool) check metrics < \(file)"])
      #expect(check.end == .exit(0) && check.text.isEmpty, "\(check.text)")
    }
  }

  @Test("a scrape that is never read keeps nobody from the administration")
  func neverRead() throws {
    let place = try Live.Place()
    let child = try place.start()
    defer { child.send(SIGKILL) }
    let lazy = try (0..<8).map { _ in
      let socket = try Socket.connect(unix: place.adminPath)
      socket.send("GET /metrics HTTP/1.1\r\nHost: sluice\r\n\r\n")
      return socket
    }
    #expect(try ask("/healthz", place).status == 200)
    #expect(try place.status()["generation"] as? Int == 1)
    try eventually("a scrape") { (try? metrics(place)) != nil }
    withExtendedLifetime(lazy) {}
  }

  @Test("scrapes whose clients are gone at once leave their places to others")
  func gone() throws {
    let place = try Live.Place()
    let child = try place.start()
    defer { child.send(SIGKILL) }
    for _ in 0..<20 {
      // The queue of the socket may be full for a moment.
      try eventually("a connection") {
        guard let socket = try? Socket.connect(unix: place.adminPath) else { return false }
        socket.send("GET /metrics HTTP/1.1\r\nHost: sluice\r\n\r\n")
        socket.close()
        return true
      }
    }
    try eventually("a scrape") { (try? metrics(place)) != nil }
  }

  @Test("it is ready while it serves, and says that it is not while it ends")
  func ready() throws {
    let place = try Live.Place()
    let child = try place.start()
    #expect(try ask("/healthz", place).status == 200)
    let ready = try ask("/readyz", place)
    #expect(ready.status == 200 && ready.json?["ready"] as? Bool == true)
    // A tunnel keeps it from ending.
    let open = try tunnel(place)
    child.send(SIGTERM)
    var answer = ready
    try eventually("not ready") {
      answer = try ask("/readyz", place)
      return answer.status == 503
    }
    #expect(answer.field("Content-Type") == "application/problem+json")
    #expect((answer.json?["detail"] as? String)?.contains("ending") == true)
    #expect(try ask("/healthz", place).status == 200)
    open.close()
    #expect(try child.wait() == .exit(0))
  }

  @Test("sluice top prints one look for a person and for a script")
  func once() throws {
    let place = try Live.Place()
    let child = try place.start()
    defer { child.send(SIGKILL) }
    try refused(place)
    let command = [SluiceProcess.binary, "top", "--admin", place.adminPath, "--interval", "200ms"]
    let text = try Child.run(command + ["--once"])
    #expect(text.end == .exit(0) && text.output.contains("not_allowlisted"), "\(text.text)")
    #expect(text.output.contains("\ndefault ") && !text.output.contains("\u{1B}"))
    let json = try Child.run(command + ["--json"])
    let value = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
    let rows = try #require((value as? [String: Any])?["environments"] as? [[String: Any]])
    #expect(rows.count == 1 && rows[0]["refused"] as? Int == 1)
    // No terminal.
    let blind = try Child.run(command)
    #expect(blind.end == .exit(2) && blind.errors.contains("--once"), "\(blind.text)")
    let wrong = try Child.run(command + ["--sort", "luck"])
    #expect(wrong.end == .exit(2) && wrong.errors.contains("refused, allowed"), "\(wrong.text)")
    child.send(SIGTERM)
    #expect(try child.wait() == .exit(0))
    let gone = try Child.run(command + ["--once"])
    #expect(gone.end == .exit(2) && gone.errors.contains("no running process"), "\(gone.text)")
  }

  @Test("sluice top in a terminal: keys, sizes, no colour where none is wanted, and all as before")
  func terminal() throws {
    let place = try Live.Place()
    let child = try place.start()
    defer { child.send(SIGKILL) }
    try refused(place)
    let command = [SluiceProcess.binary, "top", "--admin", place.adminPath, "--interval", "200ms"]
    let leaving = "\u{1B}[?25h\u{1B}[?1049l"
    let plain = try Terminal.run(
      command, environment: ["TERM": "xterm", "NO_COLOR": "1"],
      [
        .wait("ENVIRONMENT"), .wait("sorts (by refused)"), .send("s"), .wait("sorts (by allowed)"),
        .send("p"), .wait("paused"), .send("p"), .wait("p pauses"), .send("\u{1B}[A"),
        .size(columns: 30, rows: 6), .wait("sluice top"),
        // ^Z: the terminal is given back, and taken again when the program goes on.
        .send("\u{1A}"), .wait("\u{1B}[?1049l"), .wait("\u{1B}[?1049h"), .wait("sluice top"),
        .send("q"),
      ])
    #expect(plain.trouble == nil, "\(plain.output)")
    #expect(plain.status == 0 && plain.restored == true)
    #expect(plain.output.hasSuffix(leaving) && plain.output.contains("not_allowlisted"))
    // Controls of the screen, and none of colour.
    #expect(!plain.output.contains(/\u{1B}\[[0-9;]*m/))
    let frames = plain.output.components(separatedBy: "\u{1B}[H").dropFirst()
    #expect(frames.allSatisfy { $0.components(separatedBy: "\n").count <= 24 })

    for end in ["SIGTERM", "SIGINT", "SIGHUP"] {
      let ended = try Terminal.run(
        command, environment: ["TERM": "xterm", "NO_COLOR": ""],
        [.wait("ENVIRONMENT"), .signal(end)])
      #expect(ended.status == 0 && ended.restored == true, "\(end)")
      #expect(ended.output.hasSuffix(leaving) && ended.output.contains("\u{1B}[7m"), "\(end)")
    }
  }
}
