import Domains

@testable import Resolver

/// DNS messages put together by hand, right or wrong as a test wants them.
struct Question: Equatable {
  var id: UInt16 = 0x1234
  var name: String
  var type: UInt16
  var wire: [UInt8] = []

  static let a: UInt16 = 1
  static let aaaa: UInt16 = 28

  init(_ name: String, type: UInt16 = Question.a) {
    self.name = name
    self.type = type
    wire = wireName(name) + big(type) + big(1)
  }

  /// Reads a query as a server gets it.
  init?(query: [UInt8]) {
    guard query.count > 12 else { return nil }
    id = UInt16(query[0]) << 8 | UInt16(query[1])
    var labels: [String] = []
    var at = 12
    while at < query.count, query[at] != 0 {
      let end = at + 1 + Int(query[at])
      guard end < query.count else { return nil }
      labels.append(String(decoding: query[at + 1..<end], as: UTF8.self))
      at = end
    }
    guard at + 5 <= query.count else { return nil }
    name = labels.joined(separator: ".").lowercased()
    type = UInt16(query[at + 1]) << 8 | UInt16(query[at + 2])
    wire = Array(query[12..<at + 5])
  }
}

struct Response {
  var question: Question
  var records: [UInt8] = []
  var recordCount = 0
  var code: UInt16 = 0
  var isTruncated = false
  var questionCount = 1

  init(_ question: Question) { self.question = question }

  /// A record owned by `owner` (`nil`: the name of the question, as a pointer).
  func record(_ type: UInt16, owner: [UInt8]? = nil, ttl: UInt32 = 60, _ data: [UInt8]) -> Response
  {
    var copy = self
    copy.records += (owner ?? [0xc0, 12]) + big(type) + big(1) + big(UInt16(ttl >> 16))
    copy.records += big(UInt16(truncatingIfNeeded: ttl)) + big(UInt16(data.count)) + data
    copy.recordCount += 1
    return copy
  }

  func a(_ bytes: UInt8..., owner: String? = nil, ttl: UInt32 = 60) -> Response {
    record(Question.a, owner: owner.map(wireName), ttl: ttl, bytes)
  }
  func aaaa(last: UInt8, owner: String? = nil, ttl: UInt32 = 60) -> Response {
    record(
      Question.aaaa, owner: owner.map(wireName), ttl: ttl,
      [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [last])
  }
  func cname(_ target: String, owner: String? = nil, ttl: UInt32 = 60) -> Response {
    record(5, owner: owner.map(wireName), ttl: ttl, wireName(target))
  }
  func failing(_ code: UInt16) -> Response {
    var copy = self
    copy.code = code
    return copy
  }
  var truncated: Response {
    var copy = self
    copy.isTruncated = true
    return copy
  }

  var bytes: [UInt8] {
    let flags: UInt16 = 0x8180 | code | (isTruncated ? 0x0200 : 0)
    return big(question.id) + big(flags) + big(UInt16(questionCount)) + big(UInt16(recordCount))
      + [0, 0, 0, 0] + question.wire + records
  }
}

func wireName(_ name: String) -> [UInt8] {
  name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
}

func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }

func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> IPAddress {
  IPAddress(v4: a << 24 | b << 16 | c << 8 | d)
}

func v6(last: UInt64) -> IPAddress { IPAddress(v6High: 0x2001_0db8_0000_0000, low: last) }
