/// A fixed number of buffers of one size, lent out by number. Memory is touched when a buffer is
/// first used; an empty pool says so instead of growing.
@frozen @usableFromInline package struct BufferPool: ~Copyable {
  @usableFromInline package let memory: ByteBuffer
  /// Bytes in each buffer.
  @usableFromInline package let stride: Int
  @usableFromInline var free: Slab<UInt8>

  package init(buffers: Int, stride: Int) {
    memory = ByteBuffer(count: buffers * stride)
    free = Slab(capacity: buffers)
    self.stride = stride
  }

  /// Buffers not lent out.
  @inlinable package var available: Int { free.capacity - free.count }

  /// Buffers lent out.
  @inlinable package var inUse: Int { free.count }

  /// A buffer's number, or `nil` when all are in use.
  @inlinable package mutating func take() -> Int? { free.take() }

  @inlinable package mutating func giveBack(_ buffer: Int) { free.giveBack(buffer) }

  /// Where buffer number `buffer` starts in ``memory``.
  @inlinable @inline(__always) package func offset(_ buffer: Int) -> Int { buffer * stride }
}
