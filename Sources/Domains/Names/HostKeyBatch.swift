/// Some names that are looked up together: while one waits for memory, the next is made ready. For
/// those who decide about many names in a row, such as the replay of a log.
@safe public struct HostKeyBatch: ~Copyable {
  /// The most names in a batch: more would push the first out of the cache again.
  public static let capacity = 16

  private let keys: UnsafeMutablePointer<HostKey>
  /// The number of names that were taken.
  public private(set) var count = 0

  public init() {
    unsafe keys = .allocate(capacity: Self.capacity)
    for index in 0..<Self.capacity { unsafe (keys + index).initialize(to: HostKey()) }
  }

  deinit {
    unsafe keys.deinitialize(count: Self.capacity)
    unsafe keys.deallocate()
  }

  public var isFull: Bool { count == Self.capacity }

  /// Takes a name as ``HostKey/load(_:)`` does, and asks for the memory that `matcher` will read first
  /// for it. A refused name takes no place. Traps when the batch is full.
  public mutating func append(_ name: Span<UInt8>, for matcher: Matcher) -> HostnameError? {
    precondition(count < Self.capacity)
    if let error = unsafe keys[count].load(name) { return error }
    unsafe matcher.prefetch(keys[count])
    count += 1
    return nil
  }

  /// Calls `body` with each name, in their order, and forgets them.
  public mutating func drain(_ body: (_ index: Int, _ key: borrowing HostKey) -> Void) {
    for index in 0..<count { unsafe body(index, keys[index]) }
    count = 0
  }
}
