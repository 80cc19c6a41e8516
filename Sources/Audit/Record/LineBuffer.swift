internal import Domains

/// Bytes on their way to the audit file: a fixed piece of memory that lines are written into one
/// after the other. Every access is checked.
@safe package struct LineBuffer: ~Copyable {
  private let base: UnsafeMutablePointer<UInt8>
  package let capacity: Int
  package private(set) var count = 0

  package init(capacity: Int) {
    precondition(capacity > 0)
    unsafe base = .allocate(capacity: capacity)
    unsafe base.initialize(repeating: 0, count: capacity)
    self.capacity = capacity
  }

  deinit { unsafe base.deallocate() }

  package var bytes: Span<UInt8> {
    @_lifetime(borrow self) borrowing get {
      unsafe _overrideLifetime(Span(_unsafeStart: base, count: count), borrowing: self)
    }
  }

  package mutating func removeAll() { count = 0 }

  /// Takes back what was written after the first `count` bytes.
  package mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count)
    self.count = count
  }

  @inline(__always) package mutating func append(_ byte: UInt8) {
    precondition(count < capacity)
    unsafe base[count] = byte
    count &+= 1
  }

  @inline(__always) package mutating func append(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    precondition(length <= capacity - count)
    unsafe (base + count).update(from: text.utf8Start, count: length)
    count &+= length
  }

  @inline(__always) package mutating func append(_ text: Span<UInt8>) {
    let length = text.count
    precondition(length <= capacity - count)
    let target = unsafe base + count
    unsafe text.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe target.update(from: first, count: length)
    }
    count &+= length
  }

  package mutating func append(decimal value: UInt64) {
    precondition(capacity - count >= 20)
    var digits = 1
    var rest = value
    while rest >= 10 {
      rest /= 10
      digits &+= 1
    }
    var place = count &+ digits
    count = place
    rest = value
    repeat {
      place &-= 1
      unsafe base[place] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest != 0
  }

  /// `digits` decimal digits, with zeros in front.
  package mutating func append(decimal value: UInt32, digits: Int) {
    precondition(digits > 0 && digits <= 10 && capacity - count >= digits)
    var rest = value
    var place = count &+ digits
    count = place
    for _ in 0..<digits {
      place &-= 1
      unsafe base[place] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  /// `digits` lower-case hexadecimal digits, with zeros in front.
  package mutating func append(hexadecimal value: UInt64, digits: Int) {
    precondition(digits > 0 && digits <= 16 && capacity - count >= digits)
    var rest = value
    var place = count &+ digits
    count = place
    for _ in 0..<digits {
      place &-= 1
      let nibble = UInt8(truncatingIfNeeded: rest & 15)
      unsafe base[place] = nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble
      rest >>= 4
    }
  }

  /// The one canonical text of an address (RFC 5952), as everywhere else.
  mutating func append(_ address: IPAddress) {
    precondition(IPAddress.canonicalTextLimit <= capacity - count)
    var room = unsafe MutableSpan(
      _unsafeStart: base + count, count: IPAddress.canonicalTextLimit)
    count &+= address.write(into: &room)
  }

  /// Address and port: `10.0.7.2:51514`, `[::1]:51514`.
  mutating func append(_ address: IPAddress, port: UInt16) {
    let isSixth = address.family == .v6
    if isSixth { append(0x5b) }
    append(address)
    if isSixth { append(0x5d) }
    append(0x3a)
    append(decimal: UInt64(port))
  }
}
