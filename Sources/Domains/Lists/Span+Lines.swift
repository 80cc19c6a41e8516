/// Lines of a long text, eight bytes at a time.
extension Span<UInt8> {
  /// The first line feed in `start ..< end`, or `end`.
  func lineFeed(from start: Int, to end: Int) -> Int {
    var offset = start
    while offset &+ 8 <= end {
      let feeds = word(at: offset).lineFeeds
      if feeds != 0 { return offset &+ feeds.trailingZeroBitCount >> 3 }
      offset &+= 8
    }
    while offset < end, self[offset] != UInt8(ascii: "\n") { offset += 1 }
    return offset
  }

  /// The first byte in `start ..< end` that is neither printable ASCII nor a tab, or `end`.
  func plainEnd(from start: Int, to end: Int) -> Int {
    var offset = start
    while offset &+ 8 <= end {
      let word = word(at: offset)
      let others = ~(word.bytes(0x20, 0x7E) | word.bytes(0x09, 0x09)) & UInt64.topBits
      if others != 0 { return offset &+ others.trailingZeroBitCount >> 3 }
      offset &+= 8
    }
    while offset < end {
      let byte = self[offset]
      guard byte &- 0x20 < 0x5F || byte == UInt8(ascii: "\t") else { return offset }
      offset += 1
    }
    return offset
  }

  /// How many line feeds there are.
  var lineFeedCount: Int {
    var feeds = 0
    var offset = 0
    while offset &+ 8 <= count {
      // Eight counts side by side, for as long as none can overflow.
      let end = Swift.min(offset &+ 255 &* 8, count &- 7)
      var counts: UInt64 = 0
      while offset < end {
        counts &+= word(at: offset).lineFeeds >> 7
        offset &+= 8
      }
      feeds &+= counts.sumOfBytes
    }
    for index in offset..<count where self[index] == UInt8(ascii: "\n") { feeds += 1 }
    return feeds
  }
}

extension UInt64 {
  @inline(__always) fileprivate var lineFeeds: UInt64 {
    bytes(UInt8(ascii: "\n"), UInt8(ascii: "\n"))
  }

  fileprivate var sumOfBytes: Int {
    let evens = self & 0x00FF_00FF_00FF_00FF
    let odds = self >> 8 & 0x00FF_00FF_00FF_00FF
    return Int(((evens &+ odds) &* 0x0001_0001_0001_0001) >> 48)
  }
}
