/// Words for keys of which there may be more than there is room for, such as the clients of an environment:
/// 16 bytes each, in sets of four. A word holds a time of ``GCRA/ticks(_:)`` until which it says anything.
///
/// No lock, and no change of size. A word makes room for another key only when its time has passed, so that
/// nobody is rid of a debt by filling the table. Where a set is full, the caller has a word of its own for
/// all that find no place.
///
/// Threads may find a key missing at once and each enter it. Then the first place is the one that counts:
/// whoever has counted in another one counts there too. So races make limits stricter, never looser.
package struct LimiterTable: ~Copyable, Sendable {
  static let ways = 4
  /// No key, and a place that is changing its key.
  private static let free: UInt64 = 0
  private static let busy: UInt64 = 1
  /// Other threads are done after a few steps; who has bad luck this often takes the word of all.
  private static let triesMax = 16

  /// Of each place the key and the word.
  private let words: SharedWords
  private let setMask: Int

  /// Room for `keys` words, rounded up to a power of two.
  package init(keys: Int) {
    precondition(keys > 0 && keys <= 1 << 28)
    var sets = 1
    while sets * Self.ways < keys { sets *= 2 }
    words = SharedWords(count: sets * Self.ways * 2)
    setMask = sets - 1
  }

  package var capacity: Int { words.count / 2 }

  /// Lets one unit of the key through at a rate; `nil`: there is no room for it.
  package func take(_ key: UInt64, _ rate: Rate, now: UInt64) -> GCRA.Step? {
    var change = RateChange(rate, now: now)
    return apply(key, &change, now: now) ? change.answer : nil
  }

  /// The word of a key; 0: none.
  func value(_ key: UInt64) -> UInt64 {
    let place = first(Self.tag(key))
    return place < 0 ? 0 : words.load(place + 1)
  }

  /// Makes a step of the key's word; no: there is no room for it.
  func apply(_ key: UInt64, _ change: inout some WordChange, now: UInt64) -> Bool {
    let tag = Self.tag(key)
    var tries = 0
    while tries < Self.triesMax {
      tries += 1
      let place = first(tag)
      if place >= 0 {
        let before = words.load(place + 1)
        words.change(place + 1, &change)
        // If nothing was written it does not matter whose it is by now.
        if words.load(place + 1) == before || first(tag) == place { return true }
        continue
      }
      let claimed = claim(tag, now: now)
      guard claimed >= 0 else { return false }
      words.store(claimed + 1, change.step(0))
      words.store(claimed, tag)
      takeOver(tag, claimed, now: now)
      if first(tag) == claimed { return true }
    }
    return false
  }

  /// The first place of a key; -1: none.
  private func first(_ tag: UInt64) -> Int {
    let start = start(tag)
    var place = start
    while place < start + 2 * Self.ways {
      if words.load(place) == tag { return place }
      place += 2
    }
    return -1
  }

  /// A place whose word has passed, marked as busy; -1: the set has none.
  private func claim(_ tag: UInt64, now: UInt64) -> Int {
    let ticks = GCRA.ticks(now)
    let start = start(tag)
    var place = start
    while place < start + 2 * Self.ways {
      var old = words.load(place)
      if old != Self.busy, words.load(place + 1) <= ticks, words.exchange(place, &old, Self.busy) {
        // Somebody may have counted for the old key meanwhile; from now on nobody does unseen.
        if words.load(place + 1) <= ticks { return place }
        words.store(place, old)
      }
      place += 2
    }
    return -1
  }

  /// Adds the debts of further places of the same key, that other threads have just entered.
  private func takeOver(_ tag: UInt64, _ claimed: Int, now: UInt64) {
    let ticks = GCRA.ticks(now)
    let end = start(tag) + 2 * Self.ways
    var place = claimed + 2
    while place < end {
      if words.load(place) == tag {
        let word = words.load(place + 1)
        if word > ticks {
          var debt = Debt(ticks: word - ticks)
          words.change(claimed + 1, &debt)
        }
      }
      place += 2
    }
  }

  private struct Debt: WordChange {
    let ticks: UInt64

    mutating func step(_ word: UInt64) -> UInt64 {
      let (sum, isOver) = word.addingReportingOverflow(ticks)
      return isOver ? .max : sum
    }
  }

  private static func tag(_ key: UInt64) -> UInt64 { key > busy ? key : key + 2 }

  private func start(_ tag: UInt64) -> Int {
    (Int(truncatingIfNeeded: tag >> 32) & setMask) * 2 * Self.ways
  }
}
