internal import Glibc
internal import Synchronization

/// Words that all workers read and change atomically, in memory of the kernel that is 0 at first and taken
/// page by page when it is first touched. The only place of the limits that handles raw memory.
@safe package struct SharedWords: ~Copyable {
  private let words: UnsafeMutablePointer<Atomic<UInt64>>
  package let count: Int

  /// All 0. They start at a page, so that eight that belong together share a cache line.
  package init(count: Int) {
    precondition(count > 0 && count < 1 << 40)
    self.count = count
    let memory = unsafe mmap(
      nil, count * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
      fatalError("no memory for \(count) words of limits")
    }
    // An atomic word of zero bytes is 0.
    unsafe words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: count)
  }

  deinit { unsafe munmap(words, count * 8) }

  @inline(__always) package func load(_ index: Int) -> UInt64 {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
    return unsafe words[index].load(ordering: .sequentiallyConsistent)
  }

  @inline(__always) package func store(_ index: Int, _ value: UInt64) {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
    unsafe words[index].store(value, ordering: .sequentiallyConsistent)
  }

  /// Puts `new` in the place of `old`; no if another value stands there, which `old` then is.
  @inline(__always) package func exchange(_ index: Int, _ old: inout UInt64, _ new: UInt64) -> Bool
  {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
    let (isDone, found) = unsafe words[index].compareExchange(
      expected: old, desired: new, ordering: .sequentiallyConsistent)
    old = found
    return isDone
  }

  /// The sum.
  @inline(__always) @discardableResult
  package func add(_ index: Int, _ value: UInt64) -> UInt64 {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
    return unsafe words[index].wrappingAdd(value, ordering: .sequentiallyConsistent).newValue
  }

  /// The difference.
  @inline(__always) @discardableResult
  package func subtract(_ index: Int, _ value: UInt64) -> UInt64 {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
    return unsafe words[index].wrappingSubtract(value, ordering: .sequentiallyConsistent).newValue
  }
}

// Words that are written and read atomically.
extension SharedWords: @unsafe @unchecked Sendable {}
