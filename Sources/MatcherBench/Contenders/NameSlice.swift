import Glibc

/// Bytes of a name that are in memory elsewhere, as a key of dictionaries: hashed and compared where
/// they are, so that a lookup copies nothing. Whoever makes one sees to it that the bytes stay.
@unsafe struct NameSlice: Hashable {
  let start: UnsafePointer<UInt8>
  let count: Int

  static func == (left: Self, right: Self) -> Bool {
    unsafe left.count == right.count && memcmp(left.start, right.start, left.count) == 0
  }

  func hash(into hasher: inout Hasher) {
    unsafe hasher.combine(bytes: UnsafeRawBufferPointer(start: start, count: count))
  }
}

/// Bytes that stay where they are: the names that the tables of a contender refer to.
@safe final class NameBytes {
  private let start: UnsafeMutablePointer<UInt8>
  let count: Int

  init(_ bytes: [UInt8]) {
    count = bytes.count
    unsafe start = .allocate(capacity: max(1, bytes.count))
    for index in bytes.indices { unsafe start[index] = bytes[index] }
  }

  deinit { unsafe start.deallocate() }

  /// Valid as long as this object lives.
  @unsafe @inline(__always)
  func slice(_ range: Range<Int>) -> NameSlice {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe NameSlice(start: UnsafePointer(start + range.lowerBound), count: range.count)
  }

  /// Whether the bytes in `range` are the last ones of `name`.
  @inline(__always)
  func isSuffix(_ range: Range<Int>, of name: Span<UInt8>) -> Bool {
    precondition(range.upperBound <= count && range.count <= name.count)
    return unsafe name.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return range.isEmpty }
      return unsafe memcmp(
        start + range.lowerBound, base + (bytes.count - range.count), range.count) == 0
    }
  }

  /// Whether the bytes in `range` come before (< 0), are (0) or come after (> 0) the first `length`
  /// bytes of `name`.
  @inline(__always)
  func compare(_ range: Range<Int>, _ name: Span<UInt8>, _ length: Int) -> Int {
    precondition(range.upperBound <= count && length <= name.count)
    let order = unsafe name.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return Int32(0) }
      return unsafe memcmp(start + range.lowerBound, base, min(range.count, length))
    }
    return order != 0 ? Int(order) : range.count - length
  }
}

extension Span<UInt8> {
  /// Calls `body` with the bytes from `first` to before `end`, which stay for that long.
  @unsafe @inline(__always)
  func withSlice<Result>(_ first: Int, _ end: Int, _ body: (NameSlice) -> Result) -> Result {
    precondition(first >= 0 && first <= end && end <= count)
    return unsafe withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { preconditionFailure("a name has bytes") }
      return unsafe body(NameSlice(start: base + first, count: end - first))
    }
  }
}
