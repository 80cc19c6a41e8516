internal import Domains
internal import Policy
internal import Reactor

extension Worker {
  /// Most host names are shorter.
  static var nameBytes: Int { 32 }

  /// Keeps the canonical host name that ``key`` holds as the connection's.
  mutating func keepName(_ index: Int) {
    let count = key.count
    connections[index].hostLength = UInt8(count)
    if count <= Self.nameBytes {
      names.write(key.bytes, at: index * Self.nameBytes)
    } else {
      longNames.write(key.bytes, at: index * 256)
    }
  }

  /// Loads the connection's host into ``key``. It was valid when it was kept. The text of an address is
  /// no name, so it is made anew.
  mutating func loadName(_ index: Int) {
    if connections[index].isLiteral {
      return key.load(literalAddress(index))
    }
    let count = Int(connections[index].hostLength)
    if count <= Self.nameBytes {
      _ = load(&key, from: names, index * Self.nameBytes, count)
    } else {
      _ = load(&key, from: longNames, index * 256, count)
    }
  }
}
