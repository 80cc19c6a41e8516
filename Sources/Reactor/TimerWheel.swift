internal import CLinux

/// One coarse deadline for each of a fixed number of indices: a hashed timing wheel of 1,024 slots of
/// a tick, 8 ms unless said otherwise. Setting, moving and cancelling a deadline take constant time and
/// allocate nothing.
///
/// A deadline beyond one turn of the wheel (8.2 s) waits in the farthest slot and is looked at again
/// there, so a long idle limit costs one look in eight seconds. A deadline fires up to one tick late,
/// never early.
@safe package struct TimerWheel: ~Copyable {
  private struct Entry: BitwiseCopyable {
    var deadline: UInt64 = 0  // tick; 0: not set
    var next: UInt32 = 0  // index + 1
    var previous: UInt32 = 0  // index + 1; 0: first of its slot
    var slot: UInt32 = 0
  }

  package static let tickNanoseconds: UInt64 = 8_000_000
  private static var slotCount: UInt64 { 1024 }

  private let entries: UnsafeMutablePointer<Entry>
  private let slots: UnsafeMutablePointer<UInt32>
  private let occupied: UnsafeMutablePointer<UInt64>
  private let capacity: Int
  /// Nanoseconds of a tick.
  private let step: UInt64
  /// The last tick whose slot was emptied.
  private var tick: UInt64
  /// Deadlines set.
  package private(set) var count = 0

  package init(capacity: Int, now: UInt64, step: UInt64 = TimerWheel.tickNanoseconds) {
    guard let memory = unsafe cl_map_anonymous(capacity * MemoryLayout<Entry>.stride) else {
      fatalError("no memory for \(capacity) timers; lower --max-connections")
    }
    unsafe entries = memory.bindMemory(to: Entry.self, capacity: capacity)
    unsafe slots = .allocate(capacity: Int(Self.slotCount))
    unsafe slots.initialize(repeating: 0, count: Int(Self.slotCount))
    unsafe occupied = .allocate(capacity: Int(Self.slotCount / 64))
    unsafe occupied.initialize(repeating: 0, count: Int(Self.slotCount / 64))
    self.capacity = capacity
    self.step = step
    tick = now / step
  }

  deinit {
    unsafe cl_unmap(entries, capacity * MemoryLayout<Entry>.stride)
    unsafe slots.deallocate()
    unsafe occupied.deallocate()
  }

  /// Sets the deadline of `index`, in place of any that it had. Times are monotonic nanoseconds.
  package mutating func schedule(_ index: Int, at deadline: UInt64) {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
    // Rounded up, and at least the next tick: a slot already emptied is not looked at again.
    let wanted = max((deadline + step - 1) / step, tick + 1)
    if unsafe entries[index].deadline != 0 { unlink(index) } else { count += 1 }
    unsafe entries[index].deadline = wanted
    link(index)
  }

  /// Sets the deadline of `index` unless the one that it has is earlier.
  package mutating func schedule(_ index: Int, noLaterThan deadline: UInt64) {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
    let set = unsafe entries[index].deadline
    if set != 0 && set * step <= deadline { return }
    schedule(index, at: deadline)
  }

  /// Forgets the deadline of `index`, if it has one.
  package mutating func cancel(_ index: Int) {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
    guard unsafe entries[index].deadline != 0 else { return }
    unlink(index)
    unsafe entries[index].deadline = 0
    count -= 1
  }

  /// Takes one index whose deadline has passed, or `nil` when there is none at `now`.
  package mutating func nextExpired(now: UInt64) -> Int? {
    let target = now / step
    while count > 0, let candidate = nextOccupied(), candidate <= target {
      let slot = Int(candidate % Self.slotCount)
      while true {
        let head = unsafe slots[slot]
        guard head != 0 else { break }
        let index = Int(head - 1)
        unlink(index)
        if unsafe entries[index].deadline <= candidate {
          unsafe entries[index].deadline = 0
          count -= 1
          return index
        }
        // Farther than one turn: wait again, from here on. `tick` moves up to this slot first, so
        // that the farthest slot is the one before it; not beyond it, for what else waits in it may
        // be due, and a deadline that is given out ends this call.
        tick = candidate - 1
        link(index)
      }
      tick = candidate
    }
    if tick < target { tick = target }
    return nil
  }

  /// How long epoll_wait(2) may sleep: -1 when nothing is set. Never less than the true wait.
  package func timeoutMilliseconds(now: UInt64) -> Int32 {
    guard count > 0, let candidate = nextOccupied() else { return -1 }
    let at = candidate * step
    guard at > now else { return 0 }
    return Int32((at - now + 999_999) / 1_000_000)
  }

  /// The first tick after `tick` whose slot holds something.
  private func nextOccupied() -> UInt64? {
    let start = tick + 1
    let words = Int(Self.slotCount / 64)
    let first = Int(start % Self.slotCount)
    for step in 0...words {
      let word = (first / 64 + step) % words
      var bits = unsafe occupied[word]
      if step == 0 { bits &= ~0 << UInt64(first % 64) }
      if step == words { bits &= ~(~0 << UInt64(first % 64)) }
      guard bits != 0 else { continue }
      let slot = UInt64(word * 64 + bits.trailingZeroBitCount)
      return start + (slot + Self.slotCount - UInt64(first)) % Self.slotCount
    }
    return nil
  }

  private mutating func link(_ index: Int) {
    let deadline = unsafe entries[index].deadline
    let slot = Int(min(deadline, tick + Self.slotCount - 1) % Self.slotCount)
    let head = unsafe slots[slot]
    unsafe entries[index].next = head
    unsafe entries[index].previous = 0
    unsafe entries[index].slot = UInt32(slot)
    if head != 0 { unsafe entries[Int(head - 1)].previous = UInt32(index + 1) }
    unsafe slots[slot] = UInt32(index + 1)
    unsafe occupied[slot / 64] |= 1 << UInt64(slot % 64)
  }

  private mutating func unlink(_ index: Int) {
    let entry = unsafe entries[index]
    let slot = Int(entry.slot)
    if entry.previous != 0 {
      unsafe entries[Int(entry.previous - 1)].next = entry.next
    } else {
      unsafe slots[slot] = entry.next
      if entry.next == 0 { unsafe occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
    }
    if entry.next != 0 { unsafe entries[Int(entry.next - 1)].previous = entry.previous }
  }
}
