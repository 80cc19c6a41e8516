import Domains
import Testing

@testable import Policy

/// What is kept of quotas over a restart.
@Suite struct QuotaTableTests {
  private static let today = Day(daysSince1970: 20_000)
  private static let tomorrow = Day(daysSince1970: 20_001)

  private func word(_ bytes: UInt64, _ day: Day = today) -> QuotaWord {
    QuotaWord(bytes: bytes, day: day)
  }

  @Test("a text is read as it was written")
  func roundTrip() {
    var table = QuotaTable()
    #expect(QuotaTable(parsing: table.text) == table)
    table.rows = ["vm-7": word(12), "default": word(QuotaWord.bytesMax, Self.tomorrow)]
    #expect(QuotaTable(parsing: table.text) == table)
  }

  @Test("a text that is cut, changed or made up is none")
  func broken() {
    var table = QuotaTable()
    table.rows = ["vm-7": word(12), "default": word(34)]
    let text = table.text
    for length in 0..<text.utf8.count {
      #expect(QuotaTable(parsing: String(text.utf8.prefix(length)) ?? "") == nil)
    }
    let texts = [
      "", "\n\n\n", "sluice-quota 2\nend 0\n", "sluice-quota 1\nend 1\n",
      "sluice-quota 1\n2024-10-04 012 vm\nend 1\n", "sluice-quota 1\n2024-10-04 -1 vm\nend 1\n",
      "sluice-quota 1\n2024-13-04 1 vm\nend 1\n", "sluice-quota 1\n2024-10-04 1 VM\nend 1\n",
      "sluice-quota 1\n2024-10-04 1 vm\n2024-10-04 2 vm\nend 2\n",
      "sluice-quota 1\n2024-10-04  1 vm\nend 1\n",
      "sluice-quota 1\n2024-10-04 999999999999999 vm\nend 1\n",
    ]
    for text in texts { #expect(QuotaTable(parsing: text) == nil) }
  }

  @Test("what a process starts with is what the file says")
  func start() {
    let merged = QuotaTable.merge(own: QuotaWord(rawValue: 0), known: nil, file: word(700))
    #expect(merged.total == word(700) && merged.missing == 700)
    let none = QuotaTable.merge(own: QuotaWord(rawValue: 0), known: nil, file: nil)
    #expect(none.total.bytes == 0 && none.missing == 0)
  }

  @Test("two processes that share a file both come to know all bytes")
  func shared() {
    var file: QuotaWord?
    var own = [word(0), word(0)]
    var known: [QuotaWord?] = [nil, nil]
    func keep(_ process: Int) {
      let (total, missing) = QuotaTable.merge(
        own: own[process], known: known[process], file: file)
      own[process] = word(own[process].bytes + missing)
      #expect(own[process] == total)
      (known[process], file) = (total, total)
    }
    var random = SplitMix(seed: 1)
    var sum: UInt64 = 0
    for _ in 0..<200 {
      let process = Int(random.next() % 2)
      if random.next() % 3 == 0 { keep(process) }
      let bytes = random.next() % 1000
      sum += bytes
      own[process] = word(own[process].bytes + bytes)
    }
    keep(0)
    keep(1)
    keep(0)
    #expect(own == [word(sum), word(sum)] && file == word(sum))
  }

  @Test("a new day begins at none, and a file that is lost takes nothing back")
  func days() {
    let next = QuotaTable.merge(
      own: word(5, Self.tomorrow), known: word(700), file: word(900))
    #expect(next.total == word(5, Self.tomorrow) && next.missing == 0)
    let late = QuotaTable.merge(own: word(500), known: word(500), file: word(7, Self.tomorrow))
    #expect(late.total == word(7, Self.tomorrow) && late.missing == 7)
    let lost = QuotaTable.merge(own: word(900), known: word(700), file: nil)
    #expect(lost.total == word(900) && lost.missing == 0)
    // The word was cleared for another environment of the name.
    let cleared = QuotaTable.merge(own: word(10), known: word(700), file: word(700))
    #expect(cleared.total == word(710) && cleared.missing == 700)
  }
}
