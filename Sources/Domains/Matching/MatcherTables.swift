import CNames

/// The sections of an image that was built here or passed ``MatcherImageCheck``, to be read without
/// further ado. All raw access to an image is in this file. What a lookup reads first, buckets and
/// records, is not checked again: the check of the image covers every reference. The rest is checked at
/// each access.
@safe struct MatcherTables: @unchecked Sendable {
  let memory: ImageMemory
  let hash: SuffixHash
  let hashMask: UInt64
  let hasTopLevel: Bool
  let bucketCount: Int
  let ruleCount: Int
  private let straight: StraightTable
  /// That of ``straight``, without a reference on the way.
  private let table: UnsafePointer<cn_table>
  private let buckets: UnsafePointer<UInt32>
  private let records: UnsafeRawPointer
  private let lineBases: UnsafePointer<UInt32>

  /// From this many buckets on, 4 MiB, a table is not expected in the caches of one core.
  private static let largeFrom = 1 << 16

  /// `memory` is an image.
  init(_ memory: ImageMemory) {
    let isLarge = memory.place(of: .buckets).count >= Self.largeFrom
    self.init(memory, isLarge: isLarge, by: cn_best_way())
  }

  /// As ``init(_:)`` with one form of the straight lookup, for the test that all forms agree.
  init(_ memory: ImageMemory, isLarge: Bool, by way: Int32) {
    self.memory = memory
    hash = SuffixHash(seed: memory.read(MatcherHeader.seedAt))
    hashMask = memory.read(MatcherHeader.hashMaskAt)
    ruleCount = Int(memory.read(MatcherHeader.ruleCountAt) as UInt32)
    hasTopLevel =
      (memory.read(MatcherHeader.flagsAt) as UInt32) & MatcherHeader.hasTopLevel != 0
    bucketCount = memory.place(of: .buckets).count
    unsafe buckets = (memory.base + memory.place(of: .buckets).start)
      .assumingMemoryBound(to: UInt32.self)
    unsafe records = memory.base + memory.place(of: .records).start
    unsafe lineBases = (memory.base + memory.place(of: .lineBases).start)
      .assumingMemoryBound(to: UInt32.self)
    straight = unsafe StraightTable(
      cn_table(
        keys: (
          hash.first.0, hash.first.1, hash.second.0, hash.second.1, hash.third.0, hash.third.1
        ),
        rest: hash.shortRest, buckets: buckets, bucket_count: UInt64(bucketCount),
        records: records.assumingMemoryBound(to: UInt8.self), line_bases: lineBases,
        is_large: isLarge ? 1 : 0, walk: nil),
      isStraight: !hasTopLevel && hashMask == .max, by: way)
    unsafe table = straight.table
  }

  /// The straight lookup of a name; see `CNames/walk.c`.
  @inline(__always) func walk(_ key: borrowing HostKey) -> cn_found {
    unsafe table.pointee.walk.unsafelyUnwrapped(
      table, key.memory.assumingMemoryBound(to: UInt8.self))
  }

  /// Asks for the memory that a lookup of `key` will read first.
  @inline(__always) func prefetch(_ key: borrowing HostKey) {
    unsafe cn_ahead(table, key.memory.assumingMemoryBound(to: UInt8.self))
  }

  // MARK: - Buckets

  /// Which of the places of a bucket have a fingerprint, the first the lowest bit.
  @inline(__always) func places(of fingerprint: UInt32, inBucket bucket: Int) -> UInt32 {
    unsafe cn_find8(buckets + bucket &* 16, fingerprint)
  }

  @inline(__always) func fingerprint(_ place: Int, inBucket bucket: Int) -> UInt32 {
    unsafe buckets[bucket &* 16 &+ place]
  }

  /// The slot at a place, 0 to 7.
  @inline(__always) func slot(_ place: Int, inBucket bucket: Int) -> UInt32 {
    unsafe buckets[bucket &* 16 &+ 8 &+ place]
  }

  // MARK: - Records

  @inline(__always) private func record(of slot: UInt32) -> UnsafeRawPointer {
    unsafe records + Int(slot & MatcherSlot.record) &* 2
  }

  /// Whether the record of a slot has the last `count` bytes of `key` as its name.
  func isName(of slot: UInt32, _ key: borrowing HostKey, _ count: Int) -> Bool {
    let record = unsafe record(of: slot)
    guard unsafe Int(record.load(as: UInt8.self)) == count else { return false }
    var bits = count &* 6
    var index = 0
    while bits > 0 {
      let different = unsafe word(record, index) ^ key.word(index)
      if different & SuffixHash.mask(bits) != 0 { return false }
      index &+= 1
      bits &-= 64
    }
    return true
  }

  /// A word of the number of a record's name; it may reach behind the name.
  @inline(__always)
  private func word(_ record: UnsafeRawPointer, _ index: Int) -> UInt64 {
    unsafe UInt64(
      littleEndian: record.loadUnaligned(fromByteOffset: 2 &+ index &* 8, as: UInt64.self))
  }

  /// The one rule of a plain record; `nil` of another.
  @inline(__always) func plainRule(of slot: UInt32) -> UInt32? {
    let tag = unsafe record(of: slot).load(fromByteOffset: 1, as: UInt8.self)
    if tag == MatcherRecord.wide { return nil }
    let block = Int(slot & MatcherSlot.record) >> (MatcherRecord.blockShift - 1)
    return unsafe lineBases[block] &+ UInt32(tag)
  }

  /// Where in `details` the words of a record that is not plain start.
  func detail(of slot: UInt32) -> Int {
    let record = unsafe record(of: slot)
    let length = unsafe Int(record.load(as: UInt8.self))
    let offset = 2 + MatcherRecord.numberSize(length)
    return unsafe Int(
      UInt32(littleEndian: record.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }

  /// The name of a record, in canonical form, with `?` for a code that no byte of a name has, which
  /// only a damaged or hostile image holds.
  func name(of slot: UInt32) -> [UInt8] {
    let record = unsafe record(of: slot)
    let length = unsafe Int(record.load(as: UInt8.self))
    return (0..<length).reversed().map { distance in
      let bit = distance * 6
      let pair = unsafe record.loadUnaligned(fromByteOffset: 2 + bit >> 3, as: UInt16.self)
      let code = UInt8(truncatingIfNeeded: UInt16(littleEndian: pair) >> (bit & 7)) & 63
      let byte = CodedByte.byte(code)
      return byte == 0 ? UInt8(ascii: "?") : byte
    }
  }

  // MARK: - The rest

  func detailWord(_ index: Int) -> UInt32 { memory.element(index, of: .details) }
  func entry(_ index: Int) -> MatcherEntry { memory.element(index, of: .entries) }
  func glob(_ index: Int) -> MatcherGlob { memory.element(index, of: .globs) }
  func portRange(_ index: Int) -> MatcherPortRange { memory.element(index, of: .portRanges) }

  var listRows: [MatcherListRow] {
    (0..<memory.place(of: .lists).count).map { memory.element($0, of: .lists) }
  }

  func listRow(_ index: Int) -> MatcherListRow { memory.element(index, of: .lists) }

  /// All bytes; the caller sees to it that the image outlives them.
  @unsafe var unownedImage: Span<UInt8> {
    @_lifetime(immortal) get {
      let bytes = unsafe Span<UInt8>(
        _unsafeStart: memory.base.assumingMemoryBound(to: UInt8.self), count: memory.count)
      return unsafe _overrideLifetime(bytes, copying: ())
    }
  }

  /// Bytes of `text`; the caller sees to it that the image outlives them.
  @unsafe @_lifetime(immortal)
  func unownedText(_ start: Int, _ count: Int) -> Span<UInt8> {
    let place = memory.place(of: .text)
    precondition(start >= 0 && count >= 0 && start <= place.count - count)
    let bytes = unsafe Span<UInt8>(
      _unsafeStart: (memory.base + place.start + start).assumingMemoryBound(to: UInt8.self),
      count: count)
    return unsafe _overrideLifetime(bytes, copying: ())
  }
}

/// The memory of a `cn_table`, at one place for as long as the tables live.
@safe private final class StraightTable: @unchecked Sendable {
  let table: UnsafePointer<cn_table>

  init(_ table: cn_table, isStraight: Bool, by way: Int32) {
    let memory = UnsafeMutablePointer<cn_table>.allocate(capacity: 1)
    unsafe memory.initialize(to: table)
    unsafe cn_prepare(memory, isStraight ? 1 : 0, way)
    unsafe self.table = UnsafePointer(memory)
  }

  deinit { unsafe table.deallocate() }
}

extension ImageMemory {
  /// The value at an offset.
  @inline(__always) func read<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Value {
    precondition(offset >= 0 && offset <= count - MemoryLayout<Value>.size)
    return unsafe Value(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }

  /// The bytes of a section: where they start, and the number of its elements.
  func place(of section: MatcherSection) -> (start: Int, count: Int) {
    let at = MatcherHeader.sectionsAt + section.rawValue * 8
    return (Int(read(at) as UInt32) * 64, Int(read(at + 4) as UInt32))
  }

  @inline(__always)
  fileprivate func element<Element: BitwiseCopyable>(
    _ index: Int, of section: MatcherSection
  ) -> Element {
    let place = place(of: section)
    precondition(index >= 0 && index < place.count)
    return unsafe base.load(
      fromByteOffset: place.start + index * MemoryLayout<Element>.stride, as: Element.self)
  }
}

/// The bytes of names as 6-bit codes; ``NameNormaliser`` makes them, eight at a time.
enum CodedByte {
  /// The byte of a code; 0 of a code that no byte of a name has.
  static func byte(_ code: UInt8) -> UInt8 {
    let low = code & 0x1F
    let isLetter = code & 0x20 != 0
    let byte = isLetter ? (low == 0x1F ? UInt8(ascii: "_") : 0x60 | low) : 0x20 | low
    let isName = NameNormaliser.canonical(byte) != 0 || byte == UInt8(ascii: ".")
    return code < 64 && isName ? byte : 0
  }
}
