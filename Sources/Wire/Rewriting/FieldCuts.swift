/// Which lines of a field section do not travel on, as the parser met them: a head is rebuilt by copying
/// what lies between them, a few long pieces, without a second look at each line.
///
/// Not every section can be said in this way: one with many separate cuts, with a line that must be
/// written otherwise than it came, or whose `Connection` names fields. Those are read line by line again.
package struct FieldCuts: BitwiseCopyable, Sendable {
  /// Cuts that are not next to each other. Heads that are no attack have two to four.
  static var capacity: Int { 6 }

  private(set) var count = 0
  private var cuts = InlineArray<6, ByteRange>(repeating: .empty)
  /// Copying what lies between the cuts gives the lines that travel on, as they are to be written.
  private(set) var isExact = true

  /// Leaves out the line at `start ..< end`, which comes after those before.
  @inline(__always) mutating func leaveOut(from start: Int, to end: Int) {
    if count > 0, cuts[count &- 1].upper == start {
      cuts[count &- 1].end = UInt32(truncatingIfNeeded: end)
    } else if count < Self.capacity {
      cuts[count] = ByteRange(start, end)
      count &+= 1
    } else {
      isExact = false
    }
  }

  /// The section has to be read again.
  @inline(__always) mutating func giveUp() { isExact = false }

  /// Writes what of `fields` lies between the cuts.
  @inline(__always) func write(
    _ fields: ByteRange, from bytes: Span<UInt8>, to output: inout HeadOutput,
    into out: inout MutableSpan<UInt8>
  ) {
    var at = fields.lower
    for i in 0..<count {
      output.put(bytes.extracting(at..<cuts[i].lower), into: &out)
      at = cuts[i].upper
    }
    output.put(bytes.extracting(at..<fields.upper), into: &out)
  }
}
