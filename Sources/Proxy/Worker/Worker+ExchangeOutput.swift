internal import Reactor
internal import Wire

// What an exchange sends: framed in the output buffer, kept in a remainder when a peer is slow.
extension Worker {
  /// Where in the output buffer a piece of a body goes, for ``frame(_:isChunked:after:)`` to put its
  /// framing around it.
  @inline(__always) func bodyPlace(isChunked: Bool, after outputAt: Int = 0) -> Int {
    isChunked ? outputAt + ChunkHeader.maximumLength : outputAt
  }

  /// Puts the framing of one chunk around `bytes` that stand at their ``bodyPlace(isChunked:after:)``
  /// behind `outputAt`; returns how much of the buffer is to be sent.
  func frame(_ bytes: Int, isChunked: Bool, after outputAt: Int = 0) -> Int {
    guard isChunked else { return outputAt + bytes }
    let bodyAt = bodyPlace(isChunked: true, after: outputAt)
    var end = outputAt
    if bytes > 0 {
      var header = out.mutableSpan(outputAt, ChunkHeader.maximumLength)
      guard let headerLength = ChunkHeader.write(bytes, into: &header) else { return outputAt }
      out.move(from: bodyAt, to: outputAt + headerLength, count: bytes)
      end = outputAt + headerLength + bytes
      end += out.write(ChunkHeader.lineEnd, at: end)
    }
    return end
  }

  /// Sends the first `count` bytes of the output buffer; what the target does not take waits in a
  /// remainder buffer. No when the target is gone. A buffer must be available.
  mutating func push(_ index: Int, up: Bool, count: Int) -> Bool {
    guard count > 0 else { return true }
    let target = up ? connections[index].upstream : connections[index].client
    let sent = kernel.send(target, from: out, at: 0, count: count)
    if sent < 0 && sent != -Int(Errno.again) { return false }
    let taken = max(sent, 0)
    countBytes(index, up: up, taken)
    let rest = count - taken
    if rest > 0 {
      pools.scratch.write(out.span(taken, rest), at: 0)
    }
    if up {
      connections[index].up.bytes &+= UInt64(taken)
      if rest > 0 {
        Relay<K>.keepRemainder(&connections[index].up, &pools, from: 0, count: rest)
        noteStall(index, up: true, bytesBefore: 0)
      }
    } else {
      connections[index].down.bytes &+= UInt64(taken)
      if rest > 0 {
        Relay<K>.keepRemainder(&connections[index].down, &pools, from: 0, count: rest)
        noteStall(index, up: false, bytesBefore: 0)
      }
    }
    return true
  }

  /// Sends what waits in one direction; no when the target is gone.
  mutating func flush(_ index: Int, up: Bool) -> Bool {
    let before = up ? connections[index].up.bytes : connections[index].down.bytes
    let outcome =
      up
      ? Relay<K>.flush(kernel, to: connections[index].upstream, &connections[index].up, &pools)
      : Relay<K>.flush(kernel, to: connections[index].client, &connections[index].down, &pools)
    let after = up ? connections[index].up.bytes : connections[index].down.bytes
    countBytes(index, up: up, Int(after &- before))
    notePace(index, up: up, bytesBefore: before)
    return outcome != .targetFailed
  }

  /// Puts deadlines off for what a slow peer has taken: once it is all, or ``Limits/bodyPace``. A peer that
  /// takes a byte now and then would hold the exchange for ever.
  private mutating func notePace(_ index: Int, up: Bool, bytesBefore: UInt64) {
    let exchange = Int(connections[index].exchange) - 1
    let bytes = up ? connections[index].up.bytes : connections[index].down.bytes
    let isBlocked = up ? connections[index].up.isBlocked : connections[index].down.isBlocked
    let before = up ? exchanges[exchange].flushedUp : exchanges[exchange].flushedDown
    let taken = before + Int(clamping: bytes &- bytesBefore)
    let isProgress = !isBlocked || taken >= limits.bodyPace
    if up {
      exchanges[exchange].flushedUp = isProgress ? 0 : taken
    } else {
      exchanges[exchange].flushedDown = isProgress ? 0 : taken
    }
    guard isProgress else { return }
    connections[index].lastActivity = now
    noteStall(index, up: up, bytesBefore: bytesBefore)
  }
}
