import Foundation

/// What a table of clients needs: a site of two names, of which the list has one, and one proxy with
/// two ports. On the open one every client is let in, on the locked one those with the token. The SNI
/// guard is at work on both, as by default.
final class GuardedStreet {
  let site: WebSite
  let names: NameServer
  let open: String
  let locked: String
  /// The locked proxy with the token in its address.
  let unlocked: String
  let token: String
  private let folder: TemporaryFolder
  private let child: Child
  private let echo: WebSocketEcho

  init() throws {
    folder = try TemporaryFolder()
    echo = try WebSocketEcho()
    site = try WebSite(
      names: ["allowed.test", "denied.test"],
      settings: """
        types { text/html html; }
        location /echo {
          proxy_pass http://127.0.0.1:\(echo.port);
          proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection upgrade;
        }
        """)
    names = try NameServer([
      "host-record=allowed.test,\(site.address)", "host-record=denied.test,\(site.address)",
    ])
    let made = try AuditLine(
      Child.prepare([SluiceProcess.binary, "token", "new", "--json"])
        .trimmingCharacters(in: .newlines))
    guard let token = made["token"], let credential = made["credential"] else {
      throw TroubleError("sluice token new --json said: \(made.text)")
    }
    try folder.write(
      "e2e.allow", SluiceProcess.list(["allowed.test :\(site.plainPort),\(site.securePort)"]))
    let (openPort, lockedPort) = (try FreePort.take(), try FreePort.take())
    let configuration = try folder.write(
      "sluice.yaml",
      """
      listeners:
        - { proxy: 127.0.0.1:\(openPort), environment: open }
        - { proxy: 127.0.0.1:\(lockedPort), environment: locked }
      dns: ["127.0.0.1:\(names.port)"]
      workers: 1
      admin: none
      audit: { file: audit.jsonl }
      environments:
        open: { allowlists: [e2e.allow], allow_addresses: [127.0.0.0/8] }
        locked: { base: open, credentials: ["\(credential)"] }
      """)
    let sluice = try Child([SluiceProcess.binary, "run", "--config", configuration])
    child = sluice
    self.token = token
    open = "http://127.0.0.1:\(openPort)"
    locked = "http://127.0.0.1:\(lockedPort)"
    unlocked = "http://vm:\(token)@127.0.0.1:\(lockedPort)"
    try eventually("`listening on`") {
      if let end = sluice.poll() {
        throw TroubleError("sluice ended with \(end): \(sluice.standardError)")
      }
      return sluice.standardError.contains("listening on 127.0.0.1:\(openPort), ")
    }
  }

  /// An allowed and a denied page, each over CONNECT and over plain HTTP.
  func url(_ host: String, isSecure: Bool, _ path: String = "hello.txt") -> String {
    "\(isSecure ? "https" : "http")://\(host):\(isSecure ? site.securePort : site.plainPort)/\(path)"
  }

  var auditText: String { textOfFile(folder.path("audit.jsonl")) }

  /// The records of `event` once there are `count`, counted from the `skipped` first.
  func audit(_ event: String, skipping skipped: Int = 0, count: Int) throws -> [AuditLine] {
    var found: [AuditLine] = []
    do {
      try eventually("\(count) \(event) records") {
        found = try auditLines(folder.path("audit.jsonl")).filter { $0.event == event }
        return found.count >= skipped + count
      }
    } catch {
      throw TroubleError("\(error) behind \(skipped); the audit log holds:\n\(auditText)")
    }
    return Array(found.dropFirst(skipped))
  }
}
