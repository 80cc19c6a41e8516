/// Memory that is filled once and then only read, by any thread: the arrays of a ``Matcher``. Unlike
/// an `Array` it is never counted or copied, and every access is checked. The only raw memory of the
/// matcher.
@safe struct FixedTable<Element: BitwiseCopyable & Sendable>: ~Copyable, @unchecked Sendable {
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

extension FixedTable<UInt8> {
  /// Whether the bytes from `first` on are those of `text` from `start` to its end.
  @inline(__always)
  borrowing func holds(_ text: Span<UInt8>, from start: Int, at first: Int) -> Bool {
    let length = text.count - start
    precondition(start >= 0 && length >= 0 && first >= 0 && first <= count - length)
    let own = unsafe unownedSpan(first, first + length)
    let other = text.extracting(start..<text.count)
    var offset = 0
    while offset &+ 8 <= length {
      if own.word(at: offset) != other.word(at: offset) { return false }
      offset &+= 8
    }
    // The last eight bytes again rather than the rest one by one.
    if length >= 8 { return own.word(at: length &- 8) == other.word(at: length &- 8) }
    for index in 0..<length where own[index] != other[index] { return false }
    return true
  }
}
