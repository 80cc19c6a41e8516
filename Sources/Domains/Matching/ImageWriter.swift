/// Fills an image from its start to its end; each section is followed by zeros up to a multiple of 64
/// bytes.
struct ImageWriter {
  private var offset = 0

  mutating func append<Element: BitwiseCopyable>(
    _ elements: [Element], _ image: inout MutableRawSpan
  ) {
    let count = elements.count * MemoryLayout<Element>.stride
    var part = image._mutatingExtracting(offset..<(offset + count))
    unsafe part.withUnsafeMutableBytes { target in
      unsafe elements.withUnsafeBytes { source in unsafe target.copyMemory(from: source) }
    }
    offset += count
    fill(&image)
  }

  /// The first `count` elements of a table.
  mutating func append<Element: BitwiseCopyable>(
    _ elements: borrowing ScratchTable<Element>, _ count: Int, _ image: inout MutableRawSpan
  ) {
    let size = count * MemoryLayout<Element>.stride
    var part = image._mutatingExtracting(offset..<(offset + size))
    elements.copy(count, to: &part)
    offset += size
    fill(&image)
  }

  private mutating func fill(_ image: inout MutableRawSpan) {
    while offset & 63 != 0 {
      image.storeBytes(of: 0 as UInt8, toByteOffset: offset, as: UInt8.self)
      offset += 1
    }
  }

  /// Puts the check value of all that was written into the header.
  func stampChecksum(_ image: inout MutableRawSpan) {
    let checksum = ImageChecksum.value(of: image.bytes)
    image.storeBytes(
      of: checksum.littleEndian, toByteOffset: MatcherHeader.checksumAt, as: UInt64.self)
  }
}

/// The header of an image while it is made.
struct HeaderBytes {
  private(set) var bytes = [UInt8](repeating: 0, count: MatcherHeader.size)

  mutating func put<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
    for index in 0..<(Value.bitWidth / 8) {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> Value(index * 8))
    }
  }
}

/// The check value of an image: over all bytes behind the field that holds it. Each step is a
/// bijection of its lane, so that no change of a single word goes unnoticed; it is no protection
/// against those who mean harm.
enum ImageChecksum {
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

  static func value(of image: RawSpan) -> UInt64 {
    unsafe image.withUnsafeBytes { bytes in
      unsafe value(of: bytes.baseAddress!, bytes.count)
    }
  }

  /// Images are whole words long; what is not, which no image is, is only looked at up to there.
  private static func value(of image: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var offset = MatcherHeader.checksumAt + 8
    var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
    // No size has the upper bits. With a factor that the compiler knows it makes each rotation of a
    // product two multiplications, which takes twice as long.
    let factor = Self.factor ^ UInt64(truncatingIfNeeded: count >> 62)
    while offset &+ 32 <= count {
      unsafe lanes.0 = step(lanes.0, word(image, offset), factor)
      unsafe lanes.1 = step(lanes.1, word(image, offset &+ 8), factor)
      unsafe lanes.2 = step(lanes.2, word(image, offset &+ 16), factor)
      unsafe lanes.3 = step(lanes.3, word(image, offset &+ 24), factor)
      offset &+= 32
    }
    while offset &+ 8 <= count {
      unsafe lanes.0 = step(lanes.0, word(image, offset), factor)
      offset &+= 8
    }
    var value = UInt64(truncatingIfNeeded: count)
    for lane in [lanes.0, lanes.1, lanes.2, lanes.3] { value = step(value, lane, factor) }
    return value
  }

  @inline(__always)
  private static func word(_ image: UnsafeRawPointer, _ offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: image.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  @inline(__always) private static func step(
    _ lane: UInt64, _ word: UInt64, _ factor: UInt64
  ) -> UInt64 {
    let product = (lane ^ word) &* factor
    return product << 29 | product >> 35
  }
}
