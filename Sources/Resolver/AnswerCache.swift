import Domains
import Reactor

/// Names and what is known of them, in fixed memory: a chained hash over a slab of entries. An entry
/// that a query or an undelivered completion still refers to is never evicted.
struct AnswerCache: ~Copyable {
  enum State: UInt8, BitwiseCopyable {
    /// In nobody's use.
    case free = 0
    /// Nothing known yet; a lookup is in flight.
    case asking
    case answer
    case failure
  }

  struct Entry: BitwiseCopyable {
    var expires: UInt64
    var hash: UInt32
    /// Of the name servers that it comes from; see ``ServerSets/Place``.
    var life: UInt32
    /// Next entry of the same bucket, plus one; 0: none.
    var chained: UInt32
    /// Changes whenever what was known changes, so that a stale ``AnswerIndex`` is caught.
    var generation: UInt32
    /// The lookup in flight for this name, plus one; 0: none.
    var lookup: UInt32
    /// Connections waiting for the lookup in flight.
    var waiting: WaiterList
    /// Completions not handed out yet.
    var undelivered: UInt32
    var dropped: UInt32
    var finished: UInt64
    var state: State
    var error: UInt8
    var nameLength: UInt8
    var addressCount: UInt8
    var wasUsed: Bool
    /// Addresses of one family are known, the other family's query is still out.
    var isPartial: Bool

    var isPinned: Bool { lookup != 0 || undelivered != 0 }
  }

  var entries: Slab<Entry>
  private let names: ByteBuffer
  private var addresses: Slab<IPAddress>
  private var buckets: Slab<UInt32>
  private let mask: UInt32
  private var hand = 0

  private static let nameStride = 256
  /// Entries looked at for an expired one before an unused one is evicted.
  private static let expiredWindow = 64

  init(capacity: Int) {
    var bucketCount = 16
    while bucketCount < capacity { bucketCount *= 2 }
    entries = Slab(capacity: capacity)
    names = ByteBuffer(count: capacity * Self.nameStride)
    addresses = Slab(capacity: capacity * AddressSet.capacity)
    buckets = Slab(capacity: bucketCount)
    mask = UInt32(bucketCount - 1)
  }

  /// Names in the table.
  var count: Int { entries.count }

  func find(_ name: Span<UInt8>, _ hash: UInt32, _ life: UInt32 = 0) -> Int? {
    var number = buckets[Int(hash & mask)]
    while number != 0 {
      let index = Int(number) - 1
      if entries[index].hash == hash, entries[index].life == life, isNamed(index, name) {
        return index
      }
      number = entries[index].chained
    }
    return nil
  }

  private func isNamed(_ index: Int, _ name: Span<UInt8>) -> Bool {
    guard Int(entries[index].nameLength) == name.count else { return false }
    let kept = names.span(index * Self.nameStride, name.count)
    for offset in name.indices where kept[offset] != name[offset] { return false }
    return true
  }

  /// A new entry for `name`, which is not in the table; evicts if it must. `nil`: all are pinned.
  mutating func insert(
    _ name: Span<UInt8>, _ hash: UInt32, _ life: UInt32 = 0, now: UInt64
  ) -> Int? {
    precondition(name.count > 0 && name.count < Self.nameStride)
    guard let index = entries.take() ?? evict(now: now) else { return nil }
    let generation = entries[index].generation &+ 1
    let bucket = Int(hash & mask)
    entries[index] = Entry(
      expires: 0, hash: hash, life: life, chained: buckets[bucket], generation: generation,
      lookup: 0,
      waiting: WaiterList(), undelivered: 0, dropped: 0, finished: 0, state: .asking, error: 0,
      nameLength: UInt8(name.count), addressCount: 0, wasUsed: false, isPartial: false)
    names.write(name, at: index * Self.nameStride)
    buckets[bucket] = UInt32(index) + 1
    return index
  }

  /// Frees an entry for use by another name, and keeps it taken in the slab: an expired one if there
  /// is one near the hand, else one not used since the hand last passed (second chance).
  private mutating func evict(now: UInt64) -> Int? {
    let capacity = entries.capacity
    for step in 0..<min(Self.expiredWindow, capacity) {
      let index = (hand + step) % capacity
      if !entries[index].isPinned && entries[index].expires <= now {
        hand = (index + 1) % capacity
        unchain(index)
        return index
      }
    }
    for _ in 0..<2 * capacity {
      let index = hand
      hand = (hand + 1) % capacity
      if entries[index].isPinned { continue }
      if entries[index].wasUsed && entries[index].expires > now {
        entries[index].wasUsed = false
        continue
      }
      unchain(index)
      return index
    }
    return nil
  }

  private mutating func unchain(_ index: Int) {
    let bucket = Int(entries[index].hash & mask)
    let wanted = UInt32(index) + 1
    if buckets[bucket] == wanted {
      buckets[bucket] = entries[index].chained
      return
    }
    var number = buckets[bucket]
    while number != 0 {
      let at = Int(number) - 1
      if entries[at].chained == wanted {
        entries[at].chained = entries[index].chained
        return
      }
      number = entries[at].chained
    }
    preconditionFailure("a cache entry is missing from its bucket")
  }

  /// Notes addresses for the name, good until `expires`.
  mutating func store(_ set: AddressSet, in index: Int, expires: UInt64, isPartial: Bool) {
    for position in 0..<set.count {
      addresses[index * AddressSet.capacity + position] = set[position]
    }
    entries[index].state = .answer
    entries[index].addressCount = UInt8(set.count)
    entries[index].dropped = UInt32(clamping: set.dropped)
    entries[index].expires = expires
    entries[index].isPartial = isPartial
    entries[index].generation &+= 1
  }

  /// Notes that the name has no address to dial.
  mutating func store(_ error: ResolutionError, in index: Int, expires: UInt64) {
    entries[index].state = .failure
    entries[index].error = error.rawValue
    entries[index].addressCount = 0
    entries[index].expires = expires
    entries[index].isPartial = false
    entries[index].generation &+= 1
  }

  func address(_ index: Int, at position: Int) -> IPAddress {
    precondition(position >= 0 && position < Int(entries[index].addressCount))
    return addresses[index * AddressSet.capacity + position]
  }
}
