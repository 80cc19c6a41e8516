import Foundation
import Testing

/// Every client is asked the same questions. Its TLS goes to a port on which the SNI guard is at work,
/// so each page that comes over CONNECT says that its hello passes. What a single client does besides
/// is in ``Clients``. One after the other: they are heavy, and other tests run beside them.
@Suite(
  "one table of clients: allowed, denied, asked for a credential, checked for SNI", .serialized)
struct ClientTable {
  @Test(
    "a client gets what is allowed, sees why not, and gets in with a token",
    arguments: RealClient.all)
  func questions(client: RealClient) throws {
    let street = try GuardedStreet()
    let folder = try TemporaryFolder()
    try client.prepare(folder)
    try client.publish(street.site)

    /// What is seen of the pages, in one run or several.
    func fetch(
      _ proxy: String, _ pages: [(host: String, isSecure: Bool)], _ more: [String: String] = [:]
    ) throws -> String {
      let urls = pages.map { street.url($0.host, isSecure: $0.isSecure, client.page) }
      let place = RealClient.Place(
        folder: folder, ca: street.site.authority.authorityFile, proxy: proxy)
      let command = try client.command(place)
      let told = ["http_proxy", "https_proxy"].map { ($0, proxy) }
      let environment = client.environment.merging(told) { $1 }.merging(more) { $1 }
      let runs = client.takesSeveral ? [urls] : urls.map { [$0] }
      return try runs.map {
        try Child.run(command + $0, environment: environment, within: 120).text
      }.joined()
    }
    let allowed = [(host: "allowed.test", isSecure: true), (host: "allowed.test", isSecure: false)]
    let denied = [(host: "denied.test", isSecure: true), (host: "denied.test", isSecure: false)]
    func successes(_ text: String) -> Int {
      text.components(separatedBy: client.success).count - 1
    }

    let open = try fetch(street.open, allowed + denied)
    #expect(successes(open) == 2, "\(open)")
    #expect(open.contains(client.denied.tunnel), "\(open)")
    #expect(open.contains(client.denied.plain), "\(open)")

    let locked = try fetch(street.locked, allowed)
    #expect(successes(locked) == 0, "\(locked)")
    #expect(locked.contains(client.locked.tunnel), "\(locked)")
    #expect(locked.contains(client.locked.plain), "\(locked)")

    let before = try street.decisions().count
    let unlocked = try fetch(street.unlocked, allowed)
    #expect(successes(unlocked) == 2, "\(unlocked)")
    let records = try street.decisions().dropFirst(before)
    #expect(records.count { $0["verdict"] == "allow" } >= 2, "\(records.map(\.text))")
    let asked = records.contains { $0["reason"] == "credential_required" }
    #expect(asked == client.asksFirst, "\(records.map(\.text))")
    #expect(
      records.allSatisfy { $0["verdict"] == "deny" || $0["environment"] == "locked" },
      "\(records.map(\.text))")
    #expect(!street.auditText.contains(street.token), "the token is in the audit log")

    if let sight = client.mismatch {
      let mismatch = try fetch(street.open, [allowed[0]], ["SERVER_NAME": "denied.test"])
      #expect(mismatch.contains(sight), "\(mismatch)")
      #expect(successes(mismatch) == 0, "\(mismatch)")
      #expect(try street.closes(with: "sni_mismatch").last?["target_raw"] == "denied.test")
    }
    // What was refused was refused before the name server was asked.
    #expect(street.names.questions(about: "denied.test").isEmpty)
  }
}
