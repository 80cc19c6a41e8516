import Foundation
import Testing

@Suite("WebSockets, and a browser that uses them", .serialized)
struct Browser {
  /// A page that talks to its own server's WebSocket and asks another server for a file, and then
  /// tells its own server what came of it.
  private static let page = """
    <!DOCTYPE html><title>page</title><script>
    const hello = "hello through a WebSocket", scheme = location.protocol === "https:" ? "wss" : "ws";
    const echo = () => new Promise((resolve) => {
      const socket = new WebSocket(scheme + "://" + location.host + "/echo");
      socket.onopen = () => socket.send(hello);
      socket.onmessage = (message) => { resolve(message.data); socket.close(); };
      socket.onerror = () => resolve("error");
    });
    const other = () => fetch(location.protocol + "//denied.test:" + location.port + "/hello.txt",
      { mode: "no-cors" }).then((answer) => "came", (problem) => problem.name);
    (async () => fetch("/report?" + new URLSearchParams({ scheme, echo: await echo(),
      other: await other() })))();
    </script>

    """

  /// Chromium with a profile of its own, which trusts the site's key and resolves nothing itself.
  private func chromium(
    _ street: GuardedStreet, _ arguments: [String], _ proxy: String? = nil
  ) throws -> Child {
    let key = try Child.prepare([
      "sh", "-c",
      "openssl x509 -in '\(street.site.authority.certificateFile)' -pubkey -noout"
        + " | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64",
    ]).trimmingCharacters(in: .newlines)
    return try Child(
      [
        "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--user-data-dir=profile", "--proxy-server=\(proxy ?? street.open)",
        "--ignore-certificate-errors-spki-list=\(key)",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      ] + arguments)
  }

  @Test("chromium loads a page and talks to its WebSocket, and nothing else that it tries gets out")
  func page() throws {
    let street = try GuardedStreet()
    try street.site.folder.write("site/page.html", Browser.page)
    for (isSecure, scheme) in [(true, "wss"), (false, "ws")] {
      let browser = try chromium(
        street, [street.url("allowed.test", isSecure: isSecure, "page.html")])
      let report = "scheme=\(scheme)&echo=hello+through+a+WebSocket&other="
      try eventually(
        "\(report) in the site's log; chromium said: \(browser.standardError)", within: 90
      ) {
        street.site.accessLog.contains("/report?\(report)")
      }
      browser.send(SIGTERM)
      _ = try browser.wait(within: 60)
    }
    // By https the browser sees no answer at all; by http it has one, a 403, and keeps it from the page.
    #expect(street.site.accessLog.contains("wss&echo=hello+through+a+WebSocket&other=TypeError"))
    let decisions = try street.decisions()
    let allowed = decisions.filter { $0["verdict"] == "allow" }
    #expect(allowed.allSatisfy { $0["host"] == "allowed.test" }, "\(allowed.map(\.text))")
    // Both kinds of WebSocket are a CONNECT.
    for port in [street.site.securePort, street.site.plainPort] {
      let tunnels = allowed.filter { $0["method"] == "CONNECT" && $0.number("port") == Int(port) }
      #expect(!tunnels.isEmpty, "no CONNECT to port \(port)")
    }
    let denied = decisions.filter { $0["verdict"] == "deny" }
    #expect(denied.contains { $0["host"] == "denied.test" }, "\(denied.map(\.text))")
    let others = Set(denied.compactMap { $0["host"] }).subtracting(["denied.test"]).sorted()
    print("chromium also asked for, and did not get: \(others.joined(separator: " "))")
    let questions = Set(street.names.questions.map { $0.split(separator: " ").last ?? "" })
    #expect(questions == ["allowed.test"])
  }

  @Test("a person who opens a denied page reads why, where the browser shows it")
  func refusal() throws {
    let street = try GuardedStreet()
    let child = try chromium(
      street, ["--dump-dom", street.url("denied.test", isSecure: false)])
    _ = try child.wait(within: 90)
    #expect(child.standardOutput.contains("is not on allowlist \(SluiceProcess.listLabel)."))
    #expect(child.standardOutput.contains("Ask for denied.test to be added"))
  }

  @Test("chromium without credentials loads nothing where they are asked for")
  func locked() throws {
    let street = try GuardedStreet()
    for isSecure in [true, false] {
      let browser = try chromium(
        street, ["--dump-dom", street.url("allowed.test", isSecure: isSecure)], street.locked)
      _ = try browser.wait(within: 90)
      #expect(!browser.standardOutput.contains("hello"), "\(browser.standardOutput)")
    }
    let decisions = try street.decisions()
    #expect(decisions.contains { $0["host"] == "allowed.test" }, "\(street.auditText)")
    #expect(decisions.allSatisfy { $0["reason"] == "credential_required" }, "\(street.auditText)")
  }

  @Test("aiohttp talks to a WebSocket through CONNECT, and by an Upgrade of plain HTTP")
  func aiohttp() throws {
    let street = try GuardedStreet()
    let folder = try TemporaryFolder()
    let program = try folder.write(
      "talk.py",
      """
      import asyncio, ssl, sys
      import aiohttp
      async def main():
          context = ssl.create_default_context(cafile=sys.argv[1])
          async with aiohttp.ClientSession(trust_env=True) as session:
              for url in sys.argv[2:]:
                  try:
                      async with session.ws_connect(url, ssl=context) as socket:
                          await socket.send_str("hello through a WebSocket")
                          print(await socket.receive_str())
                  except Exception as problem:
                      print(type(problem).__name__, problem)
      asyncio.run(main())

      """)
    let urls = ["allowed.test", "denied.test"].flatMap {
      [street.url($0, isSecure: true, "echo"), street.url($0, isSecure: false, "echo")]
    }
    let finished = try Child.run(
      [try Tool.python("aiohttp"), program, street.site.authority.authorityFile] + urls,
      environment: ["http_proxy": street.open, "https_proxy": street.open], within: 60)
    let lines = finished.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 4, "\(finished.text)")
    #expect(lines[0] == "hello through a WebSocket" && lines[1] == lines[0], "\(lines)")
    #expect(lines[2].hasPrefix("ClientHttpProxyError 403, message='\(Street.refusal)'"), "\(lines)")
    #expect(lines[3].hasPrefix("WSServerHandshakeError 403"), "\(lines)")
    let decisions = try street.decisions().filter { $0["verdict"] == "allow" }
    #expect(decisions.map { $0["method"] } == ["CONNECT", "GET"], "\(decisions.map(\.text))")
  }
}
