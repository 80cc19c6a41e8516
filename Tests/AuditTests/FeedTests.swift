import Domains
import Foundation
import Policy
import Testing

@testable import Audit

@Suite("What the administration sees of the records") struct FeedTests {
  private func denial(_ number: UInt64) -> AuditRecord {
    var record = decision(number)
    record.verdict = .deny
    record.reason = .notAllowlisted
    record.client = IPAddress(v4: 0x0A00_0001)
    record.port = 443
    return record
  }

  @Test("refused names and talkers are counted, by environment")
  func counted() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block, ringBytes: 65536)
    let journal = Pen(log.journal(worker: 0))
    for number in 0..<5 as Range<UInt64> {
      #expect(journal.add(denial(number), environment: "vm-1", host: "evil.example"))
    }
    #expect(journal.add(denial(6), environment: "vm-2", host: "evil.example"))
    var allowed = decision(7)
    allowed.client = IPAddress(v4: 0x0A00_0001)
    allowed.port = 443
    #expect(journal.add(allowed, environment: "vm-1", host: "good.example"))
    var end = closing(7)
    end.client = IPAddress(v4: 0x0A00_0001)
    end.end = .complete
    end.bytesUp = 10
    end.bytesDown = 20
    #expect(journal.add(end, environment: "vm-1", host: "good.example"))
    log.start()
    log.stop()
    let (all, forgotten) = log.feed.denials()
    let counts = all.map { "\($0.denial.environment) \($0.denial.host) \($0.count)" }.sorted()
    #expect(counts == ["vm-1 evil.example 5", "vm-2 evil.example 1"] && forgotten == 0)
    #expect(all.allSatisfy { $0.denial.client == "10.0.0.1" && $0.denial.port == 443 })
    let (clients, hosts) = log.feed.talkers()
    let client = try #require(clients.first { $0.environment == "vm-1" })
    #expect(client.name == "10.0.0.1" && client.allowed == 1 && client.denied == 5)
    #expect(client.bytesUp == 10 && client.bytesDown == 20)
    #expect(Set(hosts.map(\.name)) == ["evil.example", "good.example"] && hosts.count == 3)
  }

  @Test("who follows gets each decision once, and who is slow is told how many are gone")
  func followed() throws {
    let scratch = Scratch()
    let log = try AuditLog(path: scratch.file, workers: 1, onFull: .block, ringBytes: 1 << 20)
    let journal = Pen(log.journal(worker: 0))
    let feed = log.feed
    #expect(!feed.isFollowed)
    var first = feed.follow(wake: -1)
    #expect(feed.take(&first, max: 10).lines.isEmpty && feed.isFollowed)
    log.start()
    let total = AuditFeed.followedMax + 100
    func add(_ range: Range<Int>) {
      for number in range {
        eventually("room in the ring") {
          let isKept = journal.add(denial(UInt64(number)), host: "h\(number)")
          journal.flushHint()
          return isKept
        }
      }
    }
    add(0..<10)
    var seen: [String] = []
    eventually("ten decisions") {
      let (lines, lost) = feed.take(&first, max: 3)
      seen += lines.map(\.host)
      return lost == 0 && seen.count == 10
    }
    add(10..<total)
    log.stop()
    let (lines, lost) = feed.take(&first, max: 5)
    #expect(lost == 90 && lines.map(\.host) == (100..<105).map { "h\($0)" })
    #expect(lines.allSatisfy { $0.reason == .notAllowlisted && !$0.isAllowed })
    let text = String(decoding: lines[0].line, as: UTF8.self)
    #expect(text.hasPrefix("{\"v\":1,") && text.hasSuffix("}"))
    seen += lines.map(\.host)
    while true {
      let (lines, lost) = feed.take(&first, max: 1000)
      #expect(lost == 0)
      if lines.isEmpty { break }
      seen += lines.map(\.host)
    }
    #expect(seen == (0..<10).map { "h\($0)" } + (100..<total).map { "h\($0)" })
    feed.leave(first)
    feed.leave(first)
    #expect(!feed.isFollowed)
  }

  @Test("what comes often stays in a table of fixed size, however much comes once")
  func often() {
    var random = SystemRandomNumberGenerator()
    var table = RecentTable<Int>(capacity: 64)
    let hot: [UInt64] = [1, 2, 3]
    for round in 0..<10_000 as Range<UInt64> {
      for key in hot { table.note(key, at: round, make: { Int(key) }) }
      table.note(random.next() | 1 << 63, at: round, make: { 0 })
    }
    for key in hot {
      #expect(table.entries.first { $0.key == key }?.count == 10_000)
    }
    #expect(table.entries.count <= 64 && table.evicted > 9000)
    // What is an hour old counts for nothing.
    let later = RecentTable<Int>.memory * 2
    for round in 0..<1000 as Range<UInt64> {
      table.note(random.next() | 1 << 62, at: later + round, make: { 9 })
    }
    #expect(!table.entries.contains { hot.contains($0.key) })
  }
}
