/// Memory that is filled once and then only read, by any thread: the arrays of a ``Matcher``. Unlike
/// an `Array` it is never counted or copied, and every access is checked. The only raw memory of the
/// matcher.
@safe struct FixedTable<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  /// A copy of `elements`.
  init(_ elements: [Element]) {
    unsafe base = .allocate(capacity: max(1, elements.count))
    count = elements.count
    unsafe elements.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      unsafe base.initialize(from: start, count: source.count)
    }
  }

  deinit { unsafe base.deallocate() }

  subscript(index: Int) -> Element {
    @inline(__always) borrowing get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
      return unsafe base[index]
    }
  }

  /// The elements from `start` to before `end`; the caller sees to it that the table outlives them.
  @unsafe @inline(__always)
  @_lifetime(immortal)
  borrowing func unownedSpan(_ start: Int, _ end: Int) -> Span<Element> {
    precondition(start >= 0 && start <= end && end <= count)
    let span = unsafe Span(_unsafeStart: base + start, count: end - start)
    return unsafe _overrideLifetime(span, copying: ())
  }
}
