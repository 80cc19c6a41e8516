internal import Reactor

/// A bounded first-in first-out queue of connection indices. Each index is in it at most once (its
/// record says so, and keeps saying so when the record is used anew), so it never overflows.
struct IndexQueue: ~Copyable {
  private var slots: Slab<UInt32>
  private var head = 0
  private(set) var count = 0

  init(capacity: Int) { slots = Slab(capacity: capacity) }

  var isEmpty: Bool { count == 0 }

  mutating func push(_ index: Int) {
    precondition(count < slots.capacity, "a connection is queued twice")
    slots[(head + count) % slots.capacity] = UInt32(index)
    count += 1
  }

  mutating func pop() -> Int? {
    guard count > 0 else { return nil }
    let index = Int(slots[head])
    head = (head + 1) % slots.capacity
    count -= 1
    return index
  }
}
