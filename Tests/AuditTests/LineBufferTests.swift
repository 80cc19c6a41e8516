import Foundation
import Testing

@testable import Audit

@Suite("Lines of the audit file")
struct LineBufferTests {
  private func text(_ write: (inout LineBuffer) -> Void) -> String {
    var line = LineBuffer(capacity: 8192)
    write(&line)
    var bytes: [UInt8] = []
    let span = line.bytes
    for index in span.indices { bytes.append(span[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("a number of any length is written in decimal and in hexadecimal as Swift writes it")
  func numbers() {
    var random = SystemRandomNumberGenerator()
    var values: [UInt64] = [0, .max]
    var power: UInt64 = 1
    for _ in 0..<20 {
      values += [power &- 1, power, power &+ 1]
      power = power &* 10
    }
    for shift in 0..<64 { values.append(random.next() >> UInt64(shift)) }
    for value in values {
      #expect(text { $0.append(decimal: value) } == "\(value)")
      let digits = String(value, radix: 16)
      let padded = String(repeating: "0", count: 16 - digits.count) + digits
      #expect(text { $0.append(hexadecimal: value) } == padded)
    }
  }

  @Test("any bytes become a JSON string that says them again, whatever stands where in a word")
  func strings() throws {
    var random = SystemRandomNumberGenerator()
    let odd: [UInt8] = [0x00, 0x1f, 0x22, 0x5c, 0x7f, 0x80, 0xc2, 0xe2, 0xff]
    for _ in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        UInt8.random(in: 0x20...0x7e, using: &random)
      }
      for _ in 0..<Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
        bytes[Int.random(in: bytes.indices, using: &random)] = odd.randomElement(using: &random)!
      }
      let json = text { $0.append(json: bytes.span) }
      #expect(json.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
      let read = try JSONSerialization.jsonObject(
        with: Data(json.utf8), options: .fragmentsAllowed)
      let isASCII = bytes.allSatisfy { $0 < 0x80 }
      let said = try #require(read as? String)
      if isASCII {
        #expect(said == String(decoding: bytes, as: UTF8.self))
      } else {
        #expect(
          said.unicodeScalars.filter { $0.value < 0x80 }.count == bytes.filter { $0 < 0x80 }.count)
      }
    }
  }

  @Test("times of one second and of the next, in any order, are each written right")
  func times() {
    var time = TimeText()
    let second: UInt64 = 1_763_805_600
    let expected = [
      (second * 1_000_000, "2025-11-22T10:00:00.000000Z"),
      (second * 1_000_000 + 999_999, "2025-11-22T10:00:00.999999Z"),
      ((second + 1) * 1_000_000, "2025-11-22T10:00:01.000000Z"),
      (second * 1_000_000 + 7, "2025-11-22T10:00:00.000007Z"),
      ((second + 50_400) * 1_000_000, "2025-11-23T00:00:00.000000Z"),
      (0, "1970-01-01T00:00:00.000000Z"),
      (UInt64.max, "9999-12-31T23:59:59.999999Z"),
    ]
    for (microseconds, words) in expected {
      var line = LineBuffer(capacity: 64)
      time.append(microseconds: microseconds, to: &line)
      var bytes: [UInt8] = []
      let span = line.bytes
      for index in span.indices { bytes.append(span[index]) }
      #expect(String(decoding: bytes, as: UTF8.self) == words)
    }
  }
}
