import Domains
import Foundation
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// "Fail the n-th call, for n = 1, 2, 3 … until it passes": a scenario is run once for each call
/// that it makes, and that call fails. Nothing may trap, leak, or go upstream without its record.
@Suite struct FailureTests {
  @Test(
    "whichever system call of a tunnel fails, nothing leaks and nothing is unrecorded",
    arguments: 0..<3)
  func tunnel(variant: Int) throws {
    try failEach(variant) { rig in
      let server = rig.world.server(at: Rig.origin)
      let client = try rig.client(sending: connect("allowed.example:443"))
      client.send(pattern(60_000))
      rig.settle()
      server.connections.last?.send(pattern(60_000, 1))
      rig.settle()
      client.finish()
      server.connections.last?.finish()
      rig.settle()
      let isWhole =
        client.received.count == established.utf8.count + 60_000
        && server.connections.last?.received.count == 60_000
      return isWhole
    }
  }

  @Test(
    "whichever system call of a request fails, nothing leaks and nothing is unrecorded",
    arguments: 0..<3)
  func exchange(variant: Int) throws {
    try failEach(variant) { rig in
      let server = rig.world.server(at: Rig.web)
      let client = try rig.client()
      for path in ["/1", "/2"] {
        client.send(get(path))
        rig.settle()
        server.connections.last?.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody")
        rig.settle()
      }
      return client.receivedText.components(separatedBy: "body").count == 3
    }
  }

  @Test(
    "whichever system call of a guarded tunnel fails, nothing leaks and nothing is unrecorded",
    arguments: 0..<3)
  func hello(variant: Int) throws {
    try failEach(variant, sni: .enforce) { rig in
      let server = rig.world.server(at: Rig.origin)
      let client = try rig.client(sending: connect("allowed.example:443"))
      let first = TLSBytes.hello("allowed.example", padding: 20_000)
      let second = TLSBytes.hello("allowed.example")
      client.send(Array(first.prefix(900)))
      rig.settle()
      client.send(Array(first.dropFirst(900)))
      rig.settle()
      server.connections.last?.send(TLSBytes.answer(isRetry: true))
      rig.settle()
      client.send(second + pattern(1000))
      rig.settle()
      client.finish()
      server.connections.last?.finish()
      rig.settle()
      return server.connections.last?.received == first + second + pattern(1000)
    }
  }

  /// Runs `scenario` with its n-th call failing for each n that it reaches.
  private func failEach(
    _ variant: Int, sni: ServerNameCheck = .off, _ scenario: (Rig) throws -> Bool
  ) throws {
    var number = 1
    while true {
      let rig = try Rig(seed: UInt64(number), sni: sni)
      rig.world.faults.failingCall = number
      rig.world.faults.failingVariant = variant
      var isRecordedFirst = true
      rig.world.onDial = { [unowned rig] _ in
        if rig.log.statistics.waitingBytes == 0 { isRecordedFirst = false }
      }
      let isWhole = try scenario(rig)
      let failed = rig.world.failedCall
      #expect(isRecordedFirst, "call \(number): dialled before its record")
      let records = try rig.end()
      expectClosed(records, "call \(number), \(failed?.rawValue ?? "none")")
      guard failed != nil else {
        #expect(isWhole, "the scenario does not pass without a fault")
        return
      }
      number += 1
      try #require(number < 500)
    }
  }
}

/// Each allowed request has one close record, behind its decision, and no other request has any.
func expectClosed(
  _ records: [Record], _ comment: String, _ place: SourceLocation = #_sourceLocation
) {
  var open: Set<String> = []
  for record in records {
    if record.verdict == "allow" {
      #expect(
        open.insert(record.id).inserted, "allowed twice: \(comment)", sourceLocation: place)
    } else if record.event == "close" {
      #expect(
        open.remove(record.id) != nil, "closed without a decision: \(comment)",
        sourceLocation: place)
    }
  }
  #expect(open.isEmpty, "never closed: \(comment)", sourceLocation: place)
}
