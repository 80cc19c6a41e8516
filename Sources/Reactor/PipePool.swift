/// Pipes for splice(2), borrowed only while bytes are in flight. A pipe that comes back empty is kept
/// for the next borrower; one with bytes left in it is closed, so that no tunnel can ever see
/// another's bytes.
package struct PipePool<K: Kernel>: ~Copyable {
  private let kernel: K
  private var pipes: Slab<PipeEnds>
  /// Bytes asked for each pipe (F_SETPIPE_SZ); the kernel may give less.
  package let pipeBytes: Int

  package init(kernel: K, capacity: Int, pipeBytes: Int) {
    self.kernel = kernel
    pipes = Slab(capacity: capacity)
    self.pipeBytes = pipeBytes
  }

  deinit {
    for index in 0..<pipes.highWater where pipes[index].isOpen {
      kernel.close(pipes[index].read)
      kernel.close(pipes[index].write)
    }
  }

  /// A pipe's number, or `nil` when all are lent out or no descriptor can be had.
  package mutating func take() -> Int? {
    guard let index = pipes.take() else { return nil }
    if !pipes[index].isOpen {
      let made = kernel.pipe(size: pipeBytes)
      guard made.error >= 0 else {
        pipes.giveBack(index)
        return nil
      }
      pipes[index] = PipeEnds(read: made.readEnd, write: made.writeEnd, isOpen: true)
    }
    return index
  }

  package mutating func giveBack(_ index: Int, isEmpty: Bool) {
    if !isEmpty {
      kernel.close(pipes[index].read)
      kernel.close(pipes[index].write)
      pipes[index].isOpen = false
    }
    pipes.giveBack(index)
  }

  @inline(__always) package func readEnd(_ index: Int) -> Int32 { pipes[index].read }
  @inline(__always) package func writeEnd(_ index: Int) -> Int32 { pipes[index].write }
}

/// The two descriptors of a pipe. Not a part of ``PipePool``: within a generic type its own metadata
/// would be looked up at each use.
struct PipeEnds: BitwiseCopyable {
  var read: Int32
  var write: Int32
  var isOpen: Bool
}
