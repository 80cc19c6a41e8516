internal import Glibc

/// A fixed piece of memory that a file is read into, its bytes from `start` to `end` not yet used.
@safe struct ByteBuffer: ~Copyable {
  private let base: UnsafeMutablePointer<UInt8>
  let capacity: Int
  private(set) var start = 0
  private(set) var end = 0

  init(capacity: Int) {
    precondition(capacity > 0)
    unsafe base = .allocate(capacity: capacity)
    unsafe base.initialize(repeating: 0, count: capacity)
    self.capacity = capacity
  }

  deinit { unsafe base.deallocate() }

  var isEmpty: Bool { start == end }
  var count: Int { end - start }

  /// What is not yet used.
  var bytes: Span<UInt8> {
    @_lifetime(borrow self) borrowing get {
      unsafe _overrideLifetime(
        Span(_unsafeStart: base + start, count: end - start), borrowing: self)
    }
  }

  /// The room behind it; tell by ``filled(_:)`` how much of it was used.
  var room: MutableSpan<UInt8> {
    @_lifetime(&self) mutating get {
      unsafe _overrideLifetime(
        MutableSpan(_unsafeStart: base + end, count: capacity - end), mutating: &self)
    }
  }

  mutating func filled(_ count: Int) {
    precondition(count >= 0 && count <= capacity - end)
    end += count
  }

  mutating func use(_ count: Int) {
    precondition(count >= 0 && count <= end - start)
    start += count
    if start == end { (start, end) = (0, 0) }
  }

  /// Moves what is not used to the front, so that all room is behind it.
  mutating func compact() {
    guard start > 0 else { return }
    let count = end - start
    unsafe base.update(from: base + start, count: count)
    (start, end) = (0, count)
  }
}

extension Span<UInt8> {
  /// The index of the first line feed from `start` on.
  @inline(__always) func lineEnd(from start: Int) -> Int? {
    precondition(start >= 0 && start <= count)
    return unsafe withUnsafeBufferPointer { buffer -> Int? in
      guard let base = buffer.baseAddress, start < buffer.count,
        let found = unsafe memchr(base + start, 0x0a, buffer.count - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
  }
}
