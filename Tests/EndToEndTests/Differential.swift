import Foundation
import Testing

/// Thousands of broken and odd requests through the real proxy to real servers: what a server sees is one
/// request for each that was decided on, no more and no other.
@Suite("framing: proxy and origin agree on where each request begins and ends")
struct Differential {
  @Test("Python's http.server sees exactly the requests that were decided on")
  func python() throws { try compare(try PythonOrigin(), seed: 1) }

  @Test("nginx sees exactly the requests that were decided on")
  func nginx() throws { try compare(try NginxOrigin(), seed: 2) }

  /// Requests that an attack begins from. `@` is the authority, `#` the number of the input.
  static let seeds: [String] = [
    "GET http://@/#-a HTTP/1.1\r\nHost: @\r\nAccept: */*\r\n\r\n",
    "GET http://@/#-a HTTP/1.1\r\nHost: @\r\n\r\nGET http://@/#-b HTTP/1.1\r\nHost: @\r\n\r\n",
    "POST http://@/#-a HTTP/1.1\r\nHost: @\r\nContent-Length: 5\r\n\r\nhello",
    "POST http://@/#-a HTTP/1.1\r\nHost: @\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "POST http://@/#-a HTTP/1.1\r\nHost: @\r\nContent-Length: 49\r\n\r\n"
      + "GET /#-x HTTP/1.1\r\nHost: allowed.test\r\nX: yyyyy\r\n\r\n",
    "POST http://@/#-a HTTP/1.1\r\nHost: @\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "27\r\nGET /#-x HTTP/1.1\r\nHost: allowed.test\r\n\r\n\r\n0\r\n\r\n",
    "POST http://@/#-a HTTP/1.1\r\nHost: @\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "0\r\n\r\nGET /#-x HTTP/1.1\r\nHost: @\r\n\r\n",
    "POST http://@/#-a HTTP/1.1\r\nHost: @\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
      + "GET http://@/#-b HTTP/1.1\r\nHost: @\r\n\r\n",
    "POST http://@/#-a HTTP/1.1\r\nHost: @\r\nTE: trailers\r\nTrailer: X-A, Host\r\n"
      + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-A: GET\r\nHost: denied.test\r\n"
      + "X-B: 1\r\n\r\nGET http://@/#-b HTTP/1.1\r\nHost: @\r\n\r\n",
    "HEAD http://@/#-a HTTP/1.1\r\nHost: @\r\nConnection: keep-alive, X-A\r\nX-A: 1\r\n\r\n"
      + "PUT http://@/#-b HTTP/1.1\r\nHost: @\r\nContent-Length: 0\r\n\r\n",
    "GET http://@/#-a HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
    "OPTIONS http://@ HTTP/1.1\r\nHost: @\r\nMax-Forwards: 2\r\nX: #-a\r\n\r\n",
    "GET http://@/#-a HTTP/1.1\r\nHost: @\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
      + "GET http://@/#-b HTTP/1.1\r\nHost: @\r\n\r\n",
    "GET http://@/#-a HTTP/1.1\r\nHost: @\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
      + "HTTP2-Settings: AAMAAABk\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "POST http://@/#-a HTTP/1.1\r\nHost: @\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
    "GET http://@/#-a HTTP/1.1\r\nHost: @\r\n\r\nGET http://denied.test/#-x HTTP/1.1\r\n"
      + "Host: denied.test\r\n\r\nGET http://@/#-b HTTP/1.1\r\nHost: @\r\n\r\n",
  ]

  static let pieces: [String] = [
    "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ",", ";", "\u{0}", "\u{b}", "\u{7f}", "0", "9",
    "+",
    "chunked", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n",
    "transfer-encoding:\tchunked\r\n", "Transfer-Encoding : chunked\r\n", "Content-Length: 5\r\n",
    "Content-Length: 0\r\n", "content-length: 40\r\n", "Content-Length: +5\r\n",
    "Content_Length: 5\r\n",
    "Connection: close\r\n", "Connection: Content-Length\r\n", "Connection: Transfer-Encoding\r\n",
    "Connection: X-A\r\n",
    "Expect: 100-continue\r\n", "HTTP/1.0", "Trailer: X\r\n", "Trailer: X-A, Content-Length\r\n",
    "X-A: 1\r\n", "TE: trailers\r\n", "5\r\nhello\r\n",
    "0\r\n\r\n", "5;a=b\r\n", "X: y\r\n z\r\n", "GET /#-x HTTP/1.1\r\nHost: allowed.test\r\n\r\n",
    "%0d%0a", "/../", "?", "#", "\u{e9}",
  ]

  /// The number of an input with a check, so that a mutated one does not pass for another.
  static func name(_ number: Int) -> String { "z\(number).\(number &* 7919 % 9973)z" }

  static func number(_ name: some StringProtocol) -> Int? {
    let parts = name.split(separator: ".")
    guard parts.count == 2, let number = Int(parts[0]), let check = Int(parts[1]) else {
      return nil
    }
    return number * 7919 % 9973 == check ? number : nil
  }

  /// SplitMix64.
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }

  func input(_ number: Int, _ authority: String, _ random: inout Generator) -> [UInt8] {
    func bytes(_ text: String) -> [UInt8] {
      text.replacingOccurrences(of: "@", with: authority)
        .replacingOccurrences(of: "#-", with: Self.name(number) + "-").unicodeScalars.map {
          UInt8($0.value)
        }
    }
    var made = bytes(Self.seeds[number % Self.seeds.count])
    // The first round goes as it is.
    guard number >= Self.seeds.count else { return made }
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let piece = bytes(Self.pieces.randomElement(using: &random)!)
      let at = Int.random(in: 0...made.count, using: &random)
      let end = min(made.count, at + Int.random(in: 1...4, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: made.replaceSubrange(at..<end, with: piece)
      case 1: made.removeSubrange(at..<end)
      case 2: if at < made.count { made[at] = UInt8.random(in: 0...255, using: &random) }
      default:
        // At the beginning of a line, where a field or a chunk may stand.
        let place = made[..<at].lastIndex(of: 10).map { $0 + 1 } ?? at
        made.insert(contentsOf: piece, at: place)
      }
    }
    return made
  }

  func compare(_ origin: some CountingOrigin, seed: UInt64) throws {
    let names = try NameServer(["host-record=allowed.test,127.0.0.1"])
    let sluice = try SluiceProcess(rules: ["allowed.test :\(origin.port)"], dns: names.port)
    var random = Generator(state: seed)
    // Some five seconds; a machine that is busy otherwise does fewer.
    let deadline = monotonicSeconds() + 15
    var inputs: [[UInt8]] = []
    while inputs.count < 3_000, monotonicSeconds() < deadline {
      let bytes = input(inputs.count, "allowed.test:\(origin.port)", &random)
      inputs.append(bytes)
      let client = try sluice.connect()
      client.send(bytes, within: 2)
      client.finishSending()
      #expect(client.receiveAll(within: 30).last != .timeout, "input \(inputs.count - 1) hangs")
      client.close()
    }
    #expect(inputs.count >= 300, "too slow to say anything: \(inputs.count)")

    // One at a time, so the records of one input stand together; a connection that asked for nothing
    // leaves none.
    sluice.child.send(SIGTERM)
    _ = try sluice.child.wait(within: 20)
    let records = try sluice.audit().filter { $0.event == "decision" || $0.event == "close" }
    let allowed = records.filter { $0["verdict"] == "allow" }.count
    let complete = records.filter { $0["end"] == "complete" }.count
    #expect(allowed >= inputs.count / 10, "the mutations leave too little to look at: \(allowed)")

    var seen: [String] = []
    try eventually("\(complete) requests in the origin's log") {
      seen = origin.requests()
      return seen.count >= complete
    }
    // An allowed request that was cut short may have reached the origin or not.
    #expect((complete...allowed).contains(seen.count), "\(seen.count) of \(complete) to \(allowed)")
    // Every number belongs to one input, and no input may be seen more often than it was decided on.
    var times: [Int: [Substring]] = [:]
    for line in seen {
      guard let match = line.firstMatch(of: #/z([\d.]+)z-([abx])/#),
        let number = Self.number(match.1)
      else { continue }
      times[number, default: []].append(match.2)
    }
    for (number, paths) in times {
      // The body of a seed, or a request in origin form, is never a request of its own.
      #expect(
        Set(paths).count == paths.count && !paths.contains("x"), "\(paths): \(text(inputs, number))"
      )
    }
    #expect(
      origin.complaints().count <= allowed - complete,
      "the origin could not read what went on: \(origin.complaints().prefix(5))")
  }

  private func text(_ inputs: [[UInt8]], _ number: Int) -> String {
    guard inputs.indices.contains(number) else { return "?" }
    return String(decoding: inputs[number], as: UTF8.self).debugDescription
  }
}
