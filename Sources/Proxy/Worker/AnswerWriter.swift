internal import Reactor

/// Puts one of our own answers together in the output buffer. What does not fit is left out: the
/// texts are ours or bounded, and the buffer is far larger than all of them.
struct AnswerWriter: ~Copyable {
  private(set) var count: Int

  init(at offset: Int) { count = offset }

  mutating func put(_ text: StaticString, _ out: borrowing ByteBuffer) {
    guard text.utf8CodeUnitCount <= out.count - count else { return }
    count += out.write(text, at: count)
  }

  mutating func put(_ bytes: Span<UInt8>, _ out: borrowing ByteBuffer) {
    guard bytes.count <= out.count - count else { return }
    out.write(bytes, at: count)
    count += bytes.count
  }

  mutating func put(_ number: UInt64, _ out: borrowing ByteBuffer) {
    guard out.count - count >= 20 else { return }
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      out[count] = UInt8(number / divisor % 10) + 0x30
      count += 1
      divisor /= 10
    }
  }

  /// Sixteen hexadecimal digits.
  mutating func putHexadecimal(_ word: UInt64, _ out: borrowing ByteBuffer) {
    guard out.count - count >= 16 else { return }
    for shift in stride(from: 60, through: 0, by: -4) {
      let digit = UInt8(word >> UInt64(shift) & 15)
      out[count] = digit < 10 ? digit + 0x30 : digit + 0x57
      count += 1
    }
  }
}
