import CNames

/// A block of bytes that never change: the tables of a ``Matcher``. Aligned to 64 bytes.
@safe public final class ImageMemory: @unchecked Sendable {
  let base: UnsafeRawPointer
  public let count: Int

  /// From this size on huge pages are asked for, so that random access to a large list needs fewer
  /// entries of the address translation cache.
  private static let hugeFrom = 8 << 20

  /// Has `fill` write all of `count` bytes; `nil` if it says that it failed.
  public init?(count: Int, filledBy fill: (inout MutableRawSpan) -> Bool) {
    let isHuge = count >= Self.hugeFrom
    let room = max(64, (count + 63) & ~63)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: room, alignment: isHuge ? 2 << 20 : 64)
    if isHuge { unsafe cn_prefer_huge_pages(memory, room) }
    unsafe base = UnsafeRawPointer(memory)
    self.count = count
    var span = unsafe MutableRawSpan(_unsafeStart: memory, byteCount: count)
    guard fill(&span) else { return nil }
  }

  /// A copy of `bytes`.
  public convenience init?(copying bytes: Span<UInt8>) {
    self.init(count: bytes.count) { target in
      for index in bytes.indices {
        target.storeBytes(of: bytes[index], toByteOffset: index, as: UInt8.self)
      }
      return true
    }
  }

  deinit { unsafe UnsafeMutableRawPointer(mutating: base).deallocate() }

  /// All of it.
  public var bytes: Span<UInt8> {
    @_lifetime(borrow self) get {
      unsafe _overrideLifetime(
        Span(_unsafeStart: base.assumingMemoryBound(to: UInt8.self), count: count),
        borrowing: self)
    }
  }
}
