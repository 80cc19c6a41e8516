import Foundation
import Testing

@testable import Wire

@Suite("Proxy-Authorization") struct ProxyAuthorizationTests {
  static func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }

  static let read: [(value: String, credential: String)] = [
    (basic("vm-7:secret"), "secret"),
    (basic("vm-7:a:b"), "a:b"),
    (basic("token:"), "token"),
    (basic(":secret"), "secret"),
    (basic("u:pässword"), "pässword"),
    ("bAsIc   dTpw", "p"),
    ("Bearer abc-._~+/9==", "abc-._~+/9=="),
    ("bearer x", "x"),
  ]

  @Test("the password of Basic and the token of Bearer are read", arguments: read)
  func reads(_ row: (value: String, credential: String)) {
    #expect(Self.credential(row.value) == row.credential)
  }

  static let refused = [
    "", "Basic", "Basic ", "Bearer ", "Digest username=x", "Basic\tdTpw", "Basic dTp",
    "Basic dTpw=",
    "Basic dTpw dTpw", "Basic d=pw", "Basic ====", "Basic dTp_", "Basicx dTpw",
    // Bits behind the last byte, no colon, an empty user and password.
    "Basic dTo5dR==", basic("nocolon"), basic(":"), "Bearer a b", "Bearer a,b", "=dTpw",
    "Bearer " + String(repeating: "a", count: 1100),
    basic(String(repeating: "a", count: 800) + ":b"),
  ]

  @Test("everything else holds no credential", arguments: refused)
  func refuses(_ value: String) {
    #expect(Self.credential(value) == nil)
  }

  @Test("whatever stands there is read or refused without a trap")
  func survives() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...40, using: &random)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      _ = Self.credential(bytes)
      _ = Self.credential(Array("Basic ".utf8) + bytes.map { $0 & 0x7F | 0x20 })
    }
  }

  static func credential(_ value: String) -> String? {
    credential(Array(value.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  static func credential(_ bytes: [UInt8]) -> [UInt8]? {
    var output = [UInt8](repeating: 0, count: ProxyAuthorization.maximumLength)
    var span = output.mutableSpan
    guard let count = ProxyAuthorization.credential(of: bytes.span, into: &span) else { return nil }
    return Array(output[..<count])
  }
}
