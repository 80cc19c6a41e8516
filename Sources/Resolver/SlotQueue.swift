import Reactor

/// First in, first out, of slot numbers below a fixed capacity; each at most once, and removable
/// from the middle. Timers that all run for the same time need no more than this.
struct SlotQueue: ~Copyable {
  struct Link: BitwiseCopyable {
    // Slot numbers plus one, so that zeroed memory means "none".
    var previous: UInt32
    var next: UInt32
    var isQueued: Bool
  }

  var links: Slab<Link>
  private var head: UInt32 = 0
  private var tail: UInt32 = 0

  init(capacity: Int) { links = Slab(capacity: capacity) }

  /// The slot that was appended first.
  var first: Int? { head == 0 ? nil : Int(head) - 1 }

  mutating func append(_ slot: Int) {
    precondition(!links[slot].isQueued)
    links[slot] = Link(previous: tail, next: 0, isQueued: true)
    let number = UInt32(slot) + 1
    if tail == 0 { head = number } else { links[Int(tail) - 1].next = number }
    tail = number
  }

  /// Takes `slot` out, if it is in.
  mutating func remove(_ slot: Int) {
    let link = links[slot]
    guard link.isQueued else { return }
    if link.previous == 0 {
      head = link.next
    } else {
      links[Int(link.previous) - 1].next = link.next
    }
    if link.next == 0 {
      tail = link.previous
    } else {
      links[Int(link.next) - 1].previous = link.previous
    }
    links[slot].isQueued = false
  }
}
