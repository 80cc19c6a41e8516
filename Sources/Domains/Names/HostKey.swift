/// A host name in canonical form, in memory that its owner uses again and again: made once for each
/// name at the edge, then shared by everything that compares names. A lookup in a ``Matcher`` takes
/// one of these, so that normalising allocates nothing.
@safe public struct HostKey: ~Copyable {
  private let base: UnsafeMutablePointer<UInt8>
  /// The number of canonical bytes; 0 before the first load and after a refused one.
  public private(set) var count = 0

  private static let capacity = 256

  /// An empty key. The only allocation that it ever makes.
  public init() {
    unsafe base = .allocate(capacity: Self.capacity)
    unsafe base.initialize(repeating: 0, count: Self.capacity)
  }

  deinit { unsafe base.deallocate() }

  /// The canonical text: lower case, no trailing dot, 1 to 253 bytes (empty before the first load).
  public var bytes: Span<UInt8> {
    @_lifetime(borrow self) borrowing get {
      unsafe _overrideLifetime(Span(_unsafeStart: base, count: count), borrowing: self)
    }
  }

  /// Takes `name` if it is a valid host name, in canonical form; otherwise says why not, and the key
  /// is empty. Allocates nothing.
  public mutating func load(_ name: Span<UInt8>) -> HostnameError? {
    count = 0
    var target = unsafe MutableSpan(_unsafeStart: base, count: Self.capacity)
    switch NameNormaliser.normalise(name, into: &target) {
    case .valid(let length):
      count = length
      return nil
    case .invalid(let error):
      return error
    }
  }

  /// Takes the canonical text of an address (see ``IPAddress/write(into:)``), without brackets. No
  /// rule of a list matches it.
  public mutating func load(_ address: IPAddress) {
    var target = unsafe MutableSpan(_unsafeStart: base, count: Self.capacity)
    count = address.write(into: &target)
  }

  /// Makes the key empty.
  public mutating func clear() { count = 0 }

  /// The canonical text as a string; allocates when it has more than 15 bytes.
  public var text: String { String(ascii: bytes) }
}
