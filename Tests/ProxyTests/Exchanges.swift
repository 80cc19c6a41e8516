import Reactor
import Simulation

@testable import Proxy

/// A rig with a web server, and a client that has sent `request` to it.
func start(
  _ request: String, seed: UInt64 = 1, limits change: (inout Limits) -> Void = { _ in }
) throws -> (rig: Rig, client: FarEnd, server: Server) {
  let rig = try Rig(seed: seed, limits: change)
  let server = rig.world.server(at: Rig.web)
  return (rig, try rig.client(sending: request), server)
}

func get(_ path: String, host: String = "allowed.example") -> String {
  "GET http://\(host)\(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
}

func post(_ field: String, _ body: String) -> String {
  "POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\(field)\r\n\r\n\(body)"
}

/// `text` in chunks of so many bytes.
func chunks(_ text: String, _ size: Int) -> String {
  var rest = Substring(text)
  var result = ""
  while !rest.isEmpty {
    let part = rest.prefix(size)
    result += String(part.count, radix: 16) + "\r\n" + part + "\r\n"
    rest = rest.dropFirst(size)
  }
  return result + "0\r\n\r\n"
}

/// The text in chunks that are whole; `nil` if they are not.
func unchunked(_ text: String) -> String? {
  var bytes = Array(text.utf8)[...]
  var result: [UInt8] = []
  while let end = bytes.firstIndex(of: 13) {
    guard let size = Int(String(decoding: bytes[..<end], as: UTF8.self), radix: 16) else {
      return nil
    }
    bytes = bytes[(end + 2)...]
    guard size > 0 else {
      return bytes.elementsEqual([13, 10]) ? String(decoding: result, as: UTF8.self) : nil
    }
    guard bytes.count >= size + 2 else { return nil }
    result += bytes.prefix(size)
    bytes = bytes.dropFirst(size + 2)
  }
  return nil
}
