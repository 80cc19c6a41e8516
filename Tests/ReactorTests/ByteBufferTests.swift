import Reactor
import Testing

@Suite struct ByteBufferTests {
  @Test("bytes are zero at first, and what is written is read")
  func write() {
    let buffer = ByteBuffer(count: 8)
    #expect(buffer[7] == 0)
    #expect(buffer.write("abc", at: 5) == 3)
    #expect(buffer[5] == UInt8(ascii: "a") && buffer[7] == UInt8(ascii: "c"))
    let bytes: [UInt8] = [1, 2]
    buffer.write(bytes.span, at: 0)
    #expect(buffer.span(0, 3)[1] == 2 && buffer.span(8, 0).count == 0)
  }

  @Test("a move between overlapping places keeps all bytes")
  func move() {
    let buffer = ByteBuffer(count: 8)
    buffer.write("abcd", at: 0)
    buffer.move(from: 0, to: 2, count: 4)
    #expect((0..<6).map { buffer[$0] } == Array("ababcd".utf8))
    buffer.move(from: 2, to: 1, count: 4)
    #expect((0..<5).map { buffer[$0] } == Array("aabcd".utf8))
  }

  @Test("a read behind the end traps")
  func readBehind() async {
    await #expect(processExitsWith: .failure) { _ = ByteBuffer(count: 8)[8] }
  }

  @Test("a negative place traps")
  func negative() async {
    await #expect(processExitsWith: .failure) { _ = ByteBuffer(count: 8)[-1] }
  }

  @Test("a span that ends behind the end traps")
  func spanBehind() async {
    await #expect(processExitsWith: .failure) { _ = ByteBuffer(count: 8).span(4, 5).count }
  }

  @Test("a span whose end overflows traps")
  func overflow() async {
    await #expect(processExitsWith: .failure) { _ = ByteBuffer(count: 8).span(4, .max).count }
  }

  @Test("a write that does not fit traps")
  func writeBehind() async {
    await #expect(processExitsWith: .failure) { ByteBuffer(count: 8).write("abc", at: 6) }
  }

  @Test("a move that ends behind the end traps")
  func moveBehind() async {
    await #expect(processExitsWith: .failure) {
      ByteBuffer(count: 8).move(from: 0, to: 6, count: 3)
    }
  }
}
