import Domains

/// What one DNS response says of one name and one address family.
struct ParsedAnswer: BitwiseCopyable {
  /// `nil`: there is at least one address.
  var error: ResolutionError?
  var addresses = AddressSet()
  /// The least TTL of all records used, CNAMEs included, in seconds.
  var ttl: UInt32 = .max

  init(error: ResolutionError? = nil) { self.error = error }
}

/// Reads the response to an A or AAAA query (RFC 1035 §4). c-ares has a parser of its own; it follows
/// any CNAME record, whoever owns it, and its time is quadratic in the number of records. This one
/// takes an address only when its owner is the name asked for, or is reached from it by CNAME records
/// of the same response, keeps 16, allocates nothing, and looks at no more than 512 records.
enum AnswerParser {
  static let recordsExamined = 512
  static let chainLength = 16

  private static let headerLength = 12
  private static let typeCNAME: UInt16 = 5
  private static let classInternet: UInt16 = 1

  /// The record type of a family (RFC 1035 §3.2.2, RFC 3596 §2.1).
  static func recordType(_ family: IPAddress.Family) -> UInt16 { family == .v4 ? 1 : 28 }

  /// `name` is canonical text. Anything that is not a complete, well-formed answer to exactly this
  /// question is an error.
  static func parse(
    _ message: Span<UInt8>, name: Span<UInt8>, family: IPAddress.Family
  ) -> ParsedAnswer {
    guard message.count >= headerLength else { return ParsedAnswer(error: .malformed) }
    let flags = word(message, 2)
    // A response (QR) to a standard query (opcode 0), whole (no TC), to one question.
    guard flags & 0xfa00 == 0x8000, word(message, 4) == 1 else {
      return ParsedAnswer(error: .malformed)
    }
    if let error = error(responseCode: flags & 0xf) { return ParsedAnswer(error: error) }
    guard
      NameCursor.matches(message, at: headerLength, text: name),
      let question = NameCursor.end(message, at: headerLength),
      question + 4 <= message.count,
      word(message, question) == recordType(family),
      word(message, question + 2) == classInternet
    else { return ParsedAnswer(error: .malformed) }
    return collect(message, from: question + 4, count: Int(word(message, 6)), family: family)
  }

  /// RFC 1035 §4.1.1.
  static func error(responseCode: UInt16) -> ResolutionError? {
    switch responseCode {
    case 0: nil
    case 3: .notFound
    case 4, 5: .refusedByServer
    default: .serverFailure
    }
  }

  private static func collect(
    _ message: Span<UInt8>, from start: Int, count: Int, family: IPAddress.Family
  ) -> ParsedAnswer {
    let examined = min(count, recordsExamined)
    var answer = ParsedAnswer()
    var owner = headerLength
    var steps = 0
    // Each turn looks for the CNAME of the name reached so far: servers may send them in any order.
    followChain: while true {
      var at = start
      for _ in 0..<examined {
        guard let record = Record(message, at: at) else { return ParsedAnswer(error: .malformed) }
        at = record.end
        guard record.kind == typeCNAME, record.zone == classInternet else { continue }
        guard let isOwner = NameCursor.same(message, record.owner, owner) else {
          return ParsedAnswer(error: .malformed)
        }
        guard isOwner else { continue }
        guard NameCursor.end(message, at: record.data) == record.end, steps < chainLength else {
          return ParsedAnswer(error: .malformed)
        }
        steps += 1
        owner = record.data
        answer.ttl = min(answer.ttl, record.ttl)
        continue followChain
      }
      break
    }
    let wantedKind = recordType(family)
    var at = start
    for _ in 0..<examined {
      guard let record = Record(message, at: at) else { return ParsedAnswer(error: .malformed) }
      at = record.end
      guard record.kind == wantedKind, record.zone == classInternet else { continue }
      guard
        let isOwner = NameCursor.same(message, record.owner, owner),
        record.length == (family == .v4 ? 4 : 16)
      else { return ParsedAnswer(error: .malformed) }
      guard isOwner else { continue }
      answer.addresses.append(address(message, record.data, family))
      answer.ttl = min(answer.ttl, record.ttl)
    }
    answer.addresses.noteDropped(count - examined)
    if answer.addresses.count == 0 { answer.error = .notFound }
    return answer
  }

  private static func address(
    _ message: Span<UInt8>, _ at: Int, _ family: IPAddress.Family
  ) -> IPAddress {
    switch family {
    case .v4: IPAddress(v4: UInt32(word(message, at)) << 16 | UInt32(word(message, at + 2)))
    case .v6: IPAddress(v6High: longWord(message, at), low: longWord(message, at + 8))
    }
  }

  static func word(_ message: Span<UInt8>, _ at: Int) -> UInt16 {
    UInt16(message[at]) << 8 | UInt16(message[at + 1])
  }

  private static func longWord(_ message: Span<UInt8>, _ at: Int) -> UInt64 {
    var value: UInt64 = 0
    for offset in 0..<8 { value = value << 8 | UInt64(message[at + offset]) }
    return value
  }
}

/// The fixed part of one resource record (RFC 1035 §4.1.3), whose data lies within the message.
private struct Record {
  var owner: Int
  var kind: UInt16
  var zone: UInt16
  var ttl: UInt32
  var data: Int
  var length: Int
  var end: Int { data + length }

  init?(_ message: Span<UInt8>, at start: Int) {
    guard let fixed = NameCursor.end(message, at: start), fixed + 10 <= message.count else {
      return nil
    }
    owner = start
    kind = AnswerParser.word(message, fixed)
    zone = AnswerParser.word(message, fixed + 2)
    let high = AnswerParser.word(message, fixed + 4)
    // RFC 2181 §8: a TTL with the top bit set counts as zero.
    ttl = high >= 0x8000 ? 0 : UInt32(high) << 16 | UInt32(AnswerParser.word(message, fixed + 6))
    data = fixed + 10
    length = Int(AnswerParser.word(message, fixed + 8))
    guard data + length <= message.count else { return nil }
  }
}
