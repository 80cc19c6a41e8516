internal import CLinux

/// A fixed piece of zeroed memory, mapped once and touched lazily: pages that nobody writes cost
/// nothing. Every access is checked. This and ``Slab`` are the only places of this target, beside the
/// kernel, that handle raw memory.
@safe @frozen @usableFromInline package struct ByteBuffer: ~Copyable {
  @usableFromInline package let base: UnsafeMutablePointer<UInt8>
  @usableFromInline package let count: Int

  /// Traps if the memory cannot be had: buffers are made at start only.
  package init(count: Int) {
    precondition(count > 0)
    guard let memory = unsafe cl_map_anonymous(count) else {
      fatalError("no memory for a buffer of \(count) bytes; lower --max-connections")
    }
    unsafe base = memory.bindMemory(to: UInt8.self, capacity: count)
    self.count = count
  }

  deinit { unsafe cl_unmap(base, count) }

  @inlinable package subscript(index: Int) -> UInt8 {
    @inline(__always) get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
      return unsafe base[index]
    }
    @inline(__always) nonmutating set {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
      unsafe base[index] = newValue
    }
  }

  /// The bytes at `offset ..< offset + length`.
  @_lifetime(borrow self)
  @inlinable @inline(__always) package borrowing func span(_ offset: Int, _ length: Int) -> Span<
    UInt8
  > {
    check(offset, length)
    return unsafe _overrideLifetime(
      Span(_unsafeStart: base + offset, count: length), borrowing: self)
  }

  /// The bytes at `offset ..< offset + length`, to be written. The caller sees to it that no two
  /// such spans that overlap are in use at once.
  @_lifetime(borrow self)
  @inlinable @inline(__always) package borrowing func mutableSpan(
    _ offset: Int, _ length: Int
  ) -> MutableSpan<UInt8> {
    check(offset, length)
    return unsafe _overrideLifetime(
      MutableSpan(_unsafeStart: base + offset, count: length), borrowing: self)
  }

  /// Copies `bytes` to `offset`.
  @inlinable @inline(__always) package borrowing func write(_ bytes: Span<UInt8>, at offset: Int) {
    check(offset, bytes.count)
    let target = unsafe base + offset
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      unsafe target.update(from: start, count: source.count)
    }
  }

  /// Copies text to `offset`; returns its length.
  @discardableResult
  @inlinable @inline(__always) package borrowing func write(_ text: StaticString, at offset: Int)
    -> Int
  {
    let length = text.utf8CodeUnitCount
    check(offset, length)
    unsafe (base + offset).update(from: text.utf8Start, count: length)
    return length
  }

  /// Moves bytes within the buffer; the two ranges may overlap.
  package borrowing func move(from source: Int, to target: Int, count length: Int) {
    check(source, length)
    check(target, length)
    unsafe (base + target).update(from: base + source, count: length)
  }

  @inlinable @inline(__always) package borrowing func check(_ offset: Int, _ length: Int) {
    precondition(offset >= 0 && length >= 0 && offset <= count && length <= count - offset)
  }
}
