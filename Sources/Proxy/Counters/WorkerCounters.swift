internal import Policy
internal import Synchronization

/// The counters of one worker, which it alone writes: a load and a store, no locked instruction, no line of
/// the cache that another core writes. Others read them at any time (``CounterBoard``), which keeps the
/// memory.
@safe struct WorkerCounters: BitwiseCopyable {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  /// The number of rows.
  private let rows: Int

  @unsafe init(_ words: UnsafeMutablePointer<Atomic<UInt64>>, rows: Int) {
    unsafe self.words = words
    self.rows = rows
  }

  /// One more request with this reason. `row`: the slot of its environment + 1; 0: it is in none.
  @inline(__always) func count(reason: ReasonCode, row: Int) {
    let number = Int(reason.rawValue)
    precondition(number < CounterLayout.reasonsMax)
    add(1, at: CounterLayout.reasons + number)
    add(1, at: place(row) + number)
  }

  /// One more tunnel or exchange that ended so.
  @inline(__always) func count(end: EndCode) {
    add(1, at: CounterLayout.ends + Int(end.rawValue) & (CounterLayout.endsMax - 1))
  }

  /// Bytes that were taken by an upstream or a client.
  @inline(__always) func count(bytes: UInt64, up: Bool, row: Int) {
    add(bytes, at: place(row) + (up ? CounterLayout.bytesUp : CounterLayout.bytesDown))
  }

  @inline(__always) func openTunnel(row: Int) {
    add(1, at: CounterLayout.tunnelCount)
    add(1, at: place(row) + CounterLayout.tunnels)
  }

  @inline(__always) func closeTunnel(row: Int) {
    add(.max, at: CounterLayout.tunnelCount)
    add(.max, at: place(row) + CounterLayout.tunnels)
  }

  /// A tunnel belongs to another row now.
  func moveTunnel(from row: Int, to other: Int) {
    add(.max, at: place(row) + CounterLayout.tunnels)
    add(1, at: place(other) + CounterLayout.tunnels)
  }

  @inline(__always) func count(_ what: WorkerCount) {
    add(1, at: CounterLayout.singles + what.rawValue)
  }

  /// So many entries of a table are in use.
  @inline(__always) func set(_ table: WorkerTable, _ count: Int) {
    store(UInt64(truncatingIfNeeded: count), at: CounterLayout.used + table.rawValue)
  }

  /// How many entries a table has.
  func setCapacity(_ table: WorkerTable, _ count: Int) {
    store(UInt64(truncatingIfNeeded: count), at: CounterLayout.capacities + table.rawValue)
  }

  @inline(__always) func observe(_ what: WorkerTime, microseconds: UInt64) {
    let start = CounterLayout.histograms + what.rawValue * CounterLayout.histogramWords
    add(1, at: start + Histogram.bucket(microseconds: microseconds))
    add(microseconds, at: start + Histogram.buckets)
  }

  /// A turn of the loop took so long.
  func observeTurn(nanoseconds: UInt64) {
    count(.turnsTimed)
    observe(.turn, microseconds: nanoseconds / 1000)
    let longest = CounterLayout.singles + WorkerCount.turnNanosecondsMax.rawValue
    if nanoseconds > load(longest) { store(nanoseconds, at: longest) }
  }

  @inline(__always) private func place(_ row: Int) -> Int {
    precondition(UInt(bitPattern: row) < UInt(bitPattern: rows))
    return CounterLayout.pageWords + row &* CounterLayout.rowWords
  }

  @inline(__always) private func load(_ index: Int) -> UInt64 {
    unsafe words[index].load(ordering: .relaxed)
  }

  @inline(__always) private func store(_ value: UInt64, at index: Int) {
    unsafe words[index].store(value, ordering: .relaxed)
  }

  @inline(__always) private func add(_ value: UInt64, at index: Int) {
    store(load(index) &+ value, at: index)
  }
}
