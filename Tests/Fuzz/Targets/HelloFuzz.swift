import Domains
import Wire

/// However a hello is cut, the readers say the same of it; what is accepted ends within the bytes, and
/// its name is the one host that a comparison takes it for.
enum HelloFuzz {
  private struct Outcome: Equatable {
    var step: ClientHelloReader.Step?
    var end = 0
    var name: [UInt8] = []
    var hasEncryptedHello = false
    var hasEarlyData = false
  }

  static func complaint(about input: Span<UInt8>) -> String? {
    guard input.count > 0 else { return nil }
    let kind = input[0]
    let bytes = input.extracting(1...)
    let whole = read(bytes, kind, piece: max(bytes.count, 1))
    for piece in [1, 2 + Int(kind >> 3)] where read(bytes, kind, piece: piece) != whole {
      return "the pieces make a difference"
    }
    if let complaint = nameComplaint(whole) { return complaint }
    let answer = readAnswer(bytes, piece: max(bytes.count, 1))
    for piece in [1, 2 + Int(kind >> 3)] where readAnswer(bytes, piece: piece) != answer {
      return "the pieces of an answer make a difference"
    }
    return nil
  }

  private static func read(_ bytes: Span<UInt8>, _ kind: UInt8, piece: Int) -> Outcome {
    var reader =
      kind & 1 == 0
      ? ClientHelloReader() : ClientHelloReader(secondAfterEarlyData: kind & 2 != 0)
    var name = [UInt8](repeating: 0, count: ClientHelloReader.nameCapacity)
    var outcome = Outcome()
    var at = 0
    while at < bytes.count {
      let end = min(at + piece, bytes.count)
      var target = name.mutableSpan
      let step = reader.take(bytes.extracting(at..<end), name: &target)
      switch step {
      case .needMore: at = end
      case .complete(let length):
        outcome.end = at + length
        outcome.step = .complete(end: 0)
        at = bytes.count
      case .refused:
        outcome.step = step
        at = bytes.count
      }
    }
    outcome.name = Array(name[..<reader.nameLength])
    outcome.hasEncryptedHello = reader.hasEncryptedHello
    outcome.hasEarlyData = reader.hasEarlyData
    return outcome
  }

  private static func nameComplaint(_ outcome: Outcome) -> String? {
    guard outcome.step == .complete(end: 0) else { return nil }
    if outcome.end < 5 + 4 + 41 { return "a hello that is too short to be one" }
    guard !outcome.name.isEmpty else { return nil }
    var key = HostKey()
    var host = HostKey()
    let isName = host.load(outcome.name.span) == nil
    switch ServerName.compare(outcome.name.span, with: host, using: &key) {
    case .same: return isName && outcome.name.last != 0x2e ? nil : "no name, and yet the same"
    case .malformed: return isName && outcome.name.last != 0x2e ? "a name that is none" : nil
    case .other: return "a name that is not itself"
    }
  }

  private static func readAnswer(_ bytes: Span<UInt8>, piece: Int) -> ServerHelloReader.Step {
    var reader = ServerHelloReader()
    var at = 0
    while at < bytes.count {
      let end = min(at + piece, bytes.count)
      let step = reader.take(bytes.extracting(at..<end))
      if step != .needMore { return step }
      at = end
    }
    return .needMore
  }
}
