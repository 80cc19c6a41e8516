import Configuration
import Domains
import Policy
import Testing

@Suite("Unix listeners, their clients, and PROXY headers in the file") struct PeerKeyTests {
  static let text = """
    listeners:
      - proxy: unix:/run/sluice/proxy.sock
        mode: "0666"
        group: "7"
        environment: a
      - proxy: 127.0.0.1:3128
        proxy_protocol: [10.0.0.9, "fd00::/64"]
      - proxy: systemd:web
        proxy_protocol: [unix]
    environments:
      a:
        users: [root, "1000"]
        groups: [5]
      b:
        base: a
        cgroups: [/system.slice/ci.service, /]
    """

  @Test("every key is taken, in the order of the listeners' numbers")
  func taken() throws {
    let settings = try configuration(Self.text).settings(file: "f.yaml")
    #expect(
      settings.listenerPlaces
        == ["127.0.0.1:3128", "systemd:web", "unix:/run/sluice/proxy.sock"])
    #expect(
      settings.unixListeners
        == [UnixListenerSettings(path: "/run/sluice/proxy.sock", mode: 0o666, group: 7)])
    #expect(settings.listenerEnvironments == [nil, nil, "a"])
    let one = try #require(AddressRange("10.0.0.9"))
    let other = try #require(AddressRange("fd00::/64"))
    #expect(settings.headerPeers == [[.network(one), .network(other)], [.process], []])
    #expect(settings.environments[0].unixPeers == [.user(0), .user(1000), .group(5)])
    // Never inherited.
    #expect(
      settings.environments[1].unixPeers == [.cgroup("/system.slice/ci.service"), .cgroup("/")])
  }

  @Test("a flag names a Unix socket too, of the usual mode")
  func flag() throws {
    let place = try ListenPlace.parse(SettingText("--listen", "unix:/run/p.sock"))
    #expect(place == .unix("/run/p.sock") && place.description == "unix:/run/p.sock")
    #expect(UnixListenerSettings(path: "/x").mode == 0o660)
  }

  @Test("the policy of the settings places a process and asks for headers")
  func snapshot() throws {
    let settings = try configuration(Self.text).settings(file: "f.yaml")
    let snapshot = try settings.makeSnapshot(generation: 1)
    #expect(snapshot.hasCgroups)
    #expect(snapshot.place(listener: 1, user: 1000, group: 9) == .environment(0))
    #expect(snapshot.headerDutyOfProcess(listener: 1) == .required)
    #expect(snapshot.headerDutyOfProcess(listener: 2) == .none)
    let balancer = try #require(IPAddress("10.0.0.9"))
    #expect(snapshot.headerDuty(listener: 0, client: balancer) == .required)
    // Without environments there is one, and headers all the same.
    var plain = Settings()
    plain.headerPeers = [[.network(try #require(AddressRange("10.0.0.9")))]]
    let open = try plain.makeSnapshot(generation: 1)
    #expect(open.headerDuty(listener: 0, client: balancer) == .required)
  }

  @Test(
    "what is wrong is told with its place and what to write",
    arguments: [
      (
        "listeners: [{ proxy: unix:proxy.sock }]",
        "1:22: proxy 'unix:proxy.sock': not a path that starts with a slash; write it as unix:/run/sluice/proxy.sock"
      ),
      ("listeners: [{ proxy: 'unix:/' }]", "not a path that starts with a slash"),
      ("listeners: [{ proxy: 'unix:/run/' }]", "not a path of a file"),
      (
        "listeners: [{ proxy: 'unix:/\(String(repeating: "x", count: 107))' }]",
        "a path of 108 bytes, and the kernel takes 107"
      ),
      ("listeners: [{ proxy: 127.0.0.1:1, mode: '0660' }]", "1:35: mode of a listener that is no"),
      (
        "listeners: [{ proxy: systemd:a, owner: '0' }]",
        "owner of a listener that is no Unix socket"
      ),
      ("listeners: [{ proxy: unix:/a, mode: '660' }]", "mode '660': not a mode; write four octal"),
      ("listeners: [{ proxy: unix:/a, mode: '0668' }]", "mode '0668': not a mode"),
      ("listeners: [{ proxy: unix:/a, mode: '1777' }]", "mode '1777': not a mode"),
      (
        "listeners: [{ proxy: unix:/a }, { proxy: unix:/a }]",
        "unix:/a is a listener already, on line 1"
      ),
      (
        "listeners: [{ proxy: unix:/a, proxy_protocol: [10.0.0.9] }]",
        "an address where clients are processes; write unix"
      ),
      (
        "listeners: [{ proxy: 127.0.0.1:1, proxy_protocol: [unix] }]",
        "processes where clients have addresses"
      ),
      (
        "listeners: [{ proxy: 127.0.0.1:1, proxy_protocol: [10.0.0.9/8] }]",
        "proxy_protocol '10.0.0.9/8': not a range of addresses"
      ),
      (
        "environments:\n  a:\n    users: [no-such-user-here]\n",
        "3:13: users 'no-such-user-here': no user of this name on this machine; write one that `getent passwd` finds"
      ),
      ("environments: { a: { groups: [no-such-group] } }", "no group of this name"),
      ("environments: { a: { users: ['007'] } }", "not a number of a user"),
      ("environments: { a: { users: ['4294967295'] } }", "not a number of a user"),
      ("environments: { a: { users: [root, 0] } }", "user 0 stands here already"),
      (
        "environments: { a: { users: [5] }, b: { users: [5] } }",
        "user 5 of environment 'a' too; write it in one of them"
      ),
      ("environments: { a: { cgroups: [a] } }", "cgroups 'a': not a path of a control group"),
      ("environments: { a: { cgroups: [/a/] } }", "not a path of a control group"),
      ("environments: { a: { cgroups: [/a/../b] } }", "not a path of a control group"),
      (
        "environments: { a: { cgroups: [/a] }, b: { cgroups: [/a] } }",
        "control group /a of environment 'a' too"
      ),
    ])
  func complaint(_ text: String, _ message: String) {
    let lines = complaints(text)
    #expect(lines.count == 1 && lines.first?.contains(message) == true, "\(lines)")
  }

  static let credential =
    "sha256:aaaaaaaaah:\(String(repeating: "0", count: 32)):"
    + String(repeating: "1", count: 64)

  @Test(
    "what two environments claim, or one claims twice, is refused at the line of the second",
    arguments: [
      ("clients", "10.0.0.1", "10.0.0.1/32", "clients 10.0.0.1"),
      ("clients", "fd00::1", "fd00:0::1", "clients fd00::1"),
      ("users", "root", "'0'", "user 0"),
      ("groups", "'7'", "'7'", "group 7"),
      ("cgroups", "/a", "/a", "control group /a"),
      ("credentials", credential, credential.replacing("1", with: "2"), "this credential"),
    ])
  func twins(_ key: String, _ first: String, _ second: String, _ what: String) {
    let once = complaints(
      "environments:\n  a:\n    \(key):\n      - \(first)\n      - \(second)\n")
    #expect(
      [
        ["f.yaml:5:9: \(what) stands here already; write it once"],
        ["f.yaml:5:9: \(key): the same as on line 4; write it once"],
      ].contains(once), "\(once)")
    let two = complaints(
      "environments:\n  a:\n    \(key):\n      - \(first)\n"
        + "  b:\n    \(key):\n      - \(second)\n")
    #expect(
      two == ["f.yaml:7:9: \(what) of environment 'a' too; write it in one of them"])
  }

  @Test("clients are IPv4 wherever they can be written so")
  func mapped() {
    let lines = complaints("environments:\n  a:\n    clients:\n      - '::ffff:10.0.0.0/104'\n")
    #expect(
      lines == [
        "f.yaml:4:9: clients ::ffff:a00:0/104 is an IPv4 network in IPv6 form; write it as IPv4"
      ])
    #expect(complaints("environments:\n  a:\n    clients: ['::/0']\n") == [])
  }
}
