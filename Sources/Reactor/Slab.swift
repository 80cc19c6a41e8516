internal import CLinux

/// A fixed table of records of a trivial type, zeroed and touched lazily, with a free list. Index 0
/// upward; a record's all-zero form must be a valid free record.
///
/// A stale index is caught by the generation that the caller keeps in the record and in its handle.
@safe @frozen @usableFromInline package struct Slab<Record: BitwiseCopyable>: ~Copyable {
  @usableFromInline let base: UnsafeMutablePointer<Record>
  @usableFromInline let freeStack: UnsafeMutablePointer<UInt32>
  @usableFromInline var freeCount = 0
  @usableFromInline var touched = 0
  @usableFromInline package let capacity: Int
  /// Records in use.
  @usableFromInline package var count = 0

  package init(capacity: Int) {
    precondition(capacity > 0 && capacity < Int(UInt32.max) / 2)
    guard
      let records = unsafe cl_map_anonymous(capacity * MemoryLayout<Record>.stride),
      let stack = unsafe cl_map_anonymous(capacity * 4)
    else { fatalError("no memory for \(capacity) records; lower --max-connections") }
    unsafe base = records.bindMemory(to: Record.self, capacity: capacity)
    unsafe freeStack = stack.bindMemory(to: UInt32.self, capacity: capacity)
    self.capacity = capacity
  }

  deinit {
    unsafe cl_unmap(base, capacity * MemoryLayout<Record>.stride)
    unsafe cl_unmap(freeStack, capacity * 4)
  }

  /// An unused index, most recently freed first (its memory is warm), or `nil` when all are in use.
  @inlinable package mutating func take() -> Int? {
    if freeCount > 0 {
      freeCount -= 1
      count += 1
      return Int(unsafe freeStack[freeCount])
    }
    guard touched < capacity else { return nil }
    touched += 1
    count += 1
    return touched - 1
  }

  /// Gives an index back. The caller has made the record free (and its generation new) before.
  @inlinable package mutating func giveBack(_ index: Int) {
    precondition(index >= 0 && index < touched && freeCount < touched && count > 0)
    unsafe freeStack[freeCount] = UInt32(index)
    freeCount += 1
    count -= 1
  }

  /// One past the highest index ever taken: what a walk over all records must look at.
  @inlinable package var highWater: Int { touched }

  @inlinable package subscript(index: Int) -> Record {
    @inline(__always) unsafeAddress {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
      return unsafe UnsafePointer(base + index)
    }
    @inline(__always) unsafeMutableAddress {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
      return unsafe base + index
    }
  }
}
