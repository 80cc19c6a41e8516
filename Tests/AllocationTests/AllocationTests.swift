import Audit
import CAllocations
import Domains
import Foundation
import Policy
import Testing
import Wire

/// The promise that a request is decided and recorded without asking for memory. It holds for debug
/// builds too, so that it is checked with every test run.
@Suite(.enabled(if: ca_counts(), "a sanitizer has its own malloc"))
struct AllocationTests {
  @Test("the counter sees an allocation")
  func counter() {
    let before = ca_allocations()
    let array = [UInt8](repeating: 1, count: 4096)
    #expect(ca_allocations() > before)
    #expect(array.count == 4096)
  }

  @Test(
    "a CONNECT is parsed and decided without an allocation",
    arguments: [
      ("registry.npmjs.org", true), ("a.b.c.d.evil.example", false),
    ])
  func decision(_ host: String, _ isAllowed: Bool) throws {
    let snapshot = try makeSnapshot()
    let head = Array(
      "CONNECT \(host):443 HTTP/1.1\r\nHost: \(host):443\r\nUser-Agent: curl/7.88.1\r\n\r\n".utf8)
    var key = HostKey()
    let day = Day(daysSince1970: 20_779)
    // The first pass finds what is made once for a process.
    #expect(decide(head.span, snapshot, &key, day) == isAllowed)
    let before = ca_allocations()
    let answer = decide(head.span, snapshot, &key, day)
    let after = ca_allocations()
    #expect(after - before == 0)
    #expect(answer == isAllowed)
  }

  @Test("every limit is asked, counted and given back without an allocation")
  func limits() {
    let limiter = EnvironmentLimiter(slots: 4, keys: 64, seed: (1, 2))
    var limits = EnvironmentLimits()
    var part = EnvironmentLimits.Part()
    part.requests = Rate(1000, per: .second)
    part.connects = part.requests
    part.denied = Rate(1, per: .minute)
    part.tunnelsMax = 3
    (limits.own, limits.client, limits.destination) = (part, part, part)
    limits.destinations = part.requests
    limits.lookups = part.requests
    limits.quota = 1 << 40
    let host = Array("registry.npmjs.org".utf8)
    func ask(_ client: UInt32) -> Bool {
      let from = EnvironmentLimiter.Requester(slot: 1, owner: 7, client: IPAddress(v4: client))
      let day = Day(daysSince1970: 20_779)
      var held = HeldSlots()
      let isFree =
        limiter.admitRequest(limits, from, now: 5, day: day, untilTomorrow: 1) == nil
        && limiter.admitDestination(limits, from, host.span, now: 5) == nil
        && limiter.hold(.tunnel, limits, from, host.span, into: &held) == nil
        && limiter.admitConnect(limits, from, host.span, now: 5) == nil
        && limiter.admitLookup(limits, from, now: 5) == nil
      limiter.release(&held)
      limiter.noteDenial(limits, from, now: 5)
      limiter.count(bytes: 9, slot: 1, day: day)
      return isFree
    }
    let first = ask(1)
    let before = ca_allocations()
    // The second refusal within the minute brings a penalty, to the client and to all.
    let answers = (ask(2), ask(1), ask(3))
    let after = ca_allocations()
    #expect(after - before == 0)
    #expect(first && answers.0 && !answers.1 && !answers.2)
  }

  @Test("a record is appended to the journal without an allocation")
  func journal() throws {
    let folder = NSTemporaryDirectory() + "sluice-allocations-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let log = try AuditLog(path: folder + "/audit.jsonl", workers: 1, onFull: .block)
    var journal = log.journal(worker: 0)
    var record = AuditRecord(
      event: .decision, id: RequestID(high: 7, low: 1), timeMicroseconds: 1_795_255_200_123_456)
    record.verdict = .allow
    record.reason = .allowlisted
    record.client = IPAddress(v4: 0x7F00_0001)
    let text = Array("registry.npmjs.org".utf8)
    let first = append(record, text.span, to: &journal)
    let before = ca_allocations()
    let second = append(record, text.span, to: &journal)
    let after = ca_allocations()
    #expect(after - before == 0)
    #expect(first && second)
  }

  /// From the bytes of a head to the policy's answer, as the worker goes.
  private func decide(
    _ bytes: Span<UInt8>, _ snapshot: PolicySnapshot, _ key: inout HostKey, _ day: Day
  ) -> Bool? {
    guard let end = HeadScanner.end(of: bytes, from: 0),
      case .complete(let head) = RequestHead.parse(bytes, end: end),
      case .valid(let target) = Authority.parse(
        head.authority.span(in: bytes), defaultPort: nil, into: &key)
    else { return nil }
    return snapshot.decide(key, port: target.port, environment: 0, on: day).isAllowed
  }

  private func append(
    _ record: AuditRecord, _ text: Span<UInt8>, to journal: inout Journal
  ) -> Bool {
    journal.append(
      record, environment: text, listener: text, method: text, host: text, list: text, raw: text)
  }

  private func makeSnapshot() throws -> PolicySnapshot {
    let text = "sluice-allowlist 1\nname: test\nversion: 1\n\nregistry.npmjs.org\n*.example.org\n"
    let list = try Allowlist.parse(Array(text.utf8), file: "test.allow")
    let environment = try #require(
      Environment(
        name: "default", access: .limited, addressRules: [],
        matcher: Matcher([Matcher.Source(list: list)], seed: 7)))
    return PolicySnapshot(generation: 1, environments: [environment])
  }
}
