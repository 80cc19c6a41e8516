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
    var place = count &+ LineBuffer.decimalDigits(value)
    count = place
    var rest = value
    while rest >= 100 {
      place &-= 2
      let pair = rest % 100
      rest /= 100
      store(pair: UInt8(truncatingIfNeeded: pair), at: place)
    }
    if rest >= 10 {
      store(pair: UInt8(truncatingIfNeeded: rest), at: place &- 2)
    } else {
      unsafe base[place &- 1] = 0x30 &+ UInt8(truncatingIfNeeded: rest)
    }
  }

  /// `digits` decimal digits, an even number, with zeros in front.
  package mutating func append(decimal value: UInt32, digits: Int) {
    precondition(digits > 0 && digits <= 10 && digits & 1 == 0 && capacity - count >= digits)
    var rest = value
    var place = count &+ digits
    count = place
    for _ in 0..<digits / 2 {
      place &-= 2
      store(pair: UInt8(truncatingIfNeeded: rest % 100), at: place)
      rest /= 100
    }
  }

  /// 16 lower-case hexadecimal digits, with zeros in front.
  package mutating func append(hexadecimal value: UInt64) {
    precondition(capacity - count >= 16)
    store(LineBuffer.hexadecimal(UInt32(truncatingIfNeeded: value >> 32)), at: count)
    store(LineBuffer.hexadecimal(UInt32(truncatingIfNeeded: value)), at: count &+ 8)
    count &+= 16
  }

  /// Eight lower-case hexadecimal digits as a word whose lowest byte is the first of them.
  static func hexadecimal(_ value: UInt32) -> UInt64 {
    // One digit to each byte, the highest in the lowest place, as it stands in memory.
    var nibbles = UInt64(value.byteSwapped)
    nibbles = (nibbles | (nibbles << 16)) & 0x0000_ffff_0000_ffff
    nibbles = (nibbles | (nibbles << 8)) & 0x00ff_00ff_00ff_00ff
    nibbles = ((nibbles >> 4) | (nibbles << 8)) & 0x0f0f_0f0f_0f0f_0f0f
    // 10 and above carry into bit 4: those are letters.
    let letters = ((nibbles &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
    return nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
  }

  /// 1 for 0.
  private static func decimalDigits(_ value: UInt64) -> Int {
    var digits = 1
    var rest = value
    while rest >= 10_000 {
      rest /= 10_000
      digits &+= 4
    }
    if rest >= 1000 { return digits &+ 3 }
    if rest >= 100 { return digits &+ 2 }
    return rest >= 10 ? digits &+ 1 : digits
  }

  /// Two decimal digits. There is room for them.
  @inline(__always) private func store(pair: UInt8, at place: Int) {
    unsafe base[place] = 0x30 &+ pair / 10
    unsafe base[place &+ 1] = 0x30 &+ pair % 10
  }

  /// Eight bytes, the lowest first. There is room for them.
  @inline(__always) private func store(_ word: UInt64, at place: Int) {
    unsafe UnsafeMutableRawPointer(base + place).storeBytes(
      of: word.littleEndian, as: UInt64.self)
  }

  /// Appends the bytes of `text` from `start` on that a JSON string holds as they are, up to the first
  /// that it does not: visible ASCII and space but for `"` and `\`. The number of them.
  mutating func appendPlain(_ text: Span<UInt8>, from start: Int) -> Int {
    let length = text.count &- start
    precondition(start >= 0 && length >= 0 && length <= capacity - count)
    let target = unsafe base + count
    let done = unsafe text.withUnsafeBufferPointer { source in
      guard length > 0, let first = source.baseAddress else { return 0 }
      let from = unsafe UnsafeRawPointer(first + start)
      var done = 0
      while done &+ 8 <= length {
        let word = unsafe from.loadUnaligned(fromByteOffset: done, as: UInt64.self)
        guard LineBuffer.isPlain(word) else { break }
        unsafe UnsafeMutableRawPointer(target + done).storeBytes(of: word, as: UInt64.self)
        done &+= 8
      }
      // The last eight at once, some of them for the second time.
      if done < length, length >= 8, done > length &- 8 {
        let word = unsafe from.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
        if LineBuffer.isPlain(word) {
          unsafe UnsafeMutableRawPointer(target + length - 8).storeBytes(of: word, as: UInt64.self)
          return length
        }
      }
      while done < length {
        let byte = unsafe first[start + done]
        guard byte >= 0x20, byte < 0x7f, byte != 0x22, byte != 0x5c else { break }
        unsafe target[done] = byte
        done &+= 1
      }
      return done
    }
    count &+= done
    return done
  }

  /// Whether all eight bytes are ``appendPlain(_:from:)``'s.
  @inline(__always) private static func isPlain(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 0x22)
    let backslash = word ^ (ones &* 0x5c)
    // A byte's bit 7 comes to stand where it is above 0x7e, below 0x20, or was made zero. Borrows reach
    // only bytes above one that counts already.
    let odd =
      word | (word &+ ones) | (word &- (ones &* 0x20)) | (quote &- ones) | (backslash &- ones)
    return odd & (ones &* 0x80) == 0
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
