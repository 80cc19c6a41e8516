import CNames

/// A host name in canonical form, in memory that its owner uses again and again: made once for each
/// name at the edge, then shared by everything that compares names. A lookup in a ``Matcher`` takes
/// one of these, so that normalising allocates nothing.
///
/// Beside the text it holds what a lookup needs: the name as one number with 6 bits a byte, the last
/// byte of the name lowest, so that a suffix is the low bits of that number; and where the dots are.
@safe public struct HostKey: ~Copyable {
  let memory: UnsafeMutableRawPointer
  /// The number of canonical bytes; 0 before the first load and after a refused one.
  public var count: Int { unsafe Int(memory.load(fromByteOffset: Int(CN_COUNT), as: UInt32.self)) }
  /// As ``count``, but 0 for the text of an address: no rule is about one.
  @inline(__always) var nameCount: Int {
    unsafe Int(memory.load(fromByteOffset: Int(CN_NAME_COUNT), as: UInt32.self))
  }

  /// An empty key. The only allocation that it ever makes: 512 bytes.
  public init() {
    unsafe memory = .allocate(byteCount: Int(CN_KEY_BYTES), alignment: 64)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: Int(CN_KEY_BYTES))
  }

  deinit { unsafe memory.deallocate() }

  /// The canonical text: lower case, no trailing dot, 1 to 253 bytes (empty before the first load).
  public var bytes: Span<UInt8> {
    @_lifetime(borrow self) borrowing get {
      let end = unsafe (memory + Int(CN_TEXT_END)).assumingMemoryBound(to: UInt8.self)
      return unsafe _overrideLifetime(
        Span(_unsafeStart: end - count, count: count), borrowing: self)
    }
  }

  /// Takes `name` if it is a valid host name, in canonical form; otherwise says why not, and the key
  /// is empty. Allocates nothing.
  public mutating func load(_ name: Span<UInt8>) -> HostnameError? {
    guard name.count > 0 else { return loadPortably(name) }
    let target = unsafe memory.assumingMemoryBound(to: UInt8.self)
    let isTaken = unsafe name.withUnsafeBufferPointer { name in
      unsafe cn_take(target, name.baseAddress, name.count) != 0
    }
    return isTaken ? nil : loadPortably(name)
  }

  /// As ``load(_:)`` without vector instructions: what these do not take, and the measure of them.
  mutating func loadPortably(_ name: Span<UInt8>) -> HostnameError? {
    setCount(0)
    var words = unsafe MutableSpan<UInt64>(
      _unsafeStart: memory.assumingMemoryBound(to: UInt64.self),
      count: NameNormaliser.wordCount + NameNormaliser.dotWordCount)
    let text = unsafe (memory + Int(CN_TEXT_END) - 256).assumingMemoryBound(to: UInt8.self)
    var target = unsafe MutableSpan<UInt8>(_unsafeStart: text, count: 256)
    switch NameNormaliser.normalise(name, into: &target, words: &words) {
    case .valid(let length):
      setCount(length)
      return nil
    case .invalid(let error):
      return error
    }
  }

  /// As ``load(_:)`` by one way of `CNames`, for the test that all ways agree; `false` if it leaves
  /// the name to the portable code.
  mutating func load(_ name: Span<UInt8>, by way: Int32) -> Bool {
    let target = unsafe memory.assumingMemoryBound(to: UInt8.self)
    let isTaken = unsafe name.withUnsafeBufferPointer { name in
      unsafe cn_take_by(way, target, name.baseAddress, name.count) != 0
    }
    if !isTaken { setCount(0) }
    return isTaken
  }

  /// Takes the canonical text of an address (see ``IPAddress/write(into:)``), without brackets. No
  /// rule of a list matches it.
  public mutating func load(_ address: IPAddress) {
    let start = unsafe (memory + Int(CN_NAME_COUNT) + 4).assumingMemoryBound(to: UInt8.self)
    var target = unsafe MutableSpan<UInt8>(_unsafeStart: start, count: 64)
    let count = address.write(into: &target)
    setCount(count, nameCount: 0)
    unsafe (memory + Int(CN_TEXT_END) - count).copyMemory(from: start, byteCount: count)
  }

  /// Makes the key empty.
  public mutating func clear() {
    setCount(0)
  }

  private mutating func setCount(_ count: Int) { setCount(count, nameCount: count) }

  private mutating func setCount(_ count: Int, nameCount: Int) {
    unsafe memory.storeBytes(
      of: UInt32(count), toByteOffset: Int(CN_COUNT), as: UInt32.self)
    unsafe memory.storeBytes(
      of: UInt32(nameCount), toByteOffset: Int(CN_NAME_COUNT), as: UInt32.self)
  }

  /// The canonical text as a string; allocates when it has more than 15 bytes.
  public var text: String { String(ascii: bytes) }

  // MARK: - For the matcher

  /// 64 bits of the name as a number: word 0 has the last bytes of the name. Up to the end of the
  /// pair that holds the first byte; what stands above has no meaning.
  @inline(__always) func word(_ index: Int) -> UInt64 {
    unsafe memory.load(fromByteOffset: index &* 8, as: UInt64.self)
  }

  /// One of the first six words of the number of the last `count` bytes, 64 at most.
  @inline(__always) func word(_ index: Int, ofLast count: Int) -> UInt64 {
    word(index) & cn_mask(Int32(index), count)
  }

  /// Where the dots are in the last 64 bytes of the name, and one more in front of a name of less
  /// than 64: bit 0 is the last byte.
  @inline(__always) var dots: UInt64 {
    unsafe memory.load(fromByteOffset: Int(CN_DOTS), as: UInt64.self)
  }

  /// The number of bytes behind the next dot in front of the last `count` and the dot in front of
  /// them, or of all. `count` is less than ``nameCount``; at first 0, before which there is no dot.
  func suffix(longerThan count: Int) -> Int {
    var place = count + 1
    while place < nameCount {
      let word = unsafe memory.load(
        fromByteOffset: Int(CN_DOTS) + (place >> 6) &* 8, as: UInt64.self)
      let rest = word >> UInt64(place & 63)
      if rest != 0 { return min(place + rest.trailingZeroBitCount, nameCount) }
      place = (place | 63) + 1
    }
    return nameCount
  }
}
