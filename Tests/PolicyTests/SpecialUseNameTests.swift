import Domains
import Policy
import Testing

@Suite("special-use names") struct SpecialUseNameTests {
  private func isSpecial(_ name: String) throws -> Bool {
    var key = HostKey()
    let error = key.load(Array(name.utf8).span)
    try #require(error == nil, "\(name) is not a name")
    return SpecialUseName.isSpecial(key)
  }

  @Test(
    "a name that the public DNS does not answer for is special",
    arguments: [
      "localhost", "a.localhost", "printer.local", "metadata.google.internal",
      "host.docker.internal", "internal", "router.home.arpa", "arpa", "1.0.0.127.in-addr.arpa",
      "ipv4only.arpa", "resolver.arpa", "hidden.onion", "nothing.invalid", "bench.test",
      "www.example", "anything.alt", "wiki.corp", "nas.home", "box.lan", "mx.mail", "x.intranet",
      "x.private", "host.localdomain", "LOCALHOST.", "Printer.Local.",
    ])
  func special(_ name: String) throws {
    #expect(try isSpecial(name))
  }

  @Test(
    "a single label is special, because only a search list could complete it",
    arguments: ["com", "intranet1", "a", "gitlab", "xn--p1ai"])
  func singleLabel(_ name: String) throws {
    #expect(try isSpecial(name))
  }

  @Test(
    "a name that only looks special is not",
    arguments: [
      "example.com", "example.org", "local.example.com", "localhost.example.net", "notlocal.dev",
      "a.locals", "a.xlocal", "a.loca", "onion.com", "a.onions", "test.dev", "a.tests", "a.arp",
      "a.arpas", "a.arpa.com", "internal.io", "a.internals", "home.arpa.net", "a.tes", "a.ccorp",
      "a.al", "a.lann",
    ])
  func ordinary(_ name: String) throws {
    #expect(try !isSpecial(name))
  }
}
