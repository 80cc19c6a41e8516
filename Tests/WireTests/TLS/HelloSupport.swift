import Domains
import Testing

@testable import Wire

/// What a reader made of bytes in pieces.
struct HelloOutcome: Equatable, CustomStringConvertible {
  var name: [UInt8] = []
  var hasEncryptedHello = false
  var hasEarlyData = false
  /// `nil`: more is needed.
  var fault: ClientHelloFault?
  /// Where the hello ended, in all bytes.
  var end: Int?
  /// How many bytes had come when it was refused.
  var seen = 0

  var description: String {
    "\(latin1(name)) fault \(fault.map { "\($0)" } ?? "none") end \(end ?? -1)"
  }
}

/// Gives `bytes` to a reader in pieces of the lengths that `next` says.
func readHello(
  _ bytes: [UInt8], _ start: ClientHelloReader = ClientHelloReader(), by next: () -> Int
) -> HelloOutcome {
  var reader = start
  var name = [UInt8](repeating: 0xee, count: ClientHelloReader.nameCapacity)
  var outcome = HelloOutcome()
  var at = 0
  loop: while at < bytes.count {
    let end = min(at + max(next(), 1), bytes.count)
    var target = name.mutableSpan
    let step = reader.take(bytes.span.extracting(at..<end), name: &target)
    switch step {
    case .needMore: break
    case .complete(let length):
      outcome.end = at + length
      break loop
    case .refused(let fault):
      outcome.fault = fault
      break loop
    }
    at = end
  }
  outcome.seen = at
  outcome.name = Array(name[..<reader.nameLength])
  outcome.hasEncryptedHello = reader.hasEncryptedHello
  outcome.hasEarlyData = reader.hasEarlyData
  return outcome
}

func readHello(
  _ bytes: [UInt8], _ start: ClientHelloReader = ClientHelloReader(), piece: Int = Int.max
) -> HelloOutcome {
  readHello(bytes, start) { piece }
}

func compareName(_ name: String, with host: String) -> ServerName.Comparison {
  var key = HostKey()
  var asked = HostKey()
  let error = asked.load(latin1(host).span)
  #expect(error == nil)
  let bytes = latin1(name)
  return ServerName.compare(bytes.span, with: asked, using: &key)
}
