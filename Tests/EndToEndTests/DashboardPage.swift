import Foundation
import Testing

@Suite("the administration's page, in a real browser") struct DashboardPage {
  @Test("chromium shows what goes and what does not, and ends a tunnel, under a policy that holds")
  func page() throws {
    let proxy = try AdministeredProxy()
    let tunnel = try proxy.tunnel()
    #expect(try proxy.get("denied.test") == 403)
    let program = try proxy.folder.write("browse.py", DashboardBrowser.program)
    // A folder for the pictures of the documents, if somebody wants them.
    let pictures =
      ProcessInfo.processInfo.environment["SLUICE_PICTURES"] ?? proxy.folder.path("pictures")
    try FileManager.default.createDirectory(
      atPath: pictures, withIntermediateDirectories: true)
    let browser = try Child([
      try Tool.python("aiohttp"), program, "http://127.0.0.1:\(proxy.adminPort)/", proxy.token,
      pictures,
    ])
    try eventually("the page; it said: \(browser.standardOutput)", within: 180) {
      browser.standardOutput.contains("\ngo\n") || browser.poll() != nil
    }
    // Until it is shown: nobody knows when the page has begun to follow.
    try eventually("a decision on the page", within: 120) {
      _ = try proxy.get("later.test")
      return browser.standardOutput.contains("as it is made") || browser.poll() != nil
    }
    let end = try browser.wait(within: 180)
    let output = browser.standardOutput
    #expect(end == .exit(0), "\(output)\n\(browser.standardError)")
    for line in [
      "asks for a token, and says that a wrong one is wrong", "kept 1,0,",
      "shows what is refused and what is under way", "shows a decision as it is made",
      "allows a name, and shows what changed", "fits a phone", "ends a tunnel",
      "by keyboard: Forget the token solid", "controls without a name: 0", "problems: [] []",
      "scripts of others run: False False", "forgets the token",
    ] {
      #expect(output.contains(line + "\n"), "\(line) is not in:\n\(output)")
    }
    #expect(tunnel.receive(within: 20) == .reset)
  }
}
