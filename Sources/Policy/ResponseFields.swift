/// Header fields that an environment adds to responses: each name once, and none that would change
/// what a message means to who reads it.
package struct ResponseFields: Hashable, Sendable {
  /// `Name: value` and a line end for each, as they are written.
  package private(set) var lines: [UInt8] = []
  private var names: Set<String> = []

  /// The most fields of one environment.
  package static let countLimit = 16
  /// The most bytes of a name, and of a value.
  package static let nameLimit = 64
  package static let valueLimit = 256
  /// The most bytes of all of them together, as they are written: what a response may grow by.
  package static let bytesLimit = 2048

  /// No field.
  package init() {}

  package var isEmpty: Bool { lines.isEmpty }

  /// Why a field is not added.
  package struct Refusal: Error, Hashable, Sendable {
    package let problem: String
    package let remedy: String
  }

  /// Adds a field behind those that are there.
  package mutating func add(name: String, value: String) throws(Refusal) {
    try Self.check(name: name)
    try Self.check(value: value, of: name)
    let folded = name.lowercased()
    guard !names.contains(folded) else {
      throw Refusal(
        problem: "the field \(name) twice, because case does not count", remedy: "write it once")
    }
    let line = Array("\(name): \(value)\r\n".utf8)
    guard names.count < Self.countLimit, lines.count + line.count <= Self.bytesLimit else {
      throw Refusal(
        problem: "more than \(Self.countLimit) fields, or \(Self.bytesLimit) bytes in all",
        remedy: "write fewer or shorter ones")
    }
    names.insert(folded)
    lines += line
  }

  private static func check(name: String) throws(Refusal) {
    let isName =
      (1...nameLimit).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
    guard isName else {
      throw Refusal(
        problem: "not a name of a field",
        remedy: "write 1 to \(nameLimit) letters, digits and -, as X-Sluice-Environment")
    }
    guard let reason = reserved[name.lowercased()] else { return }
    throw Refusal(
      problem: "the field \(name), which \(reason)",
      remedy: "write another field, such as X-Sluice-Environment")
  }

  private static func check(value: String, of name: String) throws(Refusal) {
    let bytes = value.utf8
    guard (1...valueLimit).contains(bytes.count), bytes.allSatisfy({ (0x20...0x7E).contains($0) }),
      bytes.first != 0x20, bytes.last != 0x20
    else {
      throw Refusal(
        problem: "\(name): not a value of a field",
        remedy: "write 1 to \(valueLimit) printable ASCII characters, no space first or last")
    }
  }

  /// Names that are never added, in lower case, and what each does.
  private static let reserved: [String: String] = {
    var names: [String: String] = [:]
    func reserve(_ reason: String, _ list: [String]) { for name in list { names[name] = reason } }
    reserve(
      "is about one connection only",
      [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade",
        "http2-settings", "proxy-authenticate", "proxy-authorization", "proxy-authentication-info",
        "alt-svc",
      ])
    reserve(
      "says where a message ends", ["content-length", "transfer-encoding"])
    reserve(
      "describes the body",
      ["content-type", "content-encoding", "content-range", "content-location", "etag"])
    reserve(
      "Sluice writes itself",
      ["date", "via", "proxy-status", "cache-control", "retry-after", "allow", "host"])
    reserve("sets the state of sites", ["set-cookie", "set-cookie2"])
    reserve("decides what the client does next", ["location", "refresh", "www-authenticate"])
    return names
  }()
}
