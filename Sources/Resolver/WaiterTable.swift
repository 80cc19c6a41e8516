import Reactor

/// A list of waiters: node numbers plus one, so that zeroed memory is the empty list.
struct WaiterList: BitwiseCopyable {
  var head: UInt32 = 0
  var tail: UInt32 = 0
  var isEmpty: Bool { head == 0 }
}

/// Who waits for which name, in fixed memory; findable by the waiter's own handle, so that a closed
/// connection leaves at once.
struct WaiterTable: ~Copyable {
  struct Node: BitwiseCopyable {
    var waiter: UInt64
    /// When it began to wait, monotonic nanoseconds.
    var started: UInt64
    var entry: UInt32
    var next: UInt32
    var previous: UInt32
    /// Next node of the same bucket.
    var chained: UInt32
    /// Its name is resolved; the completion is not handed out yet.
    var isReady: Bool
  }

  private(set) var nodes: Slab<Node>
  private var buckets: Slab<UInt32>
  private let mask: UInt64
  /// Those whose completion waits to be handed out.
  var ready = WaiterList()

  init(capacity: Int) {
    var bucketCount = 16
    while bucketCount < capacity { bucketCount *= 2 }
    nodes = Slab(capacity: capacity)
    buckets = Slab(capacity: bucketCount)
    mask = UInt64(bucketCount - 1)
  }

  var count: Int { nodes.count }
  var isFull: Bool { nodes.count == nodes.capacity }

  /// Appends a waiter to an entry's list; false: the table is full.
  mutating func add(_ waiter: UInt64, entry: Int, to list: inout WaiterList, now: UInt64) -> Bool {
    guard let index = nodes.take() else { return false }
    let bucket = self.bucket(waiter)
    nodes[index] = Node(
      waiter: waiter, started: now, entry: UInt32(entry), next: 0, previous: list.tail,
      chained: buckets[bucket], isReady: false)
    let number = UInt32(index) + 1
    buckets[bucket] = number
    Self.append(number, to: &list, &nodes)
    return true
  }

  /// Moves a whole list to the end of `ready`; returns how many.
  mutating func makeReady(_ list: inout WaiterList) -> UInt32 {
    var moved: UInt32 = 0
    while list.head != 0 {
      let number = list.head
      Self.unlink(number, from: &list, &nodes)
      nodes[Int(number) - 1].isReady = true
      Self.append(number, to: &ready, &nodes)
      moved += 1
    }
    return moved
  }

  /// Takes the first ready waiter out.
  mutating func nextReady() -> Node? {
    guard ready.head != 0 else { return nil }
    let number = ready.head
    let node = nodes[Int(number) - 1]
    Self.unlink(number, from: &ready, &nodes)
    release(number)
    return node
  }

  /// The first node of `waiter`, if it waits.
  func find(_ waiter: UInt64) -> Int? {
    var number = buckets[bucket(waiter)]
    while number != 0 {
      let index = Int(number) - 1
      if nodes[index].waiter == waiter { return index }
      number = nodes[index].chained
    }
    return nil
  }

  /// Takes a node that is ready out of the table.
  mutating func removeReady(_ index: Int) {
    Self.unlink(UInt32(index) + 1, from: &ready, &nodes)
    release(UInt32(index) + 1)
  }

  /// Takes a node that still waits in `list` out of the table.
  mutating func remove(_ index: Int, from list: inout WaiterList) {
    Self.unlink(UInt32(index) + 1, from: &list, &nodes)
    release(UInt32(index) + 1)
  }

  private func bucket(_ waiter: UInt64) -> Int {
    let mixed = waiter &* 0x9e37_79b9_7f4a_7c15
    return Int((mixed &>> 32) & mask)
  }

  private static func append(
    _ number: UInt32, to list: inout WaiterList, _ nodes: inout Slab<Node>
  ) {
    nodes[Int(number) - 1].previous = list.tail
    nodes[Int(number) - 1].next = 0
    if list.tail == 0 { list.head = number } else { nodes[Int(list.tail) - 1].next = number }
    list.tail = number
  }

  private static func unlink(
    _ number: UInt32, from list: inout WaiterList, _ nodes: inout Slab<Node>
  ) {
    let node = nodes[Int(number) - 1]
    if node.previous == 0 {
      list.head = node.next
    } else {
      nodes[Int(node.previous) - 1].next = node.next
    }
    if node.next == 0 {
      list.tail = node.previous
    } else {
      nodes[Int(node.next) - 1].previous = node.previous
    }
  }

  private mutating func release(_ number: UInt32) {
    let index = Int(number) - 1
    let bucket = self.bucket(nodes[index].waiter)
    if buckets[bucket] == number {
      buckets[bucket] = nodes[index].chained
    } else {
      var at = Int(buckets[bucket]) - 1
      while nodes[at].chained != number { at = Int(nodes[at].chained) - 1 }
      nodes[at].chained = nodes[index].chained
    }
    nodes.giveBack(index)
  }
}
