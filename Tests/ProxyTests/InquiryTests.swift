import Audit
import Domains
import Reactor
import Simulation
import Synchronization
import Testing

@testable import Proxy

/// What the administration asks the workers.
@Suite struct InquiryTests {
  private final class Box: Sendable {
    let answer = Mutex<Inquiry.Answer?>(nil)
  }

  private func ask(
    _ rig: Rig, ends: Bool = false, limit: Int = 100,
    _ change: (inout Inquiry.Filter) -> Void = { _ in }
  ) throws -> Inquiry.Answer {
    var filter = Inquiry.Filter()
    change(&filter)
    let box = Box()
    let inquiry = Inquiry(filter, ends: ends, limit: limit) { answer in
      box.answer.withLock { $0 = answer }
    }
    try #require(rig.shared.ask(inquiry))
    rig.kernel.signalEvent(rig.wake)
    rig.settle()
    return try #require(box.answer.withLock { $0 })
  }

  @Test("tunnels are listed with what went through them, some records a turn")
  func list() throws {
    let rig = try Rig { $0.settledPerTurn = 1 }
    _ = rig.world.server(at: Rig.origin)
    let (client, upstream) = try rig.tunnel()
    _ = try rig.tunnel()
    let idle = try rig.client()
    client.send("12345")
    upstream.send("123")
    rig.settle()
    let answer = try ask(rig)
    #expect(answer.matched == 2 && answer.flows.count == 2)
    let flow = try #require(answer.flows.first)
    #expect(flow.host == "allowed.example" && flow.port == 443 && flow.environment == "vm-7")
    #expect(flow.client.hasPrefix("10.0.0.2:") && flow.address == "151.101.1.1:443")
    #expect(flow.bytesUp == 5 && flow.bytesDown == 3 && flow.phase == .tunnel && flow.isConnect)
    #expect(try ask(rig, limit: 1).flows.count == 1)
    #expect(!idle.isOver)
    _ = try rig.end()
  }

  @Test("what a filter lets through is ended with a record, and the rest goes on")
  func end() throws {
    let rig = try Rig {
      $0.settledPerTurn = 2
      $0.closesPerTurn = 1
    }
    _ = rig.world.server(at: Rig.origin)
    let first = try rig.tunnel().client
    let second = try rig.tunnel().client
    func none(_ change: (inout Inquiry.Filter) -> Void) throws -> Bool {
      try ask(rig, ends: true, change).matched == 0
    }
    #expect(try none { $0.environment = "vm-8" })
    #expect(try none { $0.host = try? Hostname("lowed.example") })
    #expect(try none { $0.host = try? Hostname("x.allowed.example") })
    #expect(try none { $0.client = AddressRange("10.0.0.3") })
    #expect(try none { $0.id = RequestID(high: 1, low: 1) })
    #expect(!first.isOver && !second.isOver && rig.shared.tunnels == 2)
    let id = try #require(try ask(rig).flows.first?.id)
    #expect(try ask(rig, ends: true) { $0.id = id }.matched == 1)
    #expect(rig.shared.tunnels == 1 && first.isReset != second.isReset)
    _ = try rig.tunnel()
    let answer = try ask(rig, ends: true, limit: 1) {
      $0.environment = "vm-7"
      $0.host = try? Hostname("example")
      $0.client = AddressRange("10.0.0.0/24")
    }
    #expect(answer.matched == 2 && answer.flows.count == 1)
    #expect(rig.shared.tunnels == 0 && first.isReset && second.isReset)
    let records = try rig.end()
    #expect(records.filter { $0.event == "close" }.map(\.end) == ["killed", "killed", "killed"])
  }

  @Test("what is being resolved is ended too, and its name is on record")
  func resolving() throws {
    let rig = try Rig()
    rig.names.silent = ["allowed.example"]
    let client = try rig.client(sending: connect("allowed.example:443"))
    let answer = try ask(rig, ends: true) { $0.host = try? Hostname("allowed.example") }
    #expect(answer.matched == 1 && answer.flows.first?.phase == .resolving)
    #expect(client.isReset)
    #expect(try rig.end().map(\.summary) == ["allow allowlisted", "close killed"])
  }

  @Test("no more questions wait than the limit says")
  func many() throws {
    let rig = try Rig()
    func inquiry() -> Inquiry {
      Inquiry(Inquiry.Filter(), ends: false, limit: 1) { _ in }
    }
    for _ in 0..<SharedState.inquiriesMax { #expect(rig.shared.ask(inquiry())) }
    #expect(!rig.shared.ask(inquiry()))
    rig.kernel.signalEvent(rig.wake)
    rig.settle()
    #expect(rig.shared.ask(inquiry()))
    rig.kernel.signalEvent(rig.wake)
    _ = try rig.end()
  }

  @Test("a worker that has ended keeps nobody waiting for its answer")
  func ended() throws {
    let shared = SharedState(workers: 2)
    let box = Box()
    func inquiry() -> Inquiry {
      Inquiry(Inquiry.Filter(), ends: false, limit: 1) { answer in
        box.answer.withLock { $0 = answer }
      }
    }
    #expect(shared.ask(inquiry()))
    shared.retire(after: 0)
    #expect(box.answer.withLock { $0 } == nil)
    shared.retire(after: 0)
    #expect(box.answer.withLock { $0?.matched } == 0)
    box.answer.withLock { $0 = nil }
    for _ in 0..<20 { #expect(shared.ask(inquiry())) }
    #expect(box.answer.withLock { $0?.matched } == 0)
  }
}
