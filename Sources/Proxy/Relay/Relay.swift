internal import Reactor

/// What a worker lends to a relay: one shared read buffer, buffers for remainders, pipes.
struct RelayPools<K: Kernel>: ~Copyable {
  /// Read buffer of every connection of this worker; nothing stays in it between calls.
  let scratch: ByteBuffer
  var remainders: BufferPool
  var pipes: PipePool<K>

  init(kernel: K, limits: Limits) {
    scratch = ByteBuffer(count: 1 << 16)
    // Room for a rebuilt head, and for what one copying read leaves over.
    let directions = 2 * (limits.connections + limits.overflowConnections)
    remainders = BufferPool(
      buffers: min(limits.remainders, directions),
      stride: max(limits.headBytes, Relay<K>.copyBytes) + 4096)
    pipes = PipePool(kernel: kernel, capacity: limits.pipes, pipeBytes: limits.pipeBytes)
  }
}

/// How a turn of a relay direction left it.
enum RelayOutcome {
  /// Nothing more to do until an event.
  case waiting
  /// The budget of one turn is used up and more is ready: others first.
  case yielded
  /// No buffer is left for a remainder: try again when one comes back.
  case starved
  /// More is ready, and nothing more may be read.
  case spent
  /// End of stream was read and passed on.
  case ended
  case sourceFailed
  case targetFailed

  /// Neither an end nor a failure.
  var goesOn: Bool {
    switch self {
    case .waiting, .yielded, .starved, .spent: true
    case .ended, .sourceFailed, .targetFailed: false
    }
  }
}

/// Moves bytes one way between two sockets: copies while messages are small, splices through a
/// borrowed pipe once a read fills the buffer. At most one buffer or one pipe of bytes is ever
/// between the two, so a slow reader slows the writer down and nothing grows.
enum Relay<K: Kernel> {
  /// Bytes of one copying read. A read that fills this is bulk.
  static var copyBytes: Int { 16384 }
  /// Reads in one turn before other connections get theirs.
  static var readsPerTurn: Int { 8 }

  static func run(
    _ kernel: K, from source: Int32, to target: Int32, _ direction: inout RelayDirection,
    _ pools: inout RelayPools<K>
  ) -> RelayOutcome {
    var allowance = Int.max
    return move(
      kernel, from: source, to: target, &direction, &pools, isPaced: false, &allowance)
  }

  /// As ``run(_:from:to:_:_:)``, and reads no more than `allowance` bytes, of which it takes what was read.
  static func runPaced(
    _ kernel: K, from source: Int32, to target: Int32, _ direction: inout RelayDirection,
    _ pools: inout RelayPools<K>, _ allowance: inout Int
  ) -> RelayOutcome {
    move(kernel, from: source, to: target, &direction, &pools, isPaced: true, &allowance)
  }

  /// Made twice, so that nothing is counted where nothing is limited.
  @inline(__always) private static func move(
    _ kernel: K, from source: Int32, to target: Int32, _ direction: inout RelayDirection,
    _ pools: inout RelayPools<K>, isPaced: Bool, _ allowance: inout Int
  ) -> RelayOutcome {
    var reads = 0
    while true {
      if direction.isBlocked {
        let outcome = flush(kernel, to: target, &direction, &pools)
        if outcome != .waiting || direction.isBlocked { return outcome }
      }
      if direction.isEnded { return passEnd(kernel, to: target, &direction, &pools) }
      guard direction.isReadable else {
        releasePipe(&direction, &pools)
        return .waiting
      }
      guard reads < readsPerTurn else { return .yielded }
      if isPaced && allowance == 0 { return .spent }
      reads += 1

      if direction.pipe != 0 {
        let wanted = isPaced ? min(pools.pipes.pipeBytes, allowance) : pools.pipes.pipeBytes
        let moved = kernel.splice(
          from: source, to: pools.pipes.writeEnd(Int(direction.pipe) - 1), count: wanted,
          more: false)
        if moved > 0 {
          if isPaced { allowance -= moved }
          direction.pipeCount = UInt32(moved)
        } else if moved == 0 {
          direction.isEnded = true
        } else if moved == -Int(Errno.again) {
          direction.isReadable = false
        } else {
          return .sourceFailed
        }
        continue
      }

      guard pools.remainders.available > 0 else { return .starved }
      let wanted = isPaced ? min(copyBytes, allowance) : copyBytes
      let count = kernel.receive(source, into: pools.scratch, at: 0, count: wanted)
      if count <= 0 {
        if count == 0 {
          direction.isEnded = true
        } else if count == -Int(Errno.again) {
          direction.isReadable = false
        } else {
          return .sourceFailed
        }
        continue
      }
      if isPaced { allowance -= count }
      let sent = kernel.send(target, from: pools.scratch, at: 0, count: count)
      if sent < 0 && sent != -Int(Errno.again) { return .targetFailed }
      let taken = max(sent, 0)
      direction.bytes &+= UInt64(taken)
      if taken < count {
        keepRemainder(&direction, &pools, from: taken, count: count - taken)
      }
      if count < wanted {
        // A short read is a drained socket, unless an end of stream waits behind the bytes: for
        // that no new edge would come.
        if !direction.isPeerClosed { direction.isReadable = false }
      } else if wanted == copyBytes, let pipe = pools.pipes.take() {
        direction.pipe = UInt32(pipe + 1)
      }
      if taken < count { return .waiting }
    }
  }

  /// Sends what waits; `.waiting` whether or not all of it went.
  static func flush(
    _ kernel: K, to target: Int32, _ direction: inout RelayDirection, _ pools: inout RelayPools<K>
  ) -> RelayOutcome {
    if direction.remainderCount != 0 {
      let buffer = Int(direction.remainder) - 1
      let sent = kernel.send(
        target, from: pools.remainders.memory,
        at: pools.remainders.offset(buffer) + Int(direction.remainderOffset),
        count: Int(direction.remainderCount))
      if sent < 0 { return sent == -Int(Errno.again) ? .waiting : .targetFailed }
      direction.bytes &+= UInt64(sent)
      direction.remainderOffset += UInt32(sent)
      direction.remainderCount -= UInt32(sent)
      if direction.remainderCount != 0 { return .waiting }
      pools.remainders.giveBack(buffer)
      direction.remainder = 0
    }
    while direction.pipeCount != 0 {
      let moved = kernel.splice(
        from: pools.pipes.readEnd(Int(direction.pipe) - 1), to: target,
        count: Int(direction.pipeCount), more: false)
      if moved <= 0 { return moved == -Int(Errno.again) ? .waiting : .targetFailed }
      direction.bytes &+= UInt64(moved)
      direction.pipeCount -= UInt32(moved)
    }
    return .waiting
  }

  /// Keeps bytes of the scratch buffer that the target did not take.
  static func keepRemainder(
    _ direction: inout RelayDirection, _ pools: inout RelayPools<K>, from offset: Int, count: Int
  ) {
    guard let buffer = pools.remainders.take() else {
      preconditionFailure("a read was made with no buffer for its remainder")
    }
    let target = pools.remainders.offset(buffer)
    pools.remainders.memory.write(pools.scratch.span(offset, count), at: target)
    direction.remainder = UInt32(buffer + 1)
    direction.remainderOffset = 0
    direction.remainderCount = UInt32(count)
  }

  /// Gives everything back that the direction has borrowed.
  static func release(_ direction: inout RelayDirection, _ pools: inout RelayPools<K>) {
    if direction.remainder != 0 {
      pools.remainders.giveBack(Int(direction.remainder) - 1)
      direction.remainder = 0
      direction.remainderCount = 0
    }
    direction.blockedSince = 0
    releasePipe(&direction, &pools)
  }

  /// Gives the borrowed pipe back, whatever is in it.
  static func releasePipe(
    _ direction: inout RelayDirection, _ pools: inout RelayPools<K>
  ) {
    guard direction.pipe != 0 else { return }
    pools.pipes.giveBack(Int(direction.pipe) - 1, isEmpty: direction.pipeCount == 0)
    direction.pipe = 0
    direction.pipeCount = 0
  }

  private static func passEnd(
    _ kernel: K, to target: Int32, _ direction: inout RelayDirection, _ pools: inout RelayPools<K>
  ) -> RelayOutcome {
    releasePipe(&direction, &pools)
    if !direction.isEndPassed {
      direction.isEndPassed = true
      // The target may have gone already: its own events will say so.
      _ = kernel.shutdownWrite(target)
    }
    return .ended
  }
}
