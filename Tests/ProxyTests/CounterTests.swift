import Domains
import Policy
import Reactor
import Simulation
import Testing

@testable import Proxy

/// What a worker counts for others to read.
@Suite struct CounterTests {
  private static func row(_ rig: Rig, _ name: String?) throws -> RowReading {
    var reading = RowReading()
    let index = try name.map { name in
      try #require(rig.inForce.environments.firstIndex { $0.name == name })
    }
    rig.shared.counters.read(slot: index.map { rig.inForce.slot(of: $0) }, into: &reading)
    return reading
  }

  @Test("a time falls into the first bucket whose bound is not below it")
  func buckets() {
    for bucket in 0..<Histogram.bounded {
      let bound = Histogram.bound(bucket)
      #expect(Histogram.bucket(microseconds: bound) == bucket)
      #expect(Histogram.bucket(microseconds: bound + 1) == bucket + 1)
    }
    #expect(Histogram.bucket(microseconds: 0) == 0)
    #expect(Histogram.bucket(microseconds: .max) == Histogram.bounded)
    #expect(Histogram.bound(0) == 64 && Histogram.bound(19) == 33_554_432)
  }

  @Test("every reason and every end has its word")
  func words() {
    #expect(ReasonCode.allCases.allSatisfy { Int($0.rawValue) < CounterLayout.reasonsMax })
    #expect(EndCode.allCases.allSatisfy { Int($0.rawValue) < CounterLayout.endsMax })
    #expect(CounterLayout.tunnels < CounterLayout.rowWords)
    #expect(
      CounterLayout.histograms + WorkerTime.allCases.count * CounterLayout.histogramWords
        <= CounterLayout.pageWords)
    #expect(CounterLayout.capacities + WorkerTable.allCases.count <= CounterLayout.tunnelCount)
    #expect(CounterLayout.singles + WorkerCount.allCases.count <= CounterLayout.reasons)
    #expect(CounterLayout.tunnelCount < CounterLayout.singles)
  }

  @Test("requests, bytes, tunnels, times and ends are counted where they belong")
  func counted() throws {
    let rig = try Rig()
    let (client, upstream) = try rig.tunnel()
    client.send(pattern(100_000, 1))
    upstream.send(pattern(30_000, 2))
    rig.settle()
    let open = try Self.row(rig, "vm-7")
    #expect(open.tunnels == 1 && rig.shared.tunnels == 1)
    // While it is open, not only at its end.
    #expect(open.bytesUp == 100_000 && open.bytesDown == 30_000)
    _ = try rig.client(sending: connect("other.example:443"))
    _ = try rig.client(sending: "nonsense\r\n\r\n")
    client.finish()
    upstream.finish()
    rig.settle()

    let counters = rig.shared.counters
    let row = try Self.row(rig, "vm-7")
    #expect(row.decisions(.allowlisted) == 1 && row.decisions(.notAllowlisted) == 1)
    #expect(row.tunnels == 0 && rig.shared.tunnels == 0)
    let nowhere = try Self.row(rig, nil)
    #expect(
      row.decisions(.malformedRequest) + nowhere.decisions(.malformedRequest) == 1)
    #expect(counters.decisions(.notAllowlisted) == 1 && counters.decisions(.malformedRequest) == 1)
    #expect(EndCode.allCases.reduce(0) { $0 + counters.ends($1) } == 1)
    #expect(counters.count(.accepted) == 3)
    #expect(counters.count(.namesAsked) == 1 && counters.count(.namesKnown) == 0)
    for time in [WorkerTime.resolution, .connect, .firstByte] {
      #expect(counters.histogram(time).counts.reduce(0, +) == 1, "\(time)")
    }
    #expect(counters.count(.turnsTimed) == counters.histogram(.turn).counts.reduce(0, +))
    #expect(counters.used(.names, worker: 0) == 1)
    _ = try rig.end()
    #expect(counters.used(.connections, worker: 0) == 0)
  }

  @Test("the time to the first byte is that from the request to it")
  func firstByte() throws {
    let (rig, client, server) = try start(get("/"))
    rig.advance(milliseconds: 300)
    let upstream = try #require(server.connections.last)
    upstream.send("HTTP/1.1 200 OK\r\nContent-")
    rig.advance(milliseconds: 50)
    upstream.send("Length: 4\r\n\r\nbody")
    rig.settle()
    #expect(status(client) == 200)
    let reading = rig.shared.counters.histogram(.firstByte)
    #expect(reading.counts.reduce(0, +) == 1)
    #expect((300_000..<350_000).contains(reading.sumMicroseconds))
    let row = try Self.row(rig, "vm-7")
    #expect(row.bytesUp > 0 && row.bytesDown > 0)
    _ = try rig.end()
  }

  @Test("counts belong to a name: they go on over a change, and a new name begins at nothing")
  func changes() throws {
    let networks = ["a": v4(10, 0, 1, 1), "b": v4(10, 0, 2, 1), "c": v4(10, 0, 3, 1)]
    func policy(_ generation: UInt64, _ names: [String]) throws -> PolicySnapshot {
      var rules = ClientRules()
      rules.networks = try names.enumerated().map { index, name in
        let address = try #require(networks[name])
        return ClientRules.Network(try #require(AddressRange("\(address)/32")), environment: index)
      }
      return PolicySnapshot(
        generation: generation,
        environments: try names.map { try environment($0, ["allowed.example"], sni: .off) },
        clients: rules)
    }
    let rig = try Rig(policy: policy(1, ["a", "b"]))
    _ = rig.world.server(at: Rig.origin)
    func ask(_ name: String) throws -> FarEnd {
      try rig.client(sending: connect("allowed.example:443"), from: try #require(networks[name]))
    }
    func allowed(_ name: String?) throws -> UInt64 {
      try Self.row(rig, name).decisions(.allowlisted)
    }
    let kept = try ask("a")
    let ended = try ask("b")
    #expect(kept.receivedText == established && ended.receivedText == established)
    #expect(try allowed("a") == 1 && allowed("b") == 1)
    // `b` goes, and its tunnel with it; `a` has another number now.
    try rig.publish(policy(2, ["c", "a"]))
    rig.settle()
    #expect(ended.isReset && !kept.isOver)
    #expect(try allowed("a") == 1 && allowed("c") == 0)
    #expect(try Self.row(rig, "a").tunnels == 1)
    _ = try ask("c")
    // `b` comes again, into the slot that it had.
    try rig.publish(policy(3, ["b", "a"]))
    rig.settle()
    #expect(try allowed("a") == 1 && allowed("b") == 0)
    _ = try ask("b")
    _ = try ask("a")
    #expect(try allowed("a") == 2 && allowed("b") == 1)
    #expect(try Self.row(rig, "b").tunnels == 1)
    // Of the process, all.
    #expect(rig.shared.counters.decisions(.allowlisted) == 5)
    _ = try rig.end()
  }

  @Test("workers count apart, and are read together")
  func workers() {
    let board = CounterBoard(workers: 3, slots: 4)
    for worker in 0..<3 {
      let counters = board.counters(worker)
      for _ in 0...worker { counters.count(reason: .allowlisted, row: 4) }
      counters.count(bytes: UInt64(worker), up: true, row: 0)
      counters.set(.connections, worker)
      counters.observeTurn(nanoseconds: UInt64(worker) * 1_000_000)
    }
    var reading = RowReading()
    board.read(slot: 3, into: &reading)
    #expect(reading.decisions(.allowlisted) == 6 && board.decisions(.allowlisted) == 6)
    board.read(slot: nil, into: &reading)
    #expect(reading.bytesUp == 3 && reading.decisions(.allowlisted) == 0)
    #expect(board.used(.connections, worker: 1) == 1 && board.used(.connections, worker: 2) == 2)
    #expect(board.count(.turnNanosecondsMax, worker: 2) == 2_000_000)
    #expect(board.histogram(.turn).sumMicroseconds == 3000)
  }
}
