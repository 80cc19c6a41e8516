import Domains
import Policy
import Testing

@Suite("explanations") struct ExplanationTests {
  @Test(
    "a decision about a name says which rule or list it comes from",
    arguments: [
      (
        AccessLevel.limited, "a.com", "evil.example", UInt16(443),
        "evil.example is not on allowlist list1@1",
        "Ask for evil.example to be added to allowlist list1."
      ),
      (
        .limited, "a.com", "a.com", 22, "port 22 of a.com is not among the ports of list1@1:5",
        "Ask for port 22 to be added to the rule for a.com."
      ),
      (.limited, "a.com", "a.com", 443, "a.com:443 is allowed by list1@1:5", ""),
      (
        .limited, "a.com until=2026-01-01", "a.com", 443, "list1@1:5 for a.com has expired",
        "Ask the owner of the list for a rule with a later date."
      ),
      (
        .limited, "!a.com", "a.com", 443, "a.com is denied by list1@1:5",
        "A list denies this host on purpose; ask the owner of the list."
      ),
      (
        .full, "!!a.com", "x.a.com", 443, "x.a.com is denied always by list1@1:5",
        "A list denies this host and everything below it for good; use another source."
      ),
      (.full, "a.com", "b.com", 443, "b.com:443 is a public host", ""),
      (
        .full, "a.com", "b.com", 22, "port 22 of b.com is not allowed without a rule",
        "Use port 80 or 443, or ask for a rule with this port."
      ),
      (
        .full, "a.com", "localhost", 80, "localhost is not a name of the public DNS",
        "Use a public name, or ask for a rule that names this host."
      ),
      (
        .none, "a.com", "a.com", 443, "a.com is not on the essential list",
        "This environment reaches the essential list only; ask for access level limited or full."
      ),
    ])
  func names(
    _ level: AccessLevel, _ rules: String, _ host: String, _ number: UInt16, _ summary: String,
    _ next: String
  ) throws {
    let snapshot = try snapshot(level, lists: [rules])
    let explanation = try snapshot.text(try snapshot.decide(host, number), host, number)
    #expect(explanation.summary == summary)
    #expect(explanation.next == next)
  }

  @Test(
    "a decision about an address says what the address is",
    arguments: [
      (
        AccessLevel.limited, "140.82.112.3", UInt16(443),
        "140.82.112.3 is an address, and access level limited takes names"
      ),
      (.full, "127.0.0.1", 443, "127.0.0.1 is a loopback address"),
      (.full, "169.254.169.254", 80, "169.254.169.254 is a cloud's metadata service"),
      (.full, "::ffff:8.8.8.8", 80, "::ffff:808:808 is an IPv4 address in IPv6 form"),
      (.full, "2606:4700::1111", 443, "[2606:4700::1111]:443 is a public address"),
      (.full, "8.8.8.8", 53, "port 53 of 8.8.8.8 is not allowed"),
      (.full, "127.0.0.1", 3128, "127.0.0.1:3128 is this proxy itself"),
      (.limited, "10.0.0.1", 80, "10.0.0.1:80 is in an address range that is opened"),
    ])
  func addresses(_ level: AccessLevel, _ target: String, _ number: UInt16, _ summary: String) throws
  {
    let own = OwnAddresses(listeners: [
      .init(address: try address("127.0.0.1"), port: try port(3128))
    ])
    let snapshot = try snapshot(level, opened: [opened("10.0.0.0/8")], own: own)
    let explanation = try snapshot.text(try snapshot.decide(target, number), target, number)
    #expect(explanation.summary == summary)
  }

  @Test("an allowed name that resolves to forbidden addresses says so")
  func resolved() throws {
    let snapshot = try snapshot(.full)
    let explanation = snapshot.explainResolved(
      host: "rebind.example.com", to: try address("10.0.0.1"), port: .https)
    #expect(
      explanation.summary
        == "rebind.example.com resolves to an address that may not be dialled: 10.0.0.1 is a private "
        + "address")
    #expect(explanation.next == ReasonCode.addressForbidden.nextStep.description)
  }

  @Test("the phrase for an unlisted host names the lists, and stays short with many")
  func phrase() throws {
    #expect(try snapshot(.none).phrase() == " is not on the essential list")
    #expect(
      try snapshot(.limited).phrase()
        == " is not on an allowlist, because this environment has none")
    #expect(try snapshot(.limited, lists: ["a.com"]).phrase() == " is not on allowlist list1@1")
    #expect(
      try snapshot(.limited, lists: ["a.com", "b.com"]).phrase()
        == " is not on allowlists list1@1, list2@1")
    let many = try snapshot(.limited, lists: (1...60).map { "a\($0).com" })
    #expect(many.phrase() == " is not on any of 60 allowlists, list1@1 and others")
  }
}
