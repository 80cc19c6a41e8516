internal import Domains
internal import Policy

/// One record in a ring, its length and check already proven by ``Ring/record(at:before:)``. Valid
/// until the tail passes it.
@safe struct RecordView {
  private let start: UnsafeRawPointer
  /// The length of all, a multiple of 8.
  let count: Int

  init(start: UnsafeRawPointer, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  func word(_ offset: Int) -> UInt64 {
    precondition(offset >= 0 && offset <= count - 8)
    return unsafe start.load(fromByteOffset: offset, as: UInt64.self)
  }
  func half(_ offset: Int) -> UInt32 {
    precondition(offset >= 0 && offset <= count - 4)
    return unsafe start.load(fromByteOffset: offset, as: UInt32.self)
  }
  func quarter(_ offset: Int) -> UInt16 {
    precondition(offset >= 0 && offset <= count - 2)
    return unsafe start.load(fromByteOffset: offset, as: UInt16.self)
  }
  func byte(_ offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < count)
    return unsafe start.load(fromByteOffset: offset, as: UInt8.self)
  }

  /// The bytes at `offset ..< offset + length`; none where the record does not have them.
  @_lifetime(borrow self)
  borrowing func text(_ offset: Int, _ length: Int) -> Span<UInt8> {
    let count = self.count
    let fits = offset >= 0 && length >= 0 && offset <= count && length <= count - offset
    let first = unsafe (start + (fits ? offset : 0)).assumingMemoryBound(to: UInt8.self)
    return unsafe _overrideLifetime(
      Span(_unsafeStart: first, count: fits ? length : 0), borrowing: self)
  }

  func address(family: Int, high: Int, low: Int) -> IPAddress? {
    switch byte(family) {
    case 4: IPAddress(v4: UInt32(truncatingIfNeeded: word(low)))
    case 6: IPAddress(v6High: word(high), low: word(low))
    default: nil
    }
  }
}
