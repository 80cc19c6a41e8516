import Audit
import Domains
import Foundation
import Policy
import Reactor
import Resolver
import Simulation
import Testing

@testable import Proxy

/// One worker on a simulated kernel, its policy, its audit log, and a name server. The test turns
/// the loop: ``settle()`` until nothing moves any more, ``advance(milliseconds:)`` to let time
/// pass.
final class Rig {
  static let proxy = SocketAddress(v4(10, 0, 0, 1), port: 3128)
  static let nameServer = SocketAddress(v4(10, 0, 0, 53), port: 53)
  /// `allowed.example` leads here.
  static let origin = SocketAddress(v4(151, 101, 1, 1), port: 443)
  static let web = SocketAddress(v4(151, 101, 1, 1), port: 80)

  let world: World
  let kernel: SimulatedKernel
  let names: NameServer
  let log: AuditLog
  let shared = SharedState()
  private(set) var worker: Worker<SimulatedKernel>?

  let wake: Int32
  /// The snapshot published last.
  var inForce: PolicySnapshot
  private let folder: URL
  private var nextClientPort: UInt16 = 40_000

  init(
    seed: UInt64 = 1, rules: [String] = ["allowed.example", "second.example"],
    opened: [String] = [], policy: PolicySnapshot? = nil, sni: ServerNameCheck = .off,
    ringBytes: Int = 1 << 18, isUnix: Bool = false,
    limits change: (inout Limits) -> Void = { _ in }
  ) throws {
    world = World(seed: seed)
    kernel = SimulatedKernel(world)
    names = NameServer(world: world, at: Rig.nameServer)
    names.records["allowed.example"] = [Rig.origin.address]
    names.records["second.example"] = [v4(151, 101, 2, 2)]
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    log = try AuditLog(
      path: folder.appendingPathComponent("audit.jsonl").path, workers: 1, onFull: .block,
      ringBytes: ringBytes)

    var limits = Limits()
    limits.connections = 8
    limits.overflowConnections = 2
    limits.heldHeads = 16
    limits.remainders = 8
    limits.pipes = 4
    limits.exchanges = 8
    limits.dials = 8
    limits.trailers = 4
    change(&limits)
    var resolver = ResolverSettings()
    resolver.servers = [Rig.nameServer]
    resolver.hostsFile = nil
    resolver.cacheCapacity = 64
    resolver.pendingCapacity = 16
    resolver.waiterCapacity = 64
    wake = kernel.eventDescriptor()
    inForce = try policy ?? Self.snapshot(rules, opened, sni: sni)
    let configuration = WorkerConfiguration(
      number: 0, limits: limits, snapshot: inForce,
      listeners: try openListeners(kernel, on: Rig.proxy, workers: 1),
      unixListeners: isUnix ? [0] : [], wake: wake,
      resolver: resolver, pseudonym: "sluice-test")
    worker = Worker(
      kernel: kernel, configuration: configuration, shared: shared,
      journal: log.journal(worker: 0))
    world.callCount = 0
  }

  deinit {
    worker = nil
    try? FileManager.default.removeItem(at: folder)
  }

  static func snapshot(
    _ rules: [String], _ opened: [String] = [], sni: ServerNameCheck = .off, generation: UInt64 = 1
  ) throws -> PolicySnapshot {
    let text =
      "sluice-allowlist 1\nname: test\nversion: \(generation)\n\n" + rules.joined(separator: "\n")
      + "\n"
    let list = try Allowlist.parse(Array(text.utf8), file: "test.allow")
    let ranges = try opened.map { AddressRule(range: try #require(AddressRange($0))) }
    let environment = try #require(
      Environment(
        name: "vm-7", access: .limited, addressRules: ranges,
        matcher: Matcher([Matcher.Source(list: list)], seed: 7), serverNameCheck: sni))
    return PolicySnapshot(generation: generation, environments: [environment])
  }

  // MARK: Time

  func turn(_ timeoutMilliseconds: Int32 = 0) {
    worker?.turn(timeoutMilliseconds: timeoutMilliseconds)
  }

  var waitTime: Int32 { worker?.waitTime() ?? -1 }
  /// Buffers for trailer fields that are in use.
  var trailersLent: Int { (worker?.limits.trailers ?? 0) - (worker?.trailers.available ?? 0) }
  var isFinished: Bool { worker?.isFinished ?? true }

  /// Turns until nothing moves and nothing is to be done at once; no time passes.
  func settle(_ place: SourceLocation = #_sourceLocation) {
    for _ in 0..<20_000 {
      turn()
      if world.lastEventCount == 0 && !world.lastDeliveryMoved && waitTime != 0 {
        // What the turn itself has sent is still to arrive.
        world.deliver()
        if !world.lastDeliveryMoved { return }
      }
    }
    Issue.record("the loop spins", sourceLocation: place)
  }

  /// Lets so much time pass, as the loop would: it sleeps until the next event or deadline.
  func advance(milliseconds: UInt64, _ place: SourceLocation = #_sourceLocation) {
    let end = world.nanoseconds + milliseconds * 1_000_000
    var turns = 0
    while world.nanoseconds < end {
      let left = Int32((end - world.nanoseconds + 999_999) / 1_000_000)
      let wait = waitTime
      turn(wait < 0 ? left : min(wait, left))
      turns += 1
      if turns > 100_000 {
        Issue.record("the loop spins", sourceLocation: place)
        return
      }
    }
    settle(place)
  }

  // MARK: Clients

  /// A client that has connected and been accepted, if there was room.
  func client(from address: IPAddress = v4(10, 0, 0, 2)) throws -> FarEnd {
    nextClientPort += 1
    let client = try #require(
      world.client(from: SocketAddress(address, port: nextClientPort), to: Rig.proxy))
    settle()
    return client
  }

  /// A process that has connected to the listener, which is a Unix socket, and has sent `text`.
  func client(_ process: PeerProcess, sending text: String) throws -> FarEnd {
    nextClientPort += 1
    let address = SocketAddress(v4(0, 0, 0, 0), port: nextClientPort)
    world.processes[address] = process
    let client = try #require(world.client(from: address, to: Rig.proxy))
    settle()
    client.send(text)
    settle()
    return client
  }

  /// A client that has sent `text`, and what came of it at once.
  func client(sending text: String, from address: IPAddress = v4(10, 0, 0, 2)) throws -> FarEnd {
    let client = try client(from: address)
    client.send(text)
    settle()
    return client
  }

  /// A tunnel that stands: its client, with the 200 read, and its upstream.
  func tunnel() throws -> (client: FarEnd, upstream: FarEnd) {
    let server = world.server(at: Rig.origin)
    let client = try client(sending: connect("allowed.example:443"))
    try #require(client.receivedText == established)
    client.clear()
    return (client, try #require(server.connections.last))
  }

  // MARK: The end

  /// Tells the worker to stop within so many milliseconds.
  func stop(withinMilliseconds limit: UInt64) {
    shared.stop(by: world.nanoseconds + limit * 1_000_000)
    kernel.signalEvent(wake)
    settle()
  }

  /// Closes every far end and stops the worker; nothing may be left behind. Returns what the audit
  /// log holds.
  func end(_ place: SourceLocation = #_sourceLocation) throws -> [Record] {
    world.faults = Faults()
    world.closeFarEnds()
    settle(place)
    // A client that only closed its sending side still waits for an answer or its timeout.
    for _ in 0..<30 where shared.connections > 0 { advance(milliseconds: 5000, place) }
    #expect(shared.connections == 0, "connections are left", sourceLocation: place)
    expectCountersAgree(place)
    stop(withinMilliseconds: 0)
    #expect(isFinished, "the worker does not end", sourceLocation: place)
    worker = nil
    // epoll, the wake descriptor and the reserve are the process's until it ends.
    #expect(world.openDescriptors.count <= 3, "descriptors are left", sourceLocation: place)
    #expect(world.violations == [], sourceLocation: place)
    #expect(world.boundAddresses == [Rig.proxy], sourceLocation: place)
    return try records()
  }

  /// What is counted by environment is all that is counted, and no tunnel is left.
  private func expectCountersAgree(_ place: SourceLocation) {
    var rows = RowReading()
    var sum = RowReading()
    let slots = [nil] + inForce.environments.indices.map { inForce.slot(of: $0) as Int? }
    for slot in slots {
      shared.counters.read(slot: slot, into: &rows)
      #expect(rows.tunnels == 0, "tunnels are left", sourceLocation: place)
      for word in sum.words.indices { sum.words[word] &+= rows.words[word] }
    }
    #expect(shared.tunnels == 0, "tunnels are left", sourceLocation: place)
    // Environments that have gone took theirs with them.
    guard inForce.generation == 1 else { return }
    for reason in ReasonCode.allCases {
      #expect(
        sum.decisions(reason) == shared.counters.decisions(reason), "\(reason)",
        sourceLocation: place)
    }
  }

  /// What the audit log holds, once the worker has ended.
  private func records() throws -> [Record] {
    log.start()
    log.stop()
    let text = try String(contentsOfFile: log.path, encoding: .utf8)
    return try text.split(separator: "\n").map { try Record(String($0)) }
      .filter { $0.event == "decision" || $0.event == "close" }
  }
}

/// One line of the audit log.
struct Record {
  let event: String
  let id: String
  let verdict: String?
  let reason: String?
  let end: String?
  let host: String?
  let address: String?
  let up: Int
  let down: Int
  let status: Int
  let environment: String?
  let access: String?
  let wouldDeny: String?
  let generation: Int
  let rule: String?
  let raw: String?
  let detail: String?
  let client: String?
  let via: String?
  /// `uid gid pid`, and of the via.
  let process: String
  let viaProcess: String
  let upstreamProxy: String?
  let upstreamStatus: Int

  init(_ line: String) throws {
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    event = object["event"] as? String ?? ""
    id = object["id"] as? String ?? ""
    verdict = object["verdict"] as? String
    reason = object["reason"] as? String
    end = object["end"] as? String
    host = object["host"] as? String
    address = object["address"] as? String
    up = object["bytes_up"] as? Int ?? 0
    down = object["bytes_down"] as? Int ?? 0
    status = object["status"] as? Int ?? 0
    environment = object["environment"] as? String
    access = object["access"] as? String
    wouldDeny = object["would_deny"] as? String
    rule = object["rule"] as? String
    detail = object["detail"] as? String
    raw = object["target_raw"] as? String
    client = object["client"] as? String
    via = object["via"] as? String
    func numbers(_ names: String...) -> String {
      names.compactMap { (object[$0] as? Int).map(String.init) }.joined(separator: " ")
    }
    process = numbers("uid", "gid", "pid")
    viaProcess = numbers("via_uid", "via_gid", "via_pid")
    upstreamProxy = object["upstream_proxy"] as? String
    upstreamStatus = object["upstream_status"] as? Int ?? 0
    generation = object["generation"] as? Int ?? 0
  }

  /// `allow allowlisted`, `deny not_allowlisted`, `close client_eof`.
  var summary: String {
    event == "close" ? "close \(end ?? "")" : "\(verdict ?? "") \(reason ?? "")"
  }
}

let established = "HTTP/1.1 200 Connection Established\r\n\r\n"

func connect(_ authority: String) -> String {
  "CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n"
}

func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> IPAddress {
  IPAddress(v4: a << 24 | b << 16 | c << 8 | d)
}

/// Bytes that tell if one is lost, doubled or out of its place; up to a million.
func pattern(_ count: Int, _ seed: Int = 0) -> [UInt8] {
  Array(patternBytes[(seed * 977)..<(seed * 977 + count)])
}

private let patternBytes: [UInt8] = {
  var random = SeededRandom(seed: 99)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(1 << 20)
  while bytes.count < 1 << 20 {
    let word = random.next()
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * shift))) }
  }
  return bytes
}()

/// The status of an answer; 0: none.
func status(_ farEnd: FarEnd) -> Int {
  Int(farEnd.receivedText.dropFirst(9).prefix(3)) ?? 0
}
