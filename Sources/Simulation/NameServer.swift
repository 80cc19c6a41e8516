package import Domains
package import Reactor

/// A DNS server (RFC 1035) that answers A and AAAA questions from a table, as a datagram service.
package final class NameServer {
  /// Addresses by name; a name that is not here does not exist.
  package var records: [String: [IPAddress]] = [:]
  /// Names that never get an answer.
  package var silent: Set<String> = []
  package var delayNanoseconds: UInt64 = 0
  /// Names asked for, in order, once for each question.
  package private(set) var questions: [String] = []

  /// Puts the server at `address` of a world.
  package init(world: World, at address: SocketAddress) {
    world.datagramService(at: address) { [unowned self] in answer($0) }
  }

  private func answer(_ query: [UInt8]) -> DatagramReply {
    guard let question = Question(query) else { return DatagramReply([]) }
    questions.append(question.name)
    guard !silent.contains(question.name) else { return DatagramReply([]) }
    let addresses = records[question.name]
    var reply = Array(query[0..<2])
    reply += [0x81, addresses == nil ? 0x83 : 0x80, 0, 1]
    let wanted = (addresses ?? []).filter {
      ($0.family == .v4 && question.type == 1) || ($0.family == .v6 && question.type == 28)
    }
    reply += [0, UInt8(wanted.count), 0, 0, 0, 0]
    reply += query[12..<question.end]
    for address in wanted {
      // The name as a pointer to the question, type, class IN, 60 s.
      reply += [0xc0, 12, 0, UInt8(question.type), 0, 1, 0, 0, 0, 60]
      let bytes = Self.bytes(address)
      reply += [0, UInt8(bytes.count)] + bytes
    }
    return DatagramReply([reply], afterNanoseconds: delayNanoseconds)
  }

  private static func bytes(_ address: IPAddress) -> [UInt8] {
    func big(_ word: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * (count - 1 - $0))) }
    }
    return address.family == .v4
      ? big(address.low, 4) : big(address.high, 8) + big(address.low, 8)
  }

  private struct Question {
    var name: String
    var type: Int
    /// Where the question ends in the message.
    var end: Int

    init?(_ query: [UInt8]) {
      var labels: [String] = []
      var at = 12
      while at < query.count, query[at] != 0 {
        let end = at + 1 + Int(query[at])
        guard end <= query.count else { return nil }
        labels.append(String(decoding: query[(at + 1)..<end], as: UTF8.self))
        at = end
      }
      guard at + 5 <= query.count else { return nil }
      name = labels.joined(separator: ".").lowercased()
      type = Int(query[at + 1]) << 8 | Int(query[at + 2])
      end = at + 5
    }
  }
}
