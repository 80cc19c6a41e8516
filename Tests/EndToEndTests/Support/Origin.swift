import CEndToEnd
import Foundation
import Synchronization

/// A TCP server on 127.0.0.1 that a test plays by hand (`accept`) or by a script that runs once for
/// each connection, on a thread of its own.
final class Origin: @unchecked Sendable {
  let port: UInt16
  private let listener: Int32
  private let count = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)

  /// How many connections have been taken by a script or by `accept`.
  var accepted: Int { count.load(ordering: .sequentiallyConsistent) }

  /// - Parameters:
  ///   - port: a port to share with an origin of another address; nil: a free one.
  ///   - lastByte: the last byte of the address, 127.0.0.`lastByte`.
  init(
    port wanted: UInt16? = nil, lastByte: UInt8 = 1, script: (@Sendable (Socket) -> Void)? = nil
  ) throws {
    listener = try Socket.open()
    port = try wanted ?? FreePort.take()
    var on: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, 4)
    let chosen = port
    let descriptor = listener
    guard withLoopback(chosen, lastByte: lastByte, { bind(descriptor, $0, $1) }) == 0,
      listen(listener, 4096) == 0
    else {
      throw TroubleError("cannot listen on 127.0.0.\(lastByte):\(port): errno \(errno)")
    }
    if let script {
      // The accept loop holds the origin weakly by its descriptor only: closing it ends the loop.
      let loop = Thread { [weak self] in
        while let self, !self.isStopped.load(ordering: .relaxed) {
          guard let socket = try? self.accept(within: 0.05) else { continue }
          let turn = Thread { script(socket) }
          turn.stackSize = 512 << 10
          turn.start()
        }
      }
      loop.stackSize = 512 << 10
      loop.start()
    }
  }

  deinit { close(listener) }

  func stop() { isStopped.store(true, ordering: .relaxed) }

  /// Takes the next connection.
  func accept(within seconds: Double = 10) throws -> Socket {
    var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    let end = monotonicSeconds() + seconds
    while monotonicSeconds() < end {
      guard poll(&entry, 1, Int32(max(1, (end - monotonicSeconds()) * 1000))) > 0 else { continue }
      let descriptor = e2e_accept(listener)
      if descriptor >= 0 {
        count.add(1, ordering: .sequentiallyConsistent)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
        return Socket(descriptor: descriptor)
      }
    }
    throw TroubleError("no connection reached the origin within \(seconds) s")
  }

  /// Whether a connection is waiting to be taken: the proof that something reached the origin.
  func hasVisitor(within seconds: Double = 0) -> Bool {
    var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, Int32(seconds * 1000)) > 0
  }
}
