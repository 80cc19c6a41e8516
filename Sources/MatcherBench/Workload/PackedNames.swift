/// Names one behind the other in one block of memory, so that reading them in order costs a
/// measurement as little as it can.
package struct PackedNames: Sendable {
  package private(set) var bytes: [UInt8] = []
  /// Where each name ends in ``bytes``; the next one starts there.
  package private(set) var ends: [UInt32] = []

  package init() {}

  package var count: Int { ends.count }

  package func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }

  package subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

  package func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }

  /// - Precondition: less than 4 GiB in all.
  package mutating func append(_ name: some Collection<UInt8>) {
    bytes.append(contentsOf: name)
    ends.append(UInt32(bytes.count))
  }
}
