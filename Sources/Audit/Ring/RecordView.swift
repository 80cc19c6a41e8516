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

  /// The peer at `offset`, as ``RecordTarget/append(_:)-(AuditPeer)`` puts it there, wherever that is.
  func peer(_ offset: Int) -> AuditPeer? {
    precondition(offset >= 0 && offset <= count - RecordLayout.viaLength)
    let high = unsafe start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    let low = unsafe start.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
    let last = unsafe start.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)
    let port = UInt16(truncatingIfNeeded: last)
    switch UInt8(truncatingIfNeeded: last >> 16) {
    case RecordLayout.processFamily: return .process(AuditProcess(high: high, low: low))
    case 4: return .address(IPAddress(v4: UInt32(truncatingIfNeeded: low)), port: port)
    case 6: return .address(IPAddress(v6High: high, low: low), port: port)
    default: return nil
    }
  }

  func address(family: Int, high: Int, low: Int) -> IPAddress? {
    switch byte(family) {
    case 4: IPAddress(v4: UInt32(truncatingIfNeeded: word(low)))
    case 6: IPAddress(v6High: word(high), low: word(low))
    default: nil
    }
  }
}
