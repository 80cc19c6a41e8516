import Foundation
import Testing

@Suite("the limits of an environment")
struct EnvironmentLimits {
  private func run(_ folder: TemporaryFolder, _ port: UInt16, _ limits: String, _ origin: UInt16)
    throws -> Child
  {
    let path = try folder.write(
      "sluice.yaml",
      """
      listeners: [{ proxy: 127.0.0.1:\(port) }]
      workers: 2
      audit: { file: audit.jsonl }
      environments:
        default:
          allow_addresses: ["127.0.0.1:\(origin)"]
          limits: \(limits)
      """)
    let child = try Child([SluiceProcess.binary, "run", "--config", path])
    try eventually("`listening on`; it said: \(child.standardError)") {
      child.standardError.contains("listening on 127.0.0.1:\(port)")
    }
    return child
  }

  private func head(_ port: UInt16, _ origin: UInt16) throws -> String {
    let client = try Socket.connect(port)
    client.send("GET http://127.0.0.1:\(origin)/ HTTP/1.1\r\nHost: 127.0.0.1:\(origin)\r\n\r\n")
    return try client.receiveHead()
  }

  private func origin() throws -> Origin {
    try Origin(script: { client in
      _ = try? client.receiveHead()
      client.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
    })
  }

  @Test("a limit is one for all workers, and what is over it is told when to come back")
  func requests() throws {
    let folder = try TemporaryFolder()
    let origin = try origin()
    defer { origin.stop() }
    let port = try FreePort.take()
    let child = try run(folder, port, "{ requests: 1/day burst 6 }", origin.port)
    let heads = try (0..<12).map { _ in try head(port, origin.port) }
    #expect(
      heads.count { $0.hasPrefix("HTTP/1.1 200 ") } == 6,
      "\(heads); it said: \(child.standardError)")
    let refused = try #require(heads.last)
    #expect(refused.hasPrefix("HTTP/1.1 429 Blocked by Sluice: this environment has sent as many"))
    #expect(refused.contains("\r\nRateLimit-Policy: \"requests\";q=1;w=86400\r\n"), "\(refused)")
    #expect(refused.contains("\r\nRetry-After: 8"), "\(refused)")
  }

  @Test("a quota survives a restart, and a broken file of it is said")
  func quota() throws {
    let folder = try TemporaryFolder()
    let origin = try origin()
    defer { origin.stop() }
    let port = try FreePort.take()
    // At midnight there is a new one.
    let day = Int(Date().timeIntervalSince1970) / 86400
    func isNextDay() -> Bool { Int(Date().timeIntervalSince1970) / 86400 != day }
    var child = try run(folder, port, "{ quota: 100B/day }", origin.port)
    #expect(try head(port, origin.port).hasPrefix("HTTP/1.1 200 "))
    // It counts once the exchange has ended.
    try eventually("the quota; it said: \(child.standardError)") {
      try head(port, origin.port).hasPrefix("HTTP/1.1 429 ") || isNextDay()
    }
    child.send(SIGTERM)
    try #require(child.wait() == .exit(0))
    child = try run(folder, port, "{ quota: 100B/day }", origin.port)
    let refused = try head(port, origin.port)
    #expect(
      refused.hasPrefix("HTTP/1.1 429 ") && refused.contains("\"quota\"") || isNextDay(),
      "\(refused)")
    child.send(SIGTERM)
    try #require(child.wait() == .exit(0))
    try folder.write("audit.jsonl.quota", "broken\n")
    child = try run(folder, port, "{ quota: 100B/day }", origin.port)
    #expect(child.standardError.contains("audit.jsonl.quota': broken, and made anew"))
    #expect(try head(port, origin.port).hasPrefix("HTTP/1.1 200 "))
  }
}
