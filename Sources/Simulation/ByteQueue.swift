/// Bytes in order: appended at the back, taken from the front.
struct ByteQueue {
  private var bytes: [UInt8] = []
  private var start = 0

  var count: Int { bytes.count - start }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

  /// The first `wanted` bytes, or all there are.
  mutating func take(_ wanted: Int) -> [UInt8] {
    let end = start + min(wanted, count)
    let taken = Array(bytes[start..<end])
    start = end
    if start == bytes.count {
      removeAll()
    } else if start > 1 << 16 {
      bytes.removeFirst(start)
      start = 0
    }
    return taken
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    start = 0
  }
}
