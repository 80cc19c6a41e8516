internal import Domains
internal import Policy
internal import Reactor

extension Worker {
  /// Keeps the canonical host name that ``key`` holds as the connection's.
  mutating func keepName(_ index: Int) {
    let count = key.count
    connections[index].hostLength = UInt8(count)
    if count <= 64 {
      names.write(key.bytes, at: index * 64)
    } else {
      longNames.write(key.bytes, at: index * 256)
    }
  }

  /// Loads the connection's host name into ``key``. It was valid when it was kept.
  mutating func loadName(_ index: Int) {
    let count = Int(connections[index].hostLength)
    if count <= 64 {
      _ = load(&key, from: names, index * 64, count)
    } else {
      _ = load(&key, from: longNames, index * 256, count)
    }
  }

  /// Whether ``key`` holds the host name of the connection's request before this one.
  func isKeptName(_ index: Int) -> Bool {
    let count = Int(connections[index].keptHostLength)
    guard count == key.count else { return false }
    let kept = count <= 64 ? names.span(index * 64, count) : longNames.span(index * 256, count)
    let wanted = key.bytes
    for offset in 0..<count where kept[offset] != wanted[offset] { return false }
    return true
  }
}
