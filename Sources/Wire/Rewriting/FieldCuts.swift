/// Which lines of a field section do not travel on, as the parser met them: a head is rebuilt by copying
/// what lies between them, a few long pieces, without a second look at each line.
///
/// Not every section can be said in this way: one with many separate cuts, with a line that must be
/// written otherwise than it came, or whose `Connection` names fields. Those are read line by line again.
package struct FieldCuts: BitwiseCopyable, Sendable {
  /// Cuts that are not next to each other. Heads that are no attack have two to four.
  static var capacity: Int { 6 }

  /// Start and end of each cut, 16 bits each: heads are far shorter, and a parsed head stays small.
  private var cuts = InlineArray<6, UInt32>(repeating: 0)
  private(set) var count: UInt8 = 0
  /// Copying what lies between the cuts gives the lines that travel on, as they are to be written.
  private(set) var isExact = true

  /// Leaves out the line at `start ..< end`, which comes after those before.
  @inline(__always) mutating func leaveOut(from start: Int, to end: Int) {
    guard end <= 0xffff else { return giveUp() }
    let last = Int(count) &- 1
    if last >= 0, self.end(of: last) == start {
      cuts[last] = cuts[last] & 0xffff_0000 | UInt32(truncatingIfNeeded: end)
    } else if Int(count) < Self.capacity {
      cuts[Int(count)] = UInt32(truncatingIfNeeded: start) << 16 | UInt32(truncatingIfNeeded: end)
      count &+= 1
    } else {
      giveUp()
    }
  }

  @inline(__always) private func start(of cut: Int) -> Int { Int(cuts[cut] >> 16) }
  @inline(__always) private func end(of cut: Int) -> Int { Int(cuts[cut] & 0xffff) }

  /// The section has to be read again.
  @inline(__always) mutating func giveUp() { isExact = false }

  /// Writes what of `fields` lies between the cuts.
  @inline(__always) func write(
    _ fields: ByteRange, from bytes: Span<UInt8>, to output: inout HeadOutput,
    into out: inout MutableSpan<UInt8>
  ) {
    var at = fields.lower
    for i in 0..<Int(count) {
      output.put(bytes.extracting(at..<start(of: i)), into: &out)
      at = end(of: i)
    }
    output.put(bytes.extracting(at..<fields.upper), into: &out)
  }
}
