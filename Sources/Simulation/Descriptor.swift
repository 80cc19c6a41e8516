internal import Reactor

/// What an open descriptor number stands for.
final class Descriptor {
  enum Kind {
    case stream(Endpoint)
    case listener(Backlog)
    case datagram(DatagramSocket)
    case pipeReadEnd(Pipe)
    case pipeWriteEnd(Pipe)
    case event(EventCounter)
    case epoll(Interests)
  }

  let number: Int32
  var kind: Kind
  /// Where and how epoll watches it.
  var registration: Registration?

  init(number: Int32, kind: Kind) {
    self.number = number
    self.kind = kind
  }

  struct Registration {
    let epoll: Int32
    var events: Events
    var token: UInt64
    /// Something happened since the last report: for edge-triggered watching.
    var hasEdge: Bool
  }

  var readiness: Events {
    switch kind {
    case .stream(let endpoint): return endpoint.readiness
    case .listener(let backlog):
      return backlog.waiting.isEmpty ? Events(rawValue: 0) : .readable
    case .datagram(let socket):
      return socket.received.isEmpty ? .writable : .readable | .writable
    case .pipeReadEnd(let pipe):
      return pipe.bytes.isEmpty ? Events(rawValue: 0) : .readable
    case .pipeWriteEnd(let pipe):
      return pipe.bytes.count < pipe.capacity ? .writable : Events(rawValue: 0)
    case .event(let counter):
      return counter.value == 0 ? .writable : .readable | .writable
    case .epoll: return Events(rawValue: 0)
    }
  }

  func noteEdge() { registration?.hasEdge = true }
}

/// A listening socket's queue of connections that nobody has accepted yet.
final class Backlog {
  let address: SocketAddress
  var waiting: [Endpoint] = []
  var limit: Int

  init(address: SocketAddress, limit: Int) {
    self.address = address
    self.limit = limit
  }
}

/// A UDP socket.
final class DatagramSocket {
  var local = SocketAddress.none
  var remote: SocketAddress?
  var received: [(bytes: [UInt8], from: SocketAddress)] = []
}

/// A pipe(7). Simplified: it holds `capacity` bytes however they came, where Linux counts pages.
final class Pipe {
  var bytes = ByteQueue()
  let capacity: Int
  var ends = 2

  init(capacity: Int) { self.capacity = capacity }
}

/// An eventfd(2).
final class EventCounter {
  var value: UInt64 = 0
}

/// What an epoll instance watches, in the order it was told.
final class Interests {
  var descriptors: [Int32] = []
}
