import Foundation
import Testing

@testable import Domains

/// Public host-name vectors (see Vectors/README.md): what Sluice accepts must be what WHATWG URL makes of
/// it, and what both refuse or only Sluice refuses is no matter. Whatever is accepted has bytes of RFC 3986's
/// `reg-name` and `IP-literal` only, so that the two standards agree on it.
@Suite("Public vectors")
struct VectorTests {
  struct Vector: Decodable {
    let source: String
    let input: String
    /// `nil`: the source says that it is a failure.
    let expected: String?

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      source = try values.decode(String.self)
      input = try values.decode(String.self)
      expected = try values.decode(String?.self)
    }
  }

  static func vectors() throws -> [Vector] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Vectors/hosts.json")
    return try JSONDecoder().decode([Vector].self, from: Data(contentsOf: file))
  }

  @Test("what is accepted is what WHATWG URL makes of it")
  func agrees() throws {
    var accepted: [String: Int] = [:]
    for vector in try Self.vectors() {
      let defaultPort: Domains.Port = vector.source == "http" ? .http : .https
      guard let authority = try? Authority(vector.input, defaultPort: defaultPort) else { continue }
      accepted[vector.source, default: 0] += 1
      guard let expected = vector.expected else {
        Issue.record("\(vector.source) \(vector.input) is a failure")
        continue
      }
      var text = authority.description
      let suffix = ":\(defaultPort)"
      if text.hasSuffix(suffix) { text.removeLast(suffix.count) }
      #expect(text == Self.withoutDot(expected).lowercased(), "\(vector.source) \(vector.input)")
    }
    // Most of the sources' valid names without user, escapes and odd characters: not everything is refused.
    #expect(accepted == ["http": 36, "https": 11, "toascii": 17, "idna": 872, "dnslength": 4])
  }

  /// WHATWG URL keeps the trailing dot of a name; one is what Sluice takes off.
  private static func withoutDot(_ host: String) -> String {
    var host = host
    if host.hasSuffix(".") { host.removeLast() }
    return host
  }

  @Test("nothing that is not ASCII is accepted")
  func ascii() throws {
    let vectors = try Self.vectors().filter { !$0.input.utf8.allSatisfy { $0 < 0x80 } }
    #expect(vectors.count > 50)
    for vector in vectors {
      #expect((try? Authority(vector.input, defaultPort: .https)) == nil, "\(vector.input)")
    }
  }
}
