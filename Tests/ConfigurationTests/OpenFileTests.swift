import Foundation
import Testing

@testable import Configuration

@Suite("files read whole") struct OpenFileTests {
  @Test(
    "a file is read to its last byte, whatever its size",
    arguments: [0, 1, 65_535, 65_536, 300_001])
  func whole(_ size: Int) throws {
    let folder = try TemporaryFolder()
    let text = String((0..<size).map { Character(Unicode.Scalar(UInt8(0x20 + $0 % 95))) })
    let path = try folder.write(text, to: "file")
    #expect(try OpenFile(path).readAll(limit: 1 << 20) == Array(text.utf8))
    #expect(try OpenFile(path).readAll(limit: size) == Array(text.utf8))
  }

  @Test("a file of one byte more than the limit is refused", arguments: [1, 65_536, 70_000])
  func limit(_ size: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(String(repeating: "x", count: size), to: "file")
    #expect(throws: OpenFile.Failure.tooLarge) { try OpenFile(path).readAll(limit: size - 1) }
  }

  @Test("a file without an end is refused at the limit")
  func endless() {
    #expect(throws: OpenFile.Failure.tooLarge) {
      try OpenFile("/dev/zero").readAll(limit: 1 << 20)
    }
  }

  @Test(
    "the digest is SHA-256 (FIPS 180-4 examples)",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
  func digest(_ text: String, _ expected: String) {
    #expect(SHA256.hexadecimal(of: Array(text.utf8)) == expected)
  }
}
