import Foundation
import Synchronization

/// A name server of an attacker: it gives one address the first time it is asked for A records, and
/// another one ever after, with a TTL of 0. Asked for anything else it has no records.
final class ChangingNameServer: @unchecked Sendable {
  let port: UInt16
  private let descriptor: Int32
  private let answers = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)

  /// How often A records have been given.
  var answered: Int { answers.load(ordering: .sequentiallyConsistent) }

  init(first: [UInt8], then second: [UInt8]) throws {
    port = try FreePort.take()
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let socket = descriptor
    guard withLoopback(port, { bind(socket, $0, $1) }) == 0 else {
      throw TroubleError("cannot bind UDP port \(port): errno \(errno)")
    }
    let thread = Thread { [weak self] in
      while let self, !self.isStopped.load(ordering: .relaxed) { self.turn(first, second) }
    }
    thread.stackSize = 512 << 10
    thread.start()
  }

  deinit { close(descriptor) }

  func stop() { isStopped.store(true, ordering: .relaxed) }

  /// Answers one question, if one comes within 50 ms.
  private func turn(_ first: [UInt8], _ second: [UInt8]) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 50) > 0 else { return }
    var query = [UInt8](repeating: 0, count: 1_232)
    var peer = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let count = withUnsafeMutablePointer(to: &peer) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        recvfrom(descriptor, &query, query.count, 0, $0, &length)
      }
    }
    guard count > 16 else { return }
    var end = 12
    while end < count, query[end] != 0 { end += Int(query[end]) + 1 }
    end += 5
    guard end <= count else { return }
    let isAddressQuestion = query[end - 4] == 0 && query[end - 3] == 1
    // RFC 1035 §4.1.1: a response, authoritative, one question, one answer or none.
    var reply = Array(query[0..<2]) + [0x84, 0x00, 0, 1, 0, isAddressQuestion ? 1 : 0, 0, 0, 0, 0]
    reply += query[12..<end]
    if isAddressQuestion {
      let isFirst = answers.add(1, ordering: .sequentiallyConsistent).oldValue == 0
      reply += [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4] + (isFirst ? first : second)
    }
    withUnsafePointer(to: &peer) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = sendto(descriptor, reply, reply.count, 0, $0, length)
      }
    }
  }
}
