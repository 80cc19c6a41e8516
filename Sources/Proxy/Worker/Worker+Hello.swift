internal import Domains
internal import Policy
internal import Reactor
internal import Wire

// The SNI guard: a tunnel to a TLS port begins with a ClientHello that names the host of its CONNECT,
// and no byte goes to the upstream before that is known. The server's bytes wait meanwhile, because a
// TLS server never speaks first. Where the server asks for a second hello, that one is judged too;
// then the tunnel is one like any other. docs/sni.md says what this promises and what it cannot.
extension Worker {
  /// The 200 is sent: from here on the client's bytes are judged before they go anywhere.
  mutating func startHello(_ index: Int) {
    guard let number = hellos.records.take() else { return abandon(index, .overloaded) }
    hellos.records[number] = Hello()
    connections[index].hello = UInt32(number + 1)
    connections[index].state = .hello
    connections[index].phaseStarted = now
    timers.schedule(index, at: now + limits.helloTimeout)
    if connections[index].heldHead != 0 { judge(index, takeEarlyData(index)) }
    readHello(index)
  }

  mutating func helloEvent(_ index: Int, fromClient: Bool, _ events: Events) {
    if events.contains(.error) {
      if fromClient { return abandon(index, .clientReset) }
      if hellos.records[record(index)].phase == .first {
        return tunnelFailed(index, .upstreamReset)
      }
      // What the upstream sent before is still delivered.
      connections[index].down.isReset = true
    }
    if events.contains(.writable) {
      if !fromClient && hellos.records[record(index)].isSending { sendHello(index) }
      guard connections[index].state == .hello else { return }
      if fromClient && connections[index].down.isBlocked { flushAnswer(index) }
    }
    runHello(index)
  }

  /// Goes on as far as it can now.
  mutating func runHello(_ index: Int) {
    guard connections[index].state == .hello else { return }
    switch hellos.records[record(index)].phase {
    case .first: readHello(index)
    case .answer:
      lookBehindHello(index)
      readAnswer(index)
    case .second:
      readHello(index)
      guard connections[index].state == .hello else { return }
      if connections[index].down.isReadable || connections[index].down.isBlocked {
        runDirection(index, up: false)
      }
    }
  }

  mutating func helloTimer(_ index: Int) {
    let number = record(index)
    let deadline: UInt64
    let end: EndCode
    if hellos.records[number].isSending {
      deadline = connections[index].up.blockedSince + writeTimeout(index)
      end = .writeStall
    } else if hellos.records[number].phase == .answer {
      deadline = connections[index].lastActivity + idleTimeout(index)
      end = .idleTimeout
    } else {
      deadline = connections[index].phaseStarted + limits.helloTimeout
      end = .helloTimeout
    }
    if deadline <= now { return abandon(index, end) }
    let stallDeadline = stallDeadline(index)
    if stallDeadline <= now { return abandon(index, .writeStall) }
    timers.schedule(index, at: min(deadline, stallDeadline))
  }

  /// Gives the record back, and what it holds.
  mutating func releaseHello(_ index: Int) {
    guard connections[index].hello != 0 else { return }
    releaseHeld(index)
    let number = record(index)
    hellos.records.giveBack(number)
    connections[index].hello = 0
  }

  private func record(_ index: Int) -> Int { Int(connections[index].hello) - 1 }

  // MARK: The client's hello

  /// Reads what the client sends, as long as it is to be judged.
  private mutating func readHello(_ index: Int) {
    while connections[index].state == .hello, connections[index].up.isReadable {
      let number = record(index)
      guard hellos.records[number].phase != .answer, !hellos.records[number].isSending else {
        return
      }
      let count = kernel.receive(
        connections[index].client, into: pools.scratch, at: 0, count: Relay<K>.copyBytes)
      if count <= 0 {
        if count == -Int(Errno.again) {
          connections[index].up.isReadable = false
          return
        }
        // A part of a hello is of no use to anyone.
        return count == 0 ? endHello(index, .clientEOF) : abandon(index, .clientReset)
      }
      if count < Relay<K>.copyBytes && !connections[index].up.isPeerClosed {
        connections[index].up.isReadable = false
      }
      connections[index].lastActivity = now
      judge(index, count)
    }
  }

  /// Looks at the first `count` bytes of the scratch buffer, which came behind those that are held.
  private mutating func judge(_ index: Int, _ count: Int) {
    let number = record(index)
    let step = takeHello(
      &hellos.records[number].reader, pools.scratch, count, name: hellos.names, at: number * 256)
    switch step {
    case .needMore:
      guard hold(index, count) else { return abandon(index, .overloaded) }
    case .refused(.notTLS): endHello(index, .notTLS)
    case .refused(.alert): endHello(index, .clientEOF)
    case .refused: endHello(index, .malformedHello, alert: texts.decodeError)
    case .complete(let end):
      switch compareName(index) {
      case .same: passHello(index, end, count)
      case .malformed: endHello(index, .malformedHello, alert: texts.decodeError, hasName: true)
      case .other: endHello(index, .sniMismatch, alert: texts.accessDenied, hasName: true)
      case nil: endHello(index, .sniMissing, alert: texts.accessDenied)
      }
    }
  }

  /// The name in the hello beside the host of the CONNECT; `nil`: none, though there must be one. An
  /// address is reached without: RFC 6066 §3 has no server name for it.
  private mutating func compareName(_ index: Int) -> ServerName.Comparison? {
    let number = record(index)
    let count = hellos.records[number].reader.nameLength
    guard count > 0 else { return connections[index].isLiteral ? .same : nil }
    loadName(index)
    return compareServerName(hellos.names, number * 256, count, with: key, using: &hostKey)
  }

  /// Sends a hello on: the first `end` of the `count` bytes in the scratch buffer, behind those held.
  private mutating func passHello(_ index: Int, _ end: Int, _ count: Int) {
    let number = record(index)
    let held = hellos.records[number].held
    var taken = 0
    if held == 0 {
      // Nearly always it came in one piece, and goes on in one.
      let sent = kernel.send(connections[index].upstream, from: pools.scratch, at: 0, count: end)
      if sent < 0 && sent != -Int(Errno.again) { return tunnelFailed(index, .upstreamReset) }
      taken = max(sent, 0)
      connections[index].up.bytes &+= UInt64(taken)
      countBytes(index, up: true, taken)
      if taken == count { return helloPassed(index) }
    }
    guard hold(index, count) else { return abandon(index, .overloaded) }
    hellos.records[number].sent = taken
    hellos.records[number].judged = held + end
    sendHello(index)
  }

  /// Sends what of a judged hello the upstream has not taken yet.
  private mutating func sendHello(_ index: Int) {
    let number = record(index)
    while hellos.records[number].sent < hellos.records[number].judged {
      let offset = hellos.records[number].sent
      let count = hellos.records[number].judged - offset
      let sent = sendHeld(index, offset, count)
      if sent < 0 {
        guard sent == -Int(Errno.again) else { return tunnelFailed(index, .upstreamReset) }
        hellos.records[number].isSending = true
        connections[index].up.blockedSince = now
        timers.schedule(index, at: now + writeTimeout(index))
        return
      }
      hellos.records[number].sent = offset + sent
      connections[index].up.bytes &+= UInt64(sent)
      countBytes(index, up: true, sent)
    }
    hellos.records[number].isSending = false
    connections[index].up.blockedSince = 0
    helloPassed(index)
  }

  /// The upstream has the hello.
  private mutating func helloPassed(_ index: Int) {
    let number = record(index)
    connections[index].lastActivity = now
    guard hellos.records[number].phase == .first else { return finishHello(index) }
    hellos.records[number].phase = .answer
    if hellos.records[number].held == hellos.records[number].judged { releaseHeld(index) }
    timers.schedule(index, at: now + idleTimeout(index))
    lookBehindHello(index)
    readAnswer(index)
  }

  /// Where the client has closed its side, and nothing else is left to read, no second hello can come.
  private mutating func lookBehindHello(_ index: Int) {
    guard connections[index].up.isReadable, connections[index].up.isPeerClosed,
      hellos.records[record(index)].held == 0
    else { return }
    let count = kernel.receive(
      connections[index].client, into: pools.scratch, at: 0, count: Relay<K>.copyBytes)
    if count == 0 { return finishHello(index) }
    if count > 0 {
      if !hold(index, count) { abandon(index, .overloaded) }
    } else if count == -Int(Errno.again) {
      connections[index].up.isReadable = false
    } else {
      abandon(index, .clientReset)
    }
  }

  /// Ends the tunnel for what the client sent, or did not: `alert` tells it, where it speaks TLS.
  private mutating func endHello(
    _ index: Int, _ end: EndCode, alert: Texts.Place? = nil, hasName: Bool = false
  ) {
    if hasName {
      let number = record(index)
      let count = hellos.records[number].reader.nameLength
      pools.scratch.write(hellos.names.span(number * 256, count), at: 0)
      recordRaw = Texts.Place(offset: 0, count: count)
    }
    if connections[index].isLimited, end != .clientEOF { noteDenial(index) }
    // Behind bytes that the client did not take, the alert would not be one.
    if connections[index].down.isBlocked { return abandon(index, end) }
    recordClose(index, end)
    if let alert {
      _ = kernel.sendLast(
        connections[index].client, from: texts.memory, at: alert.offset, count: alert.count)
    }
    startLingering(index)
  }

  // MARK: The server's answer

  /// Passes on what the server sends first, and looks whether it asks for a second hello.
  private mutating func readAnswer(_ index: Int) {
    while connections[index].state == .hello, connections[index].down.isReadable,
      !connections[index].down.isBlocked
    {
      let number = record(index)
      guard hellos.records[number].phase == .answer else { return }
      guard pools.remainders.available > 0 else { return queue(index, starved: true) }
      let count = kernel.receive(
        connections[index].upstream, into: pools.scratch, at: 0, count: Relay<K>.copyBytes)
      if count <= 0 {
        if count == -Int(Errno.again) {
          connections[index].down.isReadable = false
          return
        }
        // An end instead of an answer: the relay reads and passes it on.
        return count == 0 ? finishHello(index) : tunnelFailed(index, .upstreamReset)
      }
      if count < Relay<K>.copyBytes && !connections[index].down.isPeerClosed {
        connections[index].down.isReadable = false
      }
      connections[index].lastActivity = now
      let step = takeAnswer(&hellos.records[number].server, pools.scratch, count)
      let sent = kernel.send(connections[index].client, from: pools.scratch, at: 0, count: count)
      if sent < 0 && sent != -Int(Errno.again) { return tunnelFailed(index, .clientReset) }
      let taken = max(sent, 0)
      let before = connections[index].down.bytes
      connections[index].down.bytes &+= UInt64(taken)
      countBytes(index, up: false, taken)
      if before == 0 && taken > 0 { noteFirstByte(index) }
      if taken < count {
        Relay<K>.keepRemainder(
          &connections[index].down, &pools, from: taken, count: count - taken)
        noteStall(index, up: false, bytesBefore: before)
      }
      switch step {
      case .needMore: break
      case .other: return finishHello(index)
      case .retry: return startSecondHello(index)
      }
    }
  }

  private mutating func flushAnswer(_ index: Int) {
    let before = connections[index].down.bytes
    let outcome = Relay<K>.flush(
      kernel, to: connections[index].client, &connections[index].down, &pools)
    countBytes(index, up: false, Int(connections[index].down.bytes &- before))
    if outcome == .targetFailed { return tunnelFailed(index, .clientReset) }
    noteStall(index, up: false, bytesBefore: before)
  }

  /// The next hello of the client may name another server than the first: it is judged as that was.
  private mutating func startSecondHello(_ index: Int) {
    let number = record(index)
    let hasEarlyData = hellos.records[number].reader.hasEarlyData
    hellos.records[number].reader = ClientHelloReader(secondAfterEarlyData: hasEarlyData)
    hellos.records[number].phase = .second
    connections[index].phaseStarted = now
    timers.schedule(index, at: min(now + limits.helloTimeout, stallDeadline(index)))
    let count = takeHeld(index)
    if count > 0 { judge(index, count) }
    runHello(index)
  }

  /// All hellos are judged: a tunnel like any other from here on.
  private mutating func finishHello(_ index: Int) {
    let behind = takeHeld(index)
    releaseHello(index)
    connections[index].state = .tunnel
    if connections[index].isPaced {
      charge(index, up: true, bytes: connections[index].up.bytes)
      charge(index, up: false, bytes: connections[index].down.bytes)
    }
    timers.schedule(
      index, at: min(now + idleTimeout(index), stallDeadline(index), lifetimeEnd(index)))
    if behind > 0 { sendFirst(index, behind) }
    guard connections[index].state == .tunnel else { return }
    if connections[index].up.isReadable || connections[index].down.isReadable { runTunnel(index) }
  }

  // MARK: Held bytes

  /// Holds the first `count` bytes of the scratch buffer behind those held; no when no buffer is left.
  private mutating func hold(_ index: Int, _ count: Int) -> Bool {
    let number = record(index)
    let held = hellos.records[number].held
    if hellos.records[number].longBuffer == 0 {
      if held + count > heads.stride {
        guard let buffer = hellos.long.take() else { return false }
        hellos.records[number].longBuffer = UInt32(buffer + 1)
        if held > 0 {
          let slot = Int(connections[index].heldHead) - 1
          hellos.long.memory.write(
            heads.memory.span(heads.offset(slot), held), at: hellos.long.offset(buffer))
          releaseHead(index)
        }
      } else if connections[index].heldHead == 0 {
        guard let slot = heads.take() else { return false }
        connections[index].heldHead = UInt32(slot + 1)
      }
    }
    if hellos.records[number].longBuffer != 0 {
      // The reader's own limits keep it from growing beyond this.
      precondition(held + count <= hellos.long.stride)
      let buffer = Int(hellos.records[number].longBuffer) - 1
      hellos.long.memory.write(
        pools.scratch.span(0, count), at: hellos.long.offset(buffer) + held)
    } else {
      let slot = Int(connections[index].heldHead) - 1
      heads.memory.write(pools.scratch.span(0, count), at: heads.offset(slot) + held)
    }
    hellos.records[number].held = held + count
    return true
  }

  private func sendHeld(_ index: Int, _ offset: Int, _ count: Int) -> Int {
    let number = record(index)
    let upstream = connections[index].upstream
    if hellos.records[number].longBuffer != 0 {
      let start = hellos.long.offset(Int(hellos.records[number].longBuffer) - 1)
      return kernel.send(upstream, from: hellos.long.memory, at: start + offset, count: count)
    }
    let start = heads.offset(Int(connections[index].heldHead) - 1)
    return kernel.send(upstream, from: heads.memory, at: start + offset, count: count)
  }

  /// Moves what is held behind the judged hello to the scratch buffer and gives the buffer back;
  /// returns its length. It came in one read, so that it fits.
  private mutating func takeHeld(_ index: Int) -> Int {
    let number = record(index)
    let judged = hellos.records[number].judged
    let count = hellos.records[number].held - judged
    if count > 0 {
      if hellos.records[number].longBuffer != 0 {
        let start = hellos.long.offset(Int(hellos.records[number].longBuffer) - 1)
        pools.scratch.write(hellos.long.memory.span(start + judged, count), at: 0)
      } else {
        let start = heads.offset(Int(connections[index].heldHead) - 1)
        pools.scratch.write(heads.memory.span(start + judged, count), at: 0)
      }
    }
    releaseHeld(index)
    return count
  }

  private mutating func releaseHeld(_ index: Int) {
    let number = record(index)
    let buffer = Int(hellos.records[number].longBuffer) - 1
    if buffer >= 0 { hellos.long.giveBack(buffer) }
    hellos.records[number].longBuffer = 0
    releaseHead(index)
    hellos.records[number].held = 0
    hellos.records[number].sent = 0
    hellos.records[number].judged = 0
  }
}
