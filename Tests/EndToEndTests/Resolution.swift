import Foundation
import Testing

@Suite("names: who is asked for them, and which addresses are dialled")
struct Resolution {
  static func connect(_ host: String, _ port: UInt16) -> String {
    "CONNECT \(host):\(port) HTTP/1.1\r\nHost: \(host):\(port)\r\n\r\n"
  }

  @Test("a denied name causes no DNS packet and no connection")
  func deniedNameIsNotAsked() throws {
    let origin = try Origin()
    let names = try NameServer(["address=/test/127.0.0.1"])
    let sluice = try SluiceProcess(rules: ["allowed.test :\(origin.port)"], dns: names.port)
    for host in ["denied.test", "sub.allowed.test", "allowed.test.evil.test", "xallowed.test"] {
      #expect(try sluice.exchange(Resolution.connect(host, origin.port)).status == 403)
      let request =
        "GET http://\(host):\(origin.port)/ HTTP/1.1\r\nHost: \(host):\(origin.port)\r\n\r\n"
      let client = try sluice.connect()
      client.send(request)
      #expect(try client.receiveHead().hasPrefix("HTTP/1.1 403 "))
    }
    // A port that no rule opens is no reason to ask either.
    #expect(try sluice.exchange(Resolution.connect("allowed.test", 22)).status == 403)
    // An allowed request after them shows that the log works and that nothing was before it.
    let client = try sluice.tunnel("allowed.test:\(origin.port)")
    #expect(origin.hasVisitor())
    #expect(Set(names.questions) == ["A allowed.test", "AAAA allowed.test"])
    client.close()
    _ = try origin.accept()
    #expect(!origin.hasVisitor(within: 0.2), "one connection, that of the allowed request")
  }

  @Test("no search domain is appended and no other name is asked for")
  func onlyTheNameItself() throws {
    let names = try NameServer(["local=/test/"])
    let sluice = try SluiceProcess(rules: ["absent.test"], dns: names.port)
    let answer = try sluice.exchange(Resolution.connect("absent.test", 443))
    #expect(answer.status == 502, "\(answer.text)")
    #expect(Set(names.questions) == ["A absent.test", "AAAA absent.test"])
  }

  @Test(
    "a name that leads to a forbidden address is refused with address_forbidden, and not dialled",
    arguments: [
      ["host-record=allowed.test,10.1.2.3"],
      ["host-record=allowed.test,169.254.169.254"],
      ["host-record=allowed.test,192.168.0.1", "host-record=allowed.test,fd00:ec2::254"],
      ["host-record=allowed.test,::ffff:127.0.0.1"],
      ["host-record=allowed.test,100.64.0.1"],
      ["cname=allowed.test,inside.test", "host-record=inside.test,10.1.2.3"],
    ])
  func forbiddenAnswer(_ records: [String]) throws {
    let origin = try Origin()
    let names = try NameServer(records)
    let sluice = try SluiceProcess(rules: ["allowed.test :\(origin.port)"], dns: names.port)
    let answer = try sluice.exchange(Resolution.connect("allowed.test", origin.port))
    #expect(answer.status == 403, "\(answer.text)")
    #expect(answer.text.contains("address_forbidden"), "\(answer.text)")
    let record = try #require(try sluice.audit("decision", count: 1).last)
    #expect(record["reason"] == "address_forbidden", "\(record.text)")
    #expect(record["verdict"] == "deny", "\(record.text)")
    #expect(!origin.hasVisitor())
  }

  @Test("the loopback is forbidden unless the operator opens it")
  func loopbackIsClosed() throws {
    let origin = try Origin()
    let names = try NameServer(["host-record=allowed.test,127.0.0.1,::1"])
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(origin.port)"], dns: names.port, allowAddresses: [])
    let answer = try sluice.exchange(Resolution.connect("allowed.test", origin.port))
    #expect(answer.status == 403, "\(answer.text)")
    #expect(answer.text.contains("address_forbidden"), "\(answer.text)")
    #expect(!origin.hasVisitor(within: 0.2))
  }

  @Test("of a mixed answer the forbidden addresses are dropped and the others are dialled")
  func mixedAnswer() throws {
    let origin = try Origin()
    // 127.0.0.1 is opened; the private and the metadata address beside it are not.
    let names = try NameServer([
      "host-record=allowed.test,127.0.0.1", "host-record=allowed.test,10.0.0.1",
      "host-record=allowed.test,169.254.169.254",
    ])
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(origin.port)"], dns: names.port, allowAddresses: ["127.0.0.1/32"])
    let client = try sluice.tunnel("allowed.test:\(origin.port)")
    let upstream = try origin.accept()
    client.send("hello")
    #expect(try upstream.receive(exactly: 5) == Array("hello".utf8))
    let record = try #require(try sluice.audit("decision", count: 1).last)
    #expect(record["address"] == "127.0.0.1", "\(record.text)")
    #expect(
      record.text.contains("10.0.0.1")
        || record.order.contains { $0.contains("dropped") || $0.contains("forbidden") },
      "the dropped answers are recorded: \(record.text)")
  }

  @Test("the address that was checked is the one dialled: a name that moves is checked again")
  func rebinding() throws {
    let origin = try Origin()
    let inside = try Origin(port: origin.port, lastByte: 2)
    // The first answer is in the opened range, every later one is not.
    let names = try ChangingNameServer(first: [127, 0, 0, 1], then: [127, 0, 0, 2])
    defer { names.stop() }
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(origin.port)"], dns: names.port, allowAddresses: ["127.0.0.1/32"])
    let client = try sluice.tunnel("allowed.test:\(origin.port)")
    _ = try origin.accept()
    client.close()
    #expect(names.answered == 1, "checked and dialled by one answer")
    var answer = Answer(bytes: [], last: .timeout)
    try eventually("a refusal once the first answer is out of date") {
      answer = try sluice.exchange(Resolution.connect("allowed.test", origin.port), within: 0.2)
      return answer.status == 403
    }
    #expect(answer.text.contains("address_forbidden"), "\(answer.text)")
    #expect(!inside.hasVisitor(within: 0.2))
    let decisions = try sluice.audit("decision", count: 2)
    for record in decisions where record["verdict"] == "allow" {
      #expect(record["address"] == "127.0.0.1", "\(record.text)")
    }
  }

  @Test("an IPv6 address that nobody serves does not keep the IPv4 one from being tried")
  func secondFamily() throws {
    let origin = try Origin()
    let names = try NameServer(["host-record=allowed.test,127.0.0.1,::1"])
    let sluice = try SluiceProcess(
      rules: ["allowed.test :\(origin.port)"], dns: names.port,
      allowAddresses: ["127.0.0.0/8", "::1/128"])
    let client = try sluice.tunnel("allowed.test:\(origin.port)")
    let upstream = try origin.accept()
    client.close()
    upstream.close()
    // The decision is on record before the first connect; the end says which address was used.
    let record = try #require(try sluice.audit("close", count: 1).last)
    #expect(record["address"] == "127.0.0.1", "\(record.text)")
  }

  @Test(
    "an address literal is denied in limited access, in every spelling",
    arguments: [
      "10.0.0.1", "169.254.169.254", "[::1]", "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "8.8.8.8",
    ])
  func literal(_ host: String) throws {
    let sluice = try SluiceProcess(rules: ["allowed.test"], allowAddresses: [])
    let answer = try sluice.exchange(Resolution.connect(host, 443))
    #expect(answer.status == 403, "\(answer.text)")
    let record = try #require(try sluice.audit("decision", count: 1).last)
    #expect(["address_literal_denied", "address_forbidden"].contains(record["reason"] ?? ""))
  }

  @Test("the proxy refuses to connect to itself, even in an opened range")
  func loop() throws {
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let sluice = try SluiceProcess(rules: ["allowed.test :*"], dns: names.port)
    let answer = try sluice.exchange(Resolution.connect("allowed.test", sluice.port))
    #expect(answer.status == 403, "\(answer.text)")
    #expect(answer.text.contains("address_forbidden"), "\(answer.text)")
  }
}
