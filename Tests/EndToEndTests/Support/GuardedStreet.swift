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
  private let openPort: UInt16
  private var markers = 0

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
    openPort = try FreePort.take()
    let lockedPort = try FreePort.take()
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
    let listening = "listening on 127.0.0.1:\(openPort), "
    try eventually(listening) {
      if let end = sluice.poll() {
        throw TroubleError("sluice ended with \(end): \(sluice.standardError)")
      }
      return sluice.standardError.contains(listening)
    }
  }

  /// An allowed and a denied page, each over CONNECT and over plain HTTP.
  func url(_ host: String, isSecure: Bool, _ path: String = "hello.txt") -> String {
    "\(isSecure ? "https" : "http")://\(host):\(isSecure ? site.securePort : site.plainPort)/\(path)"
  }

  private var auditPath: String { folder.path("audit.jsonl") }
  var auditText: String { textOfFile(auditPath) }

  /// All decisions so far. The one worker writes them in order, so all of them are in the file when
  /// that on a last request is.
  func decisions() throws -> [AuditLine] {
    markers += 1
    let marker = "marker\(markers).test"
    let client = try Socket.connect(openPort)
    client.send("CONNECT \(marker):443 HTTP/1.1\r\nHost: \(marker):443\r\n\r\n")
    _ = try client.receiveHead()
    return try records(with: marker).filter {
      $0.event == "decision" && !$0.text.contains("marker")
    }
  }

  /// The records of the ends of requests, once one of them says `end`.
  func closes(with end: String) throws -> [AuditLine] {
    try records(with: "\"end\":\"\(end)\"").filter { $0.event == "close" }
  }

  private func records(with text: String) throws -> [AuditLine] {
    do {
      try eventually(text) { try auditLines(auditPath).contains { $0.text.contains(text) } }
    } catch {
      throw TroubleError("\(error); the audit log holds:\n\(auditText)")
    }
    return try auditLines(auditPath)
  }
}
