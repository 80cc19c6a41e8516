internal import Policy
internal import Reactor
internal import Resolver

extension Worker {
  /// Ends what is under way, whatever it is, with resets to both sides and a record.
  mutating func abandon(_ index: Int, _ end: EndCode) {
    // A name was asked for: that is on record, too, although the address never came.
    if connections[index].state == .resolving { _ = recordDecision(index) }
    if connections[index].isDecided { recordClose(index, end) }
    resetUpstream(index)
    resetClient(index)
    closeConnection(index)
  }

  /// Gives everything back and frees the record. Nothing of the request is recorded here.
  mutating func closeConnection(_ index: Int) {
    timers.cancel(index)
    if connections[index].state == .resolving {
      resolver.cancel(waiter: clientToken(index).rawValue)
    }
    Relay<K>.release(&connections[index].up, &pools)
    Relay<K>.release(&connections[index].down, &pools)
    closeUpstream(index)
    if connections[index].client >= 0 { kernel.close(connections[index].client) }
    connections[index].client = -1
    releaseHello(index)
    releaseHead(index)
    releaseExchange(index)
    releaseDial(index)
    if connections[index].isTurnedAway && connections[index].state == .lingering { turnedAway -= 1 }
    if connections[index].isCounted { shared.leave() }
    leaveEnvironment(index)
    if isTunnel(index) { shared.closeTunnel() }
    connections[index].isCounted = false
    connections[index].state = .free
    connections[index].generation = (connections[index].generation &+ 1) & 0x7fff_ffff
    connections.giveBack(index)
  }

  /// Whether the connection's CONNECT was answered with 200; nothing else follows on it.
  private func isTunnel(_ index: Int) -> Bool {
    connections[index].isConnect && connections[index].status == 200
  }

  func clientToken(_ index: Int) -> Token {
    Token(index: index, generation: connections[index].generation, socket: 0)
  }

  mutating func closeUpstream(_ index: Int) {
    leavePool(index)
    if connections[index].upstream >= 0 { kernel.close(connections[index].upstream) }
    if connections[index].racing >= 0 { kernel.close(connections[index].racing) }
    connections[index].upstream = -1
    connections[index].racing = -1
  }

  mutating func resetUpstream(_ index: Int) {
    leavePool(index)
    if connections[index].upstream >= 0 { kernel.closeReset(connections[index].upstream) }
    connections[index].upstream = -1
  }

  mutating func resetClient(_ index: Int) {
    if connections[index].client >= 0 { kernel.closeReset(connections[index].client) }
    connections[index].client = -1
  }

  mutating func releaseHead(_ index: Int) {
    guard connections[index].heldHead != 0 else { return }
    heads.giveBack(Int(connections[index].heldHead) - 1)
    connections[index].heldHead = 0
    connections[index].heldBytes = 0
    connections[index].searched = 0
  }

  mutating func releaseDial(_ index: Int) {
    guard connections[index].dial != 0 else { return }
    dials.giveBack(Int(connections[index].dial) - 1)
    connections[index].dial = 0
  }

  mutating func releaseExchange(_ index: Int) {
    guard connections[index].exchange != 0 else { return }
    let exchange = Int(connections[index].exchange) - 1
    releaseResponse(exchange)
    releaseTrailers(exchange)
    exchanges.giveBack(exchange)
    connections[index].exchange = 0
  }
}
