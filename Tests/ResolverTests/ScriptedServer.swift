import Glibc

/// A name server on loopback, UDP and TCP on one port, that does what its script says. It has no
/// thread: the test's loop calls ``serve()``.
final class ScriptedServer {
  enum Reaction {
    case reply(Response)
    case replies([[UInt8]])
    case silence
    /// Kept until ``release(_:)``.
    case hold(Response)
  }

  private(set) var port: UInt16 = 0
  /// What was asked, in order; over TCP with a "tcp" in front.
  private(set) var log: [String] = []
  var script: (Question, Bool) -> Reaction = { question, _ in .reply(Response(question)) }

  private let udp: Int32
  private let listener: Int32
  private var streams: [Int32: [UInt8]] = [:]
  private var held: [(UInt16, [UInt8], sockaddr_in)] = []

  init() {
    // A port that TCP has free may be taken for UDP, and a socket is bound only once.
    for _ in 0..<50 {
      let stream = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
      let datagram = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
      var address = loopback(port: 0)
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      if bindSocket(stream, address) {
        withUnsafeMutablePointer(to: &address) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = getsockname(stream, $0, &length)
          }
        }
        if bindSocket(datagram, address), listen(stream, 16) == 0 {
          port = UInt16(bigEndian: address.sin_port)
          (udp, listener) = (datagram, stream)
          return
        }
      }
      close(stream)
      close(datagram)
    }
    preconditionFailure("no port is free for both UDP and TCP")
  }

  deinit {
    close(udp)
    close(listener)
    for fd in streams.keys { close(fd) }
  }

  func queries(_ text: String) -> Int { log.count { $0 == text } }

  /// Answers all that has come.
  func serve() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      var peer = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let count = withUnsafeMutablePointer(to: &peer) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          recvfrom(udp, &buffer, buffer.count, 0, $0, &length)
        }
      }
      guard count > 0 else { break }
      guard let question = Question(query: Array(buffer[..<count])) else { continue }
      for reply in react(question, isTCP: false, peer: peer) { sendDatagram(reply, to: peer) }
    }
    let accepted = accept(listener, nil, nil)
    if accepted >= 0 {
      _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
      // The longest reply, 64 KiB, has to fit: the reader is this same thread.
      var room: Int32 = 1 << 18
      setsockopt(accepted, SOL_SOCKET, SO_SNDBUF, &room, 4)
      streams[accepted] = []
    }
    for fd in Array(streams.keys) {
      let count = recv(fd, &buffer, buffer.count, 0)
      if count == 0 {
        close(fd)
        streams[fd] = nil
        continue
      }
      if count > 0 { streams[fd, default: []] += buffer[..<count] }
      while let input = streams[fd], input.count > 2 {
        let size = Int(input[0]) << 8 | Int(input[1])
        guard input.count >= size + 2 else { break }
        streams[fd] = Array(input[(size + 2)...])
        guard let question = Question(query: Array(input[2..<size + 2])) else { continue }
        for reply in react(question, isTCP: true, peer: nil) {
          let framed = big(UInt16(reply.count)) + reply
          precondition(send(fd, framed, framed.count, Int32(MSG_NOSIGNAL)) == framed.count)
        }
      }
    }
  }

  /// Sends what was held for queries of `type`.
  func release(_ type: UInt16) {
    for (kind, bytes, peer) in held where kind == type { sendDatagram(bytes, to: peer) }
    held.removeAll { $0.0 == type }
  }

  private func react(_ question: Question, isTCP: Bool, peer: sockaddr_in?) -> [[UInt8]] {
    let kind = question.type == Question.a ? "A" : question.type == Question.aaaa ? "AAAA" : "?"
    log.append("\(isTCP ? "tcp " : "")\(kind) \(question.name)")
    switch script(question, isTCP) {
    case .reply(let response): return [response.bytes]
    case .replies(let all): return all
    case .silence: return []
    case .hold(let response):
      if let peer { held.append((question.type, response.bytes, peer)) }
      return []
    }
  }

  private func sendDatagram(_ bytes: [UInt8], to peer: sockaddr_in) {
    var peer = peer
    _ = withUnsafePointer(to: &peer) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(udp, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}

func loopback(port: UInt16) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return address
}

func bindSocket(_ fd: Int32, _ address: sockaddr_in) -> Bool {
  var address = address
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  } == 0
}
