import Domains
import Glibc
import Testing

@testable import Resolver

@Suite("The hosts file")
struct HostsFileTests {
  private static let text = """
    # comment
    192.0.2.1 one.example alias.example # and more
    \t192.0.2.2\tTWO.Example.
    2001:db8::1 one.example
    192.0.2.3 one.example
    300.1.1.1 bad.example
    fe80::1%eth0 zone.example
    192.0.2.9
    192.0.2.4 last.example
    """

  @Test(
    "names are taken as hosts(5) says, and only those",
    arguments: [
      ("one.example", [v6(last: 1), v4(192, 0, 2, 1), v4(192, 0, 2, 3)]),
      ("alias.example", [v4(192, 0, 2, 1)]),
      ("two.example", [v4(192, 0, 2, 2)]),
      ("last.example", [v4(192, 0, 2, 4)]),
      ("bad.example", nil), ("zone.example", nil), ("more", nil), ("one.exampl", nil),
      ("one.examplee", nil), ("comment", nil),
    ] as [(String, [IPAddress]?)])
  func names(_ row: (name: String, addresses: [IPAddress]?)) {
    let path = temporaryFile(Self.text)
    defer { unlink(path) }
    let rig = Rig { $0.hostsFile = path }
    rig.server.script = { question, _ in .reply(Response(question).failing(3)) }
    if let addresses = row.addresses {
      #expect(rig.ask(row.name) == .answer(addresses))
      rig.turn()
      #expect(rig.server.log.isEmpty)
    } else {
      #expect(rig.resolve(row.name) == .failure(.notFound))
      #expect(rig.server.log.count == 2)
    }
  }

  @Test("a change is seen after 5 s, not before")
  func change() {
    let path = temporaryFile("192.0.2.1 one.example\n")
    defer { unlink(path) }
    let rig = Rig { $0.hostsFile = path }
    #expect(rig.ask("one.example") == .answer([v4(192, 0, 2, 1)]))
    let file = fopen(path, "w")
    fputs("192.0.2.77 one.example\n", file)
    fclose(file)
    rig.now += 5 * Rig.second - 1
    #expect(rig.ask("one.example") == .answer([v4(192, 0, 2, 1)]))
    rig.now += 1
    #expect(rig.ask("one.example") == .answer([v4(192, 0, 2, 77)]))
  }

  @Test("that is missing names nothing")
  func missing() {
    let rig = Rig { $0.hostsFile = "/nonexistent/hosts" }
    rig.server.script = { question, _ in .reply(Response(question).failing(3)) }
    #expect(rig.resolve("one.example") == .failure(.notFound))
  }

  @Test("that is a FIFO does not block")
  func fifo() {
    let path = temporaryFile("")
    unlink(path)
    #expect(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    let rig = Rig { $0.hostsFile = path }
    rig.server.script = { question, _ in .reply(Response(question).failing(3)) }
    #expect(rig.resolve("one.example") == .failure(.notFound))
  }

  @Test("localhost is loopback without a query (RFC 6761), onion and invalid do not exist")
  func special() {
    let rig = Rig()
    let loopback = Rig.Immediate.answer([IPAddress(v6High: 0, low: 1), v4(127, 0, 0, 1)])
    #expect(rig.ask("localhost") == loopback)
    #expect(rig.ask("db.localhost") == loopback)
    #expect(rig.ask("abc.onion") == .failure(.notFound))
    #expect(rig.ask("abc.invalid") == .failure(.notFound))
    rig.turn()
    #expect(rig.server.log.isEmpty)
    #expect(rig.ask("notlocalhost") == .pending)
  }
}
