internal import Synchronization

/// The slots of a snapshot's environments: a row for each, written before the snapshot is published and
/// only read from then on.
@safe struct SlotTable: ~Copyable {
  private let rows: UnsafeMutablePointer<Atomic<UInt16>>
  let count: Int

  /// The slot of each is its number.
  init(count: Int) {
    self.count = count
    unsafe rows = .allocate(capacity: max(count, 1))
    for index in 0..<count {
      unsafe (rows + index).initialize(to: Atomic(UInt16(index)))
    }
  }

  deinit { unsafe rows.deallocate() }

  subscript(index: Int) -> UInt16 {
    @inline(__always) borrowing get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
      return unsafe rows[index].load(ordering: .relaxed)
    }
  }

  borrowing func set(_ index: Int, _ slot: UInt16) {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
    unsafe rows[index].store(slot, ordering: .relaxed)
  }
}

// Words that are written and read atomically.
extension SlotTable: @unsafe @unchecked Sendable {}

// What is counted for an environment goes on counting when the policy changes: the word that counts
// belongs to the environment's name and not to its number.
extension PolicySnapshot {
  /// Slots that environments can have: those of two snapshots, of which the second one takes over from
  /// the first.
  package static let slotCount = 2 * environmentsMax

  /// The number of the counters of an environment, less than ``slotCount``: the same in each snapshot
  /// that has an environment of its name.
  @inline(__always)
  package func slot(of environment: Int) -> Int { Int(slots[environment]) }

  /// Gives the environments the slots that those of the same names have in `old`, and the others slots
  /// that nothing in `old` has. Before this snapshot is published; nothing may be counted in slots of
  /// snapshots before `old`. Returns the slots of environments that are new.
  @discardableResult
  package func takeOverSlots(of old: PolicySnapshot) -> [Int] {
    var known: [String: UInt16] = [:]
    var isTaken = Array(repeating: false, count: Self.slotCount)
    for (index, environment) in old.environments.enumerated() {
      known[environment.name] = old.slots[index]
      isTaken[Int(old.slots[index])] = true
    }
    var free = 0
    var fresh: [Int] = []
    for (index, environment) in environments.enumerated() {
      if let slot = known[environment.name] {
        slots.set(index, slot)
        continue
      }
      while isTaken[free] { free += 1 }
      slots.set(index, UInt16(free))
      fresh.append(free)
      free += 1
    }
    return fresh
  }
}
