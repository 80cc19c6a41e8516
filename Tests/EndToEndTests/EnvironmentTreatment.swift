import Foundation
import Testing

@Suite("what an environment sets")
struct EnvironmentTreatment {
  private func run(_ folder: TemporaryFolder, _ port: UInt16, _ environments: String) throws
    -> Child
  {
    let path = try folder.write(
      "sluice.yaml",
      """
      listeners: [{ proxy: 127.0.0.1:\(port) }]
      workers: 2
      audit: { file: audit.jsonl }
      environments:
      \(environments)
      """)
    let child = try Child([SluiceProcess.binary, "run", "--config", path])
    try eventually("`listening on`; it said: \(child.standardError)") {
      child.standardError.contains("listening on 127.0.0.1:\(port)")
    }
    return child
  }

  @Test("an environment that is full answers 429 until a connection of it ends")
  func connections() throws {
    let folder = try TemporaryFolder()
    let origin = try Origin(script: { _ in })
    defer { origin.stop() }
    let port = try FreePort.take()
    let child = try run(
      folder, port,
      """
        default:
          allow_addresses: ["127.0.0.1:\(origin.port)"]
          clients: [127.0.0.0/8]
          limits: { connections: 1 }
      """)
    func answer() throws -> (Socket, String) {
      let client = try Socket.connect(port)
      client.send(
        "CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\n\r\n")
      return (client, try client.receiveHead())
    }
    let (first, allowed) = try answer()
    #expect(allowed.hasPrefix("HTTP/1.1 200 "), "\(allowed)")
    let (_, refused) = try answer()
    #expect(refused.hasPrefix("HTTP/1.1 429 ") && refused.contains("\r\nRetry-After: 1\r\n"))
    first.reset()
    try eventually("room for a connection; it said: \(child.standardError)") {
      try answer().1.hasPrefix("HTTP/1.1 200 ")
    }
  }

  @Test("the tunnels of an environment together are no faster than its bandwidth, and lose nothing")
  func bandwidth() throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<(2 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    let origin = try Origin(script: { client in
      client.send(bytes)
      client.finishSending()
    })
    defer { origin.stop() }
    let port = try FreePort.take()
    let child = try run(
      folder, port,
      """
        default:
          allow_addresses: ["127.0.0.1:\(origin.port)"]
          limits: { download: 2MiB/s }
      """)
    let start = monotonicSeconds()
    let clients = try (0..<2).map { _ in
      let client = try Socket.connect(port)
      client.send(
        "CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\n\r\n")
      let head = try client.receiveHead()
      try #require(head.hasPrefix("HTTP/1.1 200 "), "\(head); it said: \(child.standardError)")
      return client
    }
    for client in clients {
      let received = client.receiveAll(within: 60).bytes
      #expect(received == bytes)
    }
    // Four MiB take two seconds, less what may go at once. A busy machine only makes it longer.
    #expect(monotonicSeconds() - start > 1.8)
  }

  @Test("responses of plain HTTP and refusals carry the fields of the environment")
  func fields() throws {
    let folder = try TemporaryFolder()
    let origin = try Origin(script: { client in
      _ = try? client.receiveHead()
      client.send("HTTP/1.1 200 OK\r\nx-environment: theirs\r\nContent-Length: 2\r\n\r\nok")
    })
    defer { origin.stop() }
    let port = try FreePort.take()
    let child = try run(
      folder, port,
      """
        default:
          allow_addresses: ["127.0.0.1:\(origin.port)"]
          response_fields: { X-Environment: vm-7 }
      """)
    for (place, status) in [(origin.port, "200"), (1, "403")] {
      let client = try Socket.connect(port)
      client.send("GET http://127.0.0.1:\(place)/ HTTP/1.1\r\nHost: 127.0.0.1:\(place)\r\n\r\n")
      let head = try client.receiveHead()
      #expect(head.hasPrefix("HTTP/1.1 \(status) "), "\(head); it said: \(child.standardError)")
      #expect(head.contains("\r\nX-Environment: vm-7\r\n") && !head.contains("theirs"), "\(head)")
    }
  }

  @Test("allowlist show and explain tell what holds for one environment of a configuration")
  func tools() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "team.allow", "sluice-allowlist 1\nname: team\nversion: 3\n\n+.example.org\n")
    let path = try folder.write(
      "sluice.yaml",
      """
      floor: [evil.example]
      environments:
        vm-7:
          clients: [10.0.0.1]
          allowlists: [team.allow]
          deny: [gist.example.org]
          ports: [8000-8100]
      """)
    func sluice(_ arguments: String...) throws -> Child.Finished {
      try Child.run(
        [SluiceProcess.binary, "allowlist"] + arguments
          + ["--config", path, "--environment", "vm-7"], within: 60)
    }
    let shown = try sluice("show")
    #expect(shown.end == .exit(0))
    #expect(
      shown.output.hasPrefix(
        "environment vm-7, access limited, ports 8000-8100: 3 rules of 3 lists"))
    for text in ["team.allow:5", "sluice.yaml:1:9  floor:1", "sluice.yaml:6:12  env/vm-7/deny:1"] {
      #expect(shown.output.contains(text), "\(text) in \(shown.output)")
    }
    let denied = try sluice("explain", "gist.example.org:8000")
    #expect(denied.end == .exit(1) && denied.output.contains("denied_by_rule"))
    #expect(denied.output.contains("env/vm-7/deny:1  !gist.example.org: denies port 8000"))
    let allowed = try sluice("explain", "a.example.org:8100")
    #expect(allowed.end == .exit(0) && allowed.output.contains("allows port 8100"))
    let port = try sluice("explain", "a.example.org")
    #expect(port.end == .exit(1) && port.output.contains("port_not_allowed"))
    let floor = try sluice("explain", "x.evil.example:8000")
    #expect(floor.end == .exit(1) && floor.output.contains("floor:1"))
  }
}
