package import Reactor

/// A client or a server as the test plays it: the other side of one of the machine's connections.
/// It reads all that arrives unless told not to, and may send any amount at once.
package final class FarEnd {
  /// All that was read so far.
  package private(set) var received: [UInt8] = []
  /// Does not read: the connection fills up.
  package var isPaused = false
  /// All that it was told to send.
  package private(set) var sent: [UInt8] = []
  package var sentCount: Int { sent.count }

  private let world: World
  private let endpoint: Endpoint
  private var isClosed = false

  init(world: World, endpoint: Endpoint) {
    self.world = world
    self.endpoint = endpoint
    world.farEnds.append(self)
  }

  package var receivedText: String { String(decoding: received, as: UTF8.self) }

  /// The machine's address, as this side sees it.
  package var remote: SocketAddress { endpoint.remote }
  package var local: SocketAddress { endpoint.local }

  /// The other side's end was received, behind all of its bytes.
  package var isFinished: Bool { endpoint.isEndReceived && endpoint.received.isEmpty }
  /// The connection was reset by the other side.
  package var isReset: Bool { endpoint.wasReset }
  /// Finished or reset: nothing more will come.
  package var isOver: Bool { isFinished || isReset || isClosed }
  /// Bytes sent that the machine's socket has not taken in yet.
  package var pendingCount: Int { endpoint.outgoing.count }

  /// Sends, if the connection still stands.
  package func send(_ bytes: some Collection<UInt8>) {
    guard endpoint.state == .established, !endpoint.isShutForSending else { return }
    endpoint.outgoing.append(bytes)
    sent += bytes
  }

  package func send(_ text: String) { send(Array(text.utf8)) }

  /// Closes for sending, and goes on to read.
  package func finish() { endpoint.isShutForSending = true }

  /// Closes both ways.
  package func close() {
    guard !isClosed else { return }
    isClosed = true
    readArrived()
    world.closeStream(endpoint)
  }

  /// Closes with a reset.
  package func reset() {
    guard !isClosed else { return }
    isClosed = true
    world.reset(endpoint)
  }

  /// Forgets what was read, so that a test can look at what comes next.
  package func clear() { received = [] }

  /// Reads up to `count` bytes, although it is paused.
  package func read(_ count: Int) {
    if case .bytes(let bytes) = endpoint.receive(count, cut: false) { received += bytes }
  }

  func readArrived() {
    guard !isPaused, !endpoint.received.isEmpty else { return }
    received += endpoint.received.take(Int.max)
    world.lastDeliveryMoved = true
  }
}

/// A listening far end.
package final class Server {
  package let address: SocketAddress
  /// Connections accepted, in order.
  package private(set) var connections: [FarEnd] = []
  /// Called with each new connection.
  package var onAccept: ((FarEnd) -> Void)?
  private unowned let world: World

  init(world: World, address: SocketAddress) {
    self.world = world
    self.address = address
  }

  func take(_ endpoint: Endpoint) {
    let farEnd = FarEnd(world: world, endpoint: endpoint)
    connections.append(farEnd)
    onAccept?(farEnd)
  }
}

extension World {
  /// Puts a server at `address`. From now on connections to it succeed, unless its route says no.
  package func server(at address: SocketAddress) -> Server {
    let server = Server(world: self, address: address)
    servers[address] = server
    return server
  }

  package func removeServer(at address: SocketAddress) { servers[address] = nil }

  /// Connects a client to one of the machine's listeners; `nil` if nothing listens there or its
  /// backlog is full.
  package func client(from source: SocketAddress, to address: SocketAddress) -> FarEnd? {
    guard let backlog = backlogs[address], backlog.waiting.count < backlog.limit else { return nil }
    let machine = Endpoint()
    machine.local = address
    machine.remote = source
    let far = join(machine)
    far.local = source
    far.remote = address
    backlog.waiting.append(machine)
    return FarEnd(world: self, endpoint: far)
  }
}

extension World {
  /// Closes every far end that is still open; no server answers any more.
  package func closeFarEnds() {
    servers = [:]
    for farEnd in farEnds {
      farEnd.isPaused = false
      farEnd.close()
    }
  }
}
