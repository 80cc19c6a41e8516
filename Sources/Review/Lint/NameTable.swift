import Domains

/// Names, each once, numbered as they come, and found by the bytes of any suffix of another name: a
/// name's ancestors are found in one pass from its end. The hash is a polynomial over the field of
/// 2^61 - 1 at a random point, so that no list can be written to make it slow.
struct NameTable {
  private static let prime: UInt64 = 1 << 61 - 1

  private let point: UInt64
  private var bytes: [UInt8] = []
  private var starts: [UInt32] = []
  private var lengths: [UInt8] = []
  private var hashes: [UInt64] = []
  private var slots: [Int32]

  init() {
    point = UInt64.random(in: 256..<Self.prime)
    slots = Array(repeating: -1, count: 64)
  }

  var count: Int { starts.count }

  /// The number of a name, which is valid and canonical.
  mutating func insert(_ name: String) -> Int32 {
    let name = Array(name.utf8)
    precondition((1...253).contains(name.count))
    var hash: UInt64 = 0
    for index in stride(from: name.count - 1, through: 0, by: -1) { step(&hash, name[index]) }
    var slot = home(hash)
    while slots[slot] >= 0 {
      let number = slots[slot]
      if hashes[Int(number)] == hash, holds(number, name[...]) { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = Int32(starts.count)
    starts.append(UInt32(bytes.count))
    lengths.append(UInt8(name.count))
    hashes.append(hash)
    bytes += name
    slots[slot] = number
    if starts.count * 2 > slots.count { grow() }
    return number
  }

  /// The longest proper suffix of a name that is in the table, and whether it is just one label
  /// shorter; -1 if none is.
  func ancestor(of number: Int32) -> (number: Int32, isParent: Bool) {
    let start = Int(starts[Int(number)])
    let end = start + Int(lengths[Int(number)])
    var hash: UInt64 = 0
    var found: Int32 = -1
    var foundAt = 0
    var index = end - 1
    while index > start {
      if bytes[index] == UInt8(ascii: ".") {
        let suffix = lookUp(hash, bytes[(index + 1)..<end])
        if suffix >= 0 { (found, foundAt) = (suffix, index) }
      }
      step(&hash, bytes[index])
      index -= 1
    }
    let isParent = found >= 0 && !bytes[start..<foundAt].contains(UInt8(ascii: "."))
    return (found, isParent)
  }

  /// The bytes of a name.
  func name(_ number: Int32) -> ArraySlice<UInt8> {
    let start = Int(starts[Int(number)])
    return bytes[start..<(start + Int(lengths[Int(number)]))]
  }

  func text(_ number: Int32) -> String { String(decoding: name(number), as: UTF8.self) }

  private func lookUp(_ hash: UInt64, _ name: ArraySlice<UInt8>) -> Int32 {
    var slot = home(hash)
    while slots[slot] >= 0 {
      let number = slots[slot]
      if hashes[Int(number)] == hash, holds(number, name) { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    return -1
  }

  private func holds(_ number: Int32, _ name: ArraySlice<UInt8>) -> Bool {
    lengths[Int(number)] == name.count && self.name(number).elementsEqual(name)
  }

  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (slots.count - 1) }

  private func step(_ hash: inout UInt64, _ byte: UInt8) {
    let product = hash.multipliedFullWidth(by: point)
    // 2^61 is 1 in the field: what is above the low 61 bits is added to them.
    let low = product.low & Self.prime
    let high = product.high << 3 | product.low >> 61
    let sum = low + high + UInt64(byte) + 1
    hash = (sum & Self.prime) + (sum >> 61)
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 4)
    for (number, hash) in hashes.enumerated() {
      var slot = home(hash)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(number)
    }
  }
}
