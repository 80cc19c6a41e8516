internal import CLinux
package import Policy
internal import Synchronization

/// The counters of all workers: their memory, and how others read it. Reading takes no lock that a worker
/// could meet and writes nothing; rows of environments that never did anything are pages that the kernel
/// has not made.
///
/// With ``WorkerCounters`` the only place of this target that handles this memory.
@safe package final class CounterBoard {
  private let base: UnsafeMutablePointer<Atomic<UInt64>>
  package let workers: Int
  private let rows: Int
  private let wordsPerWorker: Int
  /// What stood in the row of a slot when another environment got it, by slot.
  private let baselines = Mutex<[Int: RowReading]>([:])

  init(workers: Int, slots: Int) {
    precondition(workers > 0)
    precondition(ReasonCode.allCases.count <= CounterLayout.reasonsMax)
    precondition(EndCode.allCases.count <= CounterLayout.endsMax)
    self.workers = workers
    rows = slots + 1
    wordsPerWorker = CounterLayout.pageWords + rows * CounterLayout.rowWords
    // Zeroed pages of the kernel, not written to: an atomic word of zero bytes is 0.
    guard let memory = unsafe cl_map_anonymous(workers * wordsPerWorker * 8) else {
      fatalError("no address space for the counters of \(workers) workers; lower --workers")
    }
    unsafe base = memory.bindMemory(to: Atomic<UInt64>.self, capacity: workers * wordsPerWorker)
  }

  deinit { unsafe cl_unmap(base, workers * wordsPerWorker * 8) }

  /// What the worker of this number writes, and nobody else.
  func counters(_ worker: Int) -> WorkerCounters {
    precondition(worker >= 0 && worker < workers, "a worker that was not announced")
    return unsafe WorkerCounters(base + worker * wordsPerWorker, rows: rows)
  }

  // MARK: Of the workers

  package func count(_ what: WorkerCount, worker: Int) -> UInt64 {
    load(worker, CounterLayout.singles + what.rawValue)
  }

  package func count(_ what: WorkerCount) -> UInt64 {
    (0..<workers).reduce(0) { $0 &+ count(what, worker: $1) }
  }

  /// Entries of a table that are in use.
  package func used(_ table: WorkerTable, worker: Int) -> UInt64 {
    load(worker, CounterLayout.used + table.rawValue)
  }

  /// Entries that a table has.
  package func capacity(_ table: WorkerTable, worker: Int) -> UInt64 {
    load(worker, CounterLayout.capacities + table.rawValue)
  }

  /// Tunnels open now.
  package var tunnels: Int { Int(truncatingIfNeeded: sum(CounterLayout.tunnelCount)) }

  /// Requests of all environments with this reason.
  package func decisions(_ reason: ReasonCode) -> UInt64 {
    sum(CounterLayout.reasons + Int(reason.rawValue))
  }

  /// Tunnels and exchanges that ended so.
  package func ends(_ end: EndCode) -> UInt64 { sum(CounterLayout.ends + Int(end.rawValue)) }

  package func histogram(_ what: WorkerTime) -> HistogramReading {
    var reading = HistogramReading()
    let start = CounterLayout.histograms + what.rawValue * CounterLayout.histogramWords
    for bucket in 0..<Histogram.buckets { reading.counts[bucket] = sum(start + bucket) }
    reading.sumMicroseconds = sum(start + Histogram.buckets)
    return reading
  }

  // MARK: Of environments

  /// Reads what was counted for the environment in `slot` since it has it; `nil` is for requests in none.
  package func read(slot: Int?, into reading: inout RowReading) {
    read(row: slot.map { $0 + 1 } ?? 0, into: &reading)
    guard let slot, let before = baselines.withLock({ $0[slot] }) else { return }
    reading.subtract(before)
  }

  /// Lets what is counted in these slots begin at nothing: environments get them that are new, whoever had
  /// them before. Nobody may count in them when it is called.
  func begin(slots: [Int]) {
    var reading = RowReading()
    for slot in slots {
      read(row: slot + 1, into: &reading)
      let before = reading.isNothing ? nil : reading
      baselines.withLock { $0[slot] = before }
    }
  }

  private func read(row: Int, into reading: inout RowReading) {
    precondition(row >= 0 && row < rows)
    let start = CounterLayout.pageWords + row * CounterLayout.rowWords
    for index in reading.words.indices {
      var sum: UInt64 = 0
      for worker in 0..<workers { sum &+= load(worker, start + index) }
      reading.words[index] = sum
    }
  }

  private func sum(_ index: Int) -> UInt64 {
    (0..<workers).reduce(0) { $0 &+ load($1, index) }
  }

  private func load(_ worker: Int, _ index: Int) -> UInt64 {
    unsafe base[worker * wordsPerWorker + index].load(ordering: .relaxed)
  }
}

// Words that are written and read atomically.
extension CounterBoard: @unsafe @unchecked Sendable {}
