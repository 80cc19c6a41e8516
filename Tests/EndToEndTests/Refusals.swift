import Foundation
import Testing

/// One hostile request: what is sent, and which status may answer it.
struct HostileRequest: CustomStringConvertible {
  let description: String
  let bytes: [UInt8]
  let statuses: Set<Int>
}

/// A table of hostile requests, one row a call.
struct HostileTable {
  private(set) var requests: [HostileRequest] = []

  /// A request that has to be answered 400.
  mutating func add(_ what: String, _ text: String) {
    add(what, [400], bytes: Array(text.utf8))
  }

  mutating func add(_ what: String, _ statuses: Set<Int>, _ text: String) {
    add(what, statuses, bytes: Array(text.utf8))
  }

  mutating func add(_ what: String, _ statuses: Set<Int> = [400], bytes: [UInt8]) {
    requests.append(HostileRequest(description: what, bytes: bytes, statuses: statuses))
  }
}

/// The proxy with one allowed name that leads to an origin which must never be reached.
struct Fortress {
  let origin: Origin
  let names: NameServer
  let sluice: SluiceProcess
  var port: UInt16 { origin.port }

  init() throws {
    origin = try Origin()
    names = try NameServer(["address=/test/127.0.0.1"])
    sluice = try SluiceProcess(rules: ["allowed.test :\(origin.port)"], dns: names.port)
  }

  /// Sends each request on a connection of its own. Each has to be answered with one of its
  /// statuses and closed, to reach nobody, and to leave one decision record that denies.
  func refuses(_ requests: [HostileRequest]) throws {
    for request in requests {
      let answer = try sluice.exchange(request.bytes, within: 30)
      #expect(
        request.statuses.contains(answer.status),
        "\(request): \(answer.statusLine.isEmpty ? "no answer, \(answer.last)" : answer.statusLine)"
      )
      #expect(answer.last != .timeout, "\(request): the connection stayed open")
      #expect(answer.statusLines == 1, "\(request): \(answer.statusLines) answers")
      #expect(
        answer.field("Proxy-Status")?.hasPrefix("sluice") == true, "\(request): \(answer.text)")
      #expect(!origin.hasVisitor(), "\(request) reached the origin")
    }
    #expect(names.questions == [], "no request of these may cause a question")
    let records = try sluice.audit("decision", count: requests.count)
    #expect(records.count == requests.count, "one record for each request")
    #expect(records.allSatisfy { $0["verdict"] == "deny" })
    for (request, record) in zip(requests, records) {
      #expect(record["reason"] != nil && record["reason"] != "", "\(request): \(record.text)")
    }
    // The proxy is still in service.
    let client = try sluice.tunnel("allowed.test:\(origin.port)")
    #expect(origin.hasVisitor(within: 1))
    client.close()
  }
}

@Suite("hostile requests are answered, closed, recorded, and reach nobody")
struct Refusals {
  @Test("lines: every malformed request line and field line")
  func lines() throws {
    let fortress = try Fortress()
    let host = "allowed.test:\(fortress.port)"
    let get = "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n"
    func line(_ text: String) -> String { "\(text)\r\nHost: \(host)\r\n\r\n" }
    func field(_ text: String) -> String { "\(get)\(text)\r\n\r\n" }
    var table = HostileTable()
    table.add("bare LF", "GET http://\(host)/ HTTP/1.1\nHost: \(host)\n\n")
    table.add("one bare LF among the fields", "\(get)A: b\nC: d\r\n\r\n")
    table.add("bare CR in a value", field("A: b\rc"))
    table.add("CR CR LF", "GET http://\(host)/ HTTP/1.1\r\r\nHost: \(host)\r\n\r\n")
    table.add("a thousand leading CRLFs", String(repeating: "\r\n", count: 1_000) + get + "\r\n")
    table.add("obs-fold in the first field", "GET http://\(host)/ HTTP/1.1\r\n folded\r\n\r\n")
    table.add("obs-fold after a field", field("A: b\r\n c"))
    table.add("tab in the request line", line("GET\thttp://\(host)/\tHTTP/1.1"))
    table.add("double space in the request line", line("GET  http://\(host)/ HTTP/1.1"))
    table.add("space at the line's end", line("GET http://\(host)/ HTTP/1.1 "))
    table.add("HTTP/0.9", [400, 505], line("GET http://\(host)/"))
    table.add("HTTP/1.2", [505], line("GET http://\(host)/ HTTP/1.2"))
    table.add("HTTP/2.0", [505], line("GET http://\(host)/ HTTP/2.0"))
    table.add("HTTP/1.1x", [400, 505], line("GET http://\(host)/ HTTP/1.1x"))
    table.add("lower-case version", [400, 505], line("GET http://\(host)/ http/1.1"))
    table.add("method with a control byte", line("G\u{1}T http://\(host)/ HTTP/1.1"))
    table.add("no method", line(" http://\(host)/ HTTP/1.1"))
    table.add("empty field name", field(": b"))
    table.add("no colon", field("Abc"))
    table.add("space before the colon", field("A : b"))
    table.add("NUL in a value", field("A: b\u{0}c"))
    table.add("NUL in a name", field("A\u{0}: b"))
    table.add("DEL in a value", field("A: b\u{7f}"))
    table.add("a high byte in a name", field("\u{e9}: b"))
    table.add("a line of 64 KiB", [431], field("A: " + String(repeating: "b", count: 65_536)))
    table.add(
      "100,000 fields", [431],
      field(Array(repeating: "A: b", count: 100_000).joined(separator: "\r\n")))
    table.add(
      "a request line of 64 KiB", [400, 414, 431],
      line("GET http://\(host)/" + String(repeating: "a", count: 65_536) + " HTTP/1.1"))
    table.add(
      "a TLS ClientHello",
      bytes: [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3] + [UInt8](repeating: 7, count: 500))
    table.add("an SSLv2 hello", bytes: [0x80, 0x2e, 1, 0, 2] + [UInt8](repeating: 0, count: 60))
    table.add("an h2 preface", [400, 505], "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    table.add("a SOCKS5 greeting", bytes: [5, 1, 0, 0, 0])
    table.add("an SSH banner", [400], "SSH-2.0-OpenSSH_9.2\r\n\r\n")
    try fortress.refuses(table.requests)
  }

  @Test("targets: what is not one canonical authority is refused before anything is asked")
  func targets() throws {
    let fortress = try Fortress()
    let port = fortress.port
    let host = "allowed.test:\(port)"
    func absolute(_ target: String, _ field: String? = nil) -> String {
      "GET \(target) HTTP/1.1\r\nHost: \(field ?? host)\r\n\r\n"
    }
    var table = HostileTable()
    table.add("absolute form and another Host", absolute("http://\(host)/", "other.test:\(port)"))
    table.add(
      "absolute form and another port in Host", absolute("http://\(host)/", "allowed.test:81"))
    table.add("two Hosts", "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\nHost: \(host)\r\n\r\n")
    table.add("no Host", "GET http://\(host)/ HTTP/1.1\r\n\r\n")
    table.add("a list in Host", absolute("http://\(host)/", "\(host), \(host)"))
    table.add("userinfo in Host", absolute("http://\(host)/", "user@\(host)"))
    table.add("a path in Host", absolute("http://\(host)/", "\(host)/x"))
    table.add("userinfo", absolute("http://user@\(host)/"))
    table.add("an allowed name as userinfo", absolute("http://\(host)@evil.test/"))
    table.add("a backslash", absolute("http://evil.test\\@\(host)/"))
    table.add("a fragment", absolute("http://\(host)/#f"))
    table.add("a fragment that hides a host", absolute("http://evil.test#@\(host)/"))
    table.add("%00 in the host", absolute("http://evil.test%00.\(host)/"))
    table.add("%2e in the host", absolute("http://allowed%2etest:\(port)/"))
    table.add("a percent-encoded slash in the host", absolute("http://evil.test%2f.\(host)/"))
    table.add("//host", absolute("//\(host)/"))
    table.add("origin form", absolute("/"))
    table.add("asterisk", "OPTIONS * HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    table.add("GET with authority form", absolute(host))
    table.add("https in absolute form", absolute("https://\(host)/"))
    table.add("ftp", [400, 501], absolute("ftp://\(host)/"))
    table.add("ws", [400, 501], absolute("ws://\(host)/"))
    table.add("an empty host", absolute("http:///"))
    table.add("an empty host with a port", absolute("http://:\(port)/"))
    table.add("a space in the host", absolute("http://allowed .test/"))
    table.add("NUL in the host", absolute("http://evil.test\u{0}.\(host)/"))
    table.add("a full-width digit", absolute("http://１27.0.0.1:\(port)/"))
    table.add("an ideographic full stop", absolute("http://allowed。test:\(port)/"))
    table.add("a Kelvin sign", absolute("http://\u{212a}.test:\(port)/"))
    table.add("a dotless i", absolute("http://g\u{131}thub.test:\(port)/"))
    table.add("TRACE", [501], "TRACE http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    table.add("an unknown expectation", [417], absolute("http://\(host)/", "\(host)\r\nExpect: x"))
    try fortress.refuses(table.requests)
  }

  @Test("CONNECT: authorities, ports and address spellings that name nothing for certain")
  func connects() throws {
    let fortress = try Fortress()
    let port = Int(fortress.port)
    var table = HostileTable()
    func refuse(_ what: String, _ target: String) {
      table.add(what, "CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\r\n")
    }
    for suffix in ["/", "?x", "#x", "/path"] {
      refuse("CONNECT with \(suffix)", "allowed.test:\(port)\(suffix)")
    }
    refuse("no port", "allowed.test")
    refuse("an empty port", "allowed.test:")
    refuse("port 0", "allowed.test:0")
    refuse("port 65536", "allowed.test:65536")
    refuse("a port that wraps at 2^16", "allowed.test:\(65_536 + port)")
    refuse("a port that wraps at 2^32", "allowed.test:\(4_294_967_296 + port)")
    refuse("a signed port", "allowed.test:+\(port)")
    refuse("a negative port", "allowed.test:-1")
    refuse("a port with a leading zero", "allowed.test:0\(port)")
    refuse("a hexadecimal port", "allowed.test:0x1bb")
    refuse("a port by name", "allowed.test:https")
    refuse("a space before the port", "allowed.test: \(port)")
    refuse("two ports", "allowed.test:\(port):\(port)")
    refuse("userinfo", "user@allowed.test:\(port)")
    refuse("a scheme", "http://allowed.test:\(port)")
    refuse("a name in brackets", "[allowed.test]:\(port)")
    refuse("brackets twice", "[[allowed.test]]:\(port)")
    refuse("an unbalanced bracket", "[::1:\(port)")
    refuse("a stray bracket", "a]b[c:\(port)")
    refuse("a zone", "[fe80::1%25eth0]:\(port)")
    refuse("a zone that looks like a name", "[::ffff:1.2.3.4%x.allowed.test]:\(port)")
    refuse("IPv4 in brackets", "[127.0.0.1]:\(port)")
    for spelling in [
      "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.1", "127.000.000.001",
      "2852039166", "0", "1.2.3.4.", "1.2.3.4.5", "256.1.1.1", "a.0x1",
    ] { refuse("the address spelling \(spelling)", "\(spelling):\(port)") }
    refuse("an empty host", ":\(port)")
    refuse("a leading dot", ".allowed.test:\(port)")
    refuse("two trailing dots", "allowed.test..:\(port)")
    refuse("an empty label", "a..allowed.test:\(port)")
    refuse("a star", "*.allowed.test:\(port)")
    refuse("a label of 64 bytes", String(repeating: "a", count: 64) + ".test:\(port)")
    refuse(
      "a name of 254 bytes",
      String(repeating: String(repeating: "a", count: 49) + ".", count: 5) + "test:\(port)")
    refuse("percent", "evil%2etest:\(port)")
    refuse("a backslash", "evil.test\\.allowed.test:\(port)")
    refuse("a control byte", "evil\u{1}.test:\(port)")
    refuse("NUL", "evil.test\u{0}.allowed.test:\(port)")
    refuse("DEL", "evil\u{7f}.test:\(port)")
    refuse("a Cyrillic letter", "g\u{456}thub.test:\(port)")
    let host = "allowed.test:\(port)"
    table.add("two names in Host", "CONNECT \(host) HTTP/1.1\r\nHost: evil.test, b.test\r\n\r\n")
    table.add("no Host", "CONNECT \(host) HTTP/1.1\r\n\r\n")
    table.add(
      "two Hosts",
      "CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\nHost: evil.test\r\n\r\n")
    table.add(
      "a body by length",
      "CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\nContent-Length: 5\r\n\r\nhello")
    table.add(
      "a body in chunks",
      "CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    try fortress.refuses(table.requests)
  }

  @Test("framing: every body whose end is open to question")
  func framing() throws {
    let fortress = try Fortress()
    let host = "allowed.test:\(fortress.port)"
    var table = HostileTable()
    func refuse(
      _ what: String, _ fields: String, _ statuses: Set<Int> = [400], version: String = "1.1"
    ) {
      table.add(
        what, statuses,
        "POST http://\(host)/ HTTP/\(version)\r\nHost: \(host)\r\n\(fields)\r\n\r\nhello")
    }
    refuse("CL and TE", "Content-Length: 5\r\nTransfer-Encoding: chunked")
    refuse("TE and CL", "Transfer-Encoding: chunked\r\nContent-Length: 5")
    refuse("two equal CL", "Content-Length: 5\r\nContent-Length: 5")
    refuse("two differing CL", "Content-Length: 5\r\nContent-Length: 6")
    for value in [
      "5,5", "5, 6", "+5", "-0", "-1", "0x5", "5 5", "9223372036854775808", "18446744073709551616",
      String(repeating: "9", count: 30), "", "5;", "five", "\u{660}5",
    ] { refuse("Content-Length \(value)", "Content-Length: \(value)") }
    for value in [
      "xchunked", "chunked, chunked", "chunked, identity", "identity", "", ",chunked", "chunked,",
      "\u{b}chunked", "\"chunked\"", "gzip, chunked", "chunked;q=1",
    ] { refuse("Transfer-Encoding \(value)", "Transfer-Encoding: \(value)", [400, 501]) }
    refuse("TE twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", [400, 501])
    refuse("TE folded", "Transfer-Encoding:\r\n chunked")
    refuse("TE with an underscore", "Transfer_Encoding: chunked")
    refuse("CL with an underscore", "Content_Length: 5")
    refuse("TE on 1.0", "Transfer-Encoding: chunked", version: "1.0")
    refuse(
      "Connection that names Content-Length", "Connection: content-length\r\nContent-Length: 5")
    refuse("Connection that names Host", "Connection: host")
    try fortress.refuses(table.requests)
  }

  @Test("what follows a refused request on its connection is not parsed")
  func pipelined() throws {
    let fortress = try Fortress()
    let host = "allowed.test:\(fortress.port)"
    let allowed = "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n"
    let malformed = try fortress.sluice.exchange(
      "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\nA : b\r\n\r\n" + allowed)
    #expect(malformed.status == 400)
    #expect(malformed.statusLines == 1)
    let denied = "CONNECT denied.test:443 HTTP/1.1\r\nHost: denied.test:443\r\n\r\n"
    let tunnel = try fortress.sluice.exchange(denied + allowed)
    #expect(tunnel.status == 403)
    #expect(tunnel.statusLines == 1)
    #expect(!fortress.origin.hasVisitor(within: 0.2))
    #expect(try fortress.sluice.audit("decision", count: 2).count == 2)
  }

  @Test("a refused request whose body is on its way gets its answer, not a reset")
  func lateBody() throws {
    let fortress = try Fortress()
    let answer = try fortress.sluice.exchange(
      "POST http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\nContent-Length: 200000\r\n\r\n"
        + String(repeating: "x", count: 200_000))
    #expect(answer.status == 403, "\(answer.text.prefix(200))")
  }

  @Test("denied with Expect: 100-continue is refused at once, with no 100 before it")
  func denyBeforeContinue() throws {
    let fortress = try Fortress()
    let answer = try fortress.sluice.exchange(
      "POST http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\nContent-Length: 5\r\n"
        + "Expect: 100-continue\r\n\r\n", within: 30)
    #expect(answer.status == 403, "\(answer.text)")
    #expect(answer.statusLines == 1)
  }

  @Test("a refusal says in its reason phrase, its fields and its JSON body what was denied and why")
  func shapeOfARefusal() throws {
    let fortress = try Fortress()
    let request = "CONNECT denied.test:443 HTTP/1.1\r\nHost: denied.test:443\r\n"
    let answer = try fortress.sluice.exchange(request + "\r\n")
    #expect(answer.statusLine == "HTTP/1.1 403 \(Street.refusal)")
    #expect(
      answer.field("Proxy-Status")
        == "sluice; error=http_request_denied; details=\"not_allowlisted\"")
    #expect(answer.field("Content-Type") == "application/json")
    #expect(answer.field("Content-Length") == String(answer.body.utf8.count))
    let body = try #require(answer.json, "\(answer.text)")
    #expect(body["error"] as? String == "not_allowlisted")
    #expect(body["host"] as? String == "denied.test")
    #expect(body["port"] as? Int == 443)
    #expect(body["environment"] as? String == "default")
    #expect(body["access"] as? String == "limited")
    #expect(body["allowlist"] as? String == SluiceProcess.listLabel)
    #expect((body["next"] as? String)?.contains("denied.test") == true)
    let record = try fortress.sluice.audit("decision", count: 1)[0]
    #expect(body["request_id"] as? String == record["id"])

    let plain = try fortress.sluice.exchange(request + "Accept: text/plain\r\n\r\n")
    #expect(plain.field("Content-Type")?.hasPrefix("text/plain") == true, "\(plain.text)")
    #expect(plain.body.contains("denied.test"))
    let head = try fortress.sluice.exchange(
      "HEAD http://denied.test/ HTTP/1.1\r\nHost: denied.test\r\nConnection: close\r\n\r\n")
    #expect(head.status == 403)
    #expect(head.body == "", "the answer to HEAD has no body")
  }

  @Test("a name is one name in every spelling: case and one trailing dot change nothing")
  func oneSpelling() throws {
    let fortress = try Fortress()
    for spelling in ["ALLOWED.test", "allowed.test.", "Allowed.TEST."] {
      let client = try fortress.sluice.tunnel("\(spelling):\(fortress.port)")
      _ = try fortress.origin.accept()
      client.close()
    }
    let records = try fortress.sluice.audit("decision", count: 3)
    #expect(records.allSatisfy { $0["host"] == "allowed.test" && $0["verdict"] == "allow" })
    #expect(Set(fortress.names.questions) == ["A allowed.test", "AAAA allowed.test"])
  }

  @Test("a head that comes byte by byte is the same head")
  func drip() throws {
    let fortress = try Fortress()
    let client = try fortress.sluice.connect()
    let host = "allowed.test:\(fortress.port)"
    for byte in "CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8 { client.send([byte]) }
    #expect(try client.receiveHead().hasPrefix("HTTP/1.1 200 "))
    _ = try fortress.origin.accept()
  }
}
