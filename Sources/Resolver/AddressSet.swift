import Domains

/// Up to 16 addresses in order, none twice, and how many more there were.
struct AddressSet: BitwiseCopyable, Sendable {
  static let capacity = 16

  private var storage = [16 of IPAddress](repeating: IPAddress(v4: 0))
  private(set) var count = 0
  /// Addresses not kept for want of room.
  private(set) var dropped = 0

  init() {}

  subscript(index: Int) -> IPAddress {
    precondition(index < count)
    return storage[index]
  }

  /// Keeps `address` if it is new and there is room.
  mutating func append(_ address: IPAddress) {
    for index in 0..<count where storage[index] == address { return }
    guard count < Self.capacity else {
      dropped += 1
      return
    }
    storage[count] = address
    count += 1
  }

  mutating func noteDropped(_ more: Int) { dropped += more }

  /// The order in which to dial: the families by turns, IPv6 first (RFC 8305 §4 with a First Address
  /// Family Count of 1), within a family the server's order.
  static func interleaved(v6: AddressSet, v4: AddressSet) -> AddressSet {
    var result = AddressSet()
    for index in 0..<max(v6.count, v4.count) {
      if index < v6.count { result.append(v6.storage[index]) }
      if index < v4.count { result.append(v4.storage[index]) }
    }
    result.dropped += v6.dropped + v4.dropped
    return result
  }
}
