import CNames

/// Flat memory of those who make and check images: a million rules need tens of MiB that are written
/// once and read once, in any order. An element that was not written yet has no meaning. All access is
/// checked against the capacity.
@safe struct ScratchTable<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>
  private(set) var capacity: Int

  /// From this size on huge pages are asked for: each 4 KiB page costs a fault when it is touched
  /// first.
  private static var hugeFrom: Int { 1 << 20 }

  init(capacity: Int) {
    self.capacity = max(1, capacity)
    unsafe base = Self.allocate(self.capacity)
  }

  /// All bits 0.
  init(zeros count: Int) {
    self.init(capacity: count)
    clear()
  }

  deinit { unsafe UnsafeMutableRawPointer(base).deallocate() }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Element> {
    let size = count * MemoryLayout<Element>.stride
    let isHuge = size >= hugeFrom
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: size, alignment: isHuge ? 2 << 20 : 64)
    if isHuge { unsafe cn_prefer_huge_pages(memory, size) }
    return unsafe memory.bindMemory(to: Element.self, capacity: count)
  }

  @inline(__always) private func check(_ index: Int) {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
  }

  /// Traps on an index that is not in `0 ..< capacity`.
  subscript(index: Int) -> Element {
    @inline(__always) get {
      check(index)
      return unsafe base[index]
    }
    @inline(__always) nonmutating set {
      check(index)
      unsafe base[index] = newValue
    }
  }

  /// Sets all bits to 0.
  func clear() {
    unsafe UnsafeMutableRawPointer(base).initializeMemory(
      as: UInt8.self, repeating: 0, count: capacity * MemoryLayout<Element>.stride)
  }

  /// Makes room for at least `count` elements; what is there stays.
  mutating func reserve(_ count: Int) {
    guard count > capacity else { return }
    let room = max(count, capacity * 2)
    let grown = unsafe Self.allocate(room)
    unsafe UnsafeMutableRawPointer(grown).copyMemory(
      from: base, byteCount: capacity * MemoryLayout<Element>.stride)
    unsafe UnsafeMutableRawPointer(base).deallocate()
    unsafe base = grown
    capacity = room
  }

  /// Asks for the memory of an element that will be read soon; a hint, also where there is none.
  @inline(__always) func prefetch(_ index: Int) {
    unsafe cn_prefetch(base + min(max(index, 0), capacity &- 1))
  }

  /// Copies the first `count` elements to the start of `target`.
  func copy(_ count: Int, to target: inout MutableRawSpan) {
    precondition(count <= capacity)
    unsafe target.withUnsafeMutableBytes { target in
      unsafe target.copyMemory(
        from: UnsafeRawBufferPointer(
          start: base, count: count * MemoryLayout<Element>.stride))
    }
  }
}

extension ScratchTable<UInt8> {
  /// The bytes `at ..< at + 8`, the first in the lowest place.
  @inline(__always) func word(at offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset &+ 8 <= capacity)
    return unsafe UInt64(
      littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Writes what ``word(at:)`` reads.
  @inline(__always) func store(_ word: UInt64, at offset: Int) {
    precondition(offset >= 0 && offset &+ 8 <= capacity)
    unsafe UnsafeMutableRawPointer(base).storeBytes(
      of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
  }
}

extension ScratchTable<UInt32> {
  /// Which of the eight words from `index` on, a multiple of four, are equal to `wanted`; the first is
  /// the lowest bit.
  @inline(__always) func places(of wanted: UInt32, from index: Int) -> UInt32 {
    precondition(index >= 0 && index & 3 == 0 && index &+ 8 <= capacity)
    return unsafe cn_find8(base + index, wanted)
  }
}
