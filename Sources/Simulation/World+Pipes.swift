internal import Reactor

/// pipe(7), splice(2) and eventfd(2).
extension World {
  func pipe(_ size: Int) -> PipeResult {
    let error = fault(.pipe)
    guard error == 0 else { return PipeResult(error: -error) }
    guard descriptors.count + 2 <= faults.descriptorLimit else {
      return PipeResult(error: -Errno.mfile)
    }
    let pipe = Pipe(capacity: size)
    let readEnd = open(.pipeReadEnd(pipe))
    return PipeResult(error: 0, readEnd: readEnd, writeEnd: open(.pipeWriteEnd(pipe)))
  }

  /// Between a connection and a pipe, either way.
  func splice(_ source: Int32, _ target: Int32, _ count: Int) -> Int {
    guard let from = find(source, .splice), let to = find(target, .splice) else {
      return -Int(Errno.invalid)
    }
    switch (from.kind, to.kind) {
    case (.stream(let endpoint), .pipeWriteEnd(let pipe)):
      let room = min(count, pipe.capacity - pipe.bytes.count)
      guard room > 0 else { return -Int(Errno.again) }
      var bytes: [UInt8] = []
      let result = receive(endpoint, .splice, room, into: &bytes)
      if result > 0 { pipe.bytes.append(bytes) }
      return result
    case (.pipeReadEnd(let pipe), .stream(let endpoint)):
      guard !pipe.bytes.isEmpty else { return pipe.ends < 2 ? 0 : -Int(Errno.again) }
      let room = admission(endpoint, .splice, min(count, pipe.bytes.count))
      if room > 0 { endpoint.outgoing.append(pipe.bytes.take(room)) }
      return room
    default: return Int(misuse(source, .splice))
    }
  }

  func signalEvent(_ fd: Int32) {
    guard let descriptor = find(fd, .event) else { return }
    guard case .event(let counter) = descriptor.kind else {
      _ = misuse(fd, .event)
      return
    }
    counter.value += 1
    descriptor.noteEdge()
  }

  func drainEvent(_ fd: Int32) {
    guard let descriptor = find(fd, .event) else { return }
    guard case .event(let counter) = descriptor.kind else {
      _ = misuse(fd, .event)
      return
    }
    counter.value = 0
  }
}
