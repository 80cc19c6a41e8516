/// Finds the end of a message head: the empty line, CR LF CR LF. It looks at
/// eight bytes at a time, for most of a head rules out eleven positions at once, and it can go on where it stopped, so that a
/// head that drips in byte by byte costs no more than one that comes whole.
package enum HeadScanner {
  /// The index after the first CR LF CR LF that begins at `start` or later, or nil while it has not
  /// come. To go on after more bytes, pass `max(start, bytes.count - 3)` of the call that found nothing.
  package static func end(of bytes: Span<UInt8>, from start: Int) -> Int? {
    var last = start &+ 3
    while last < bytes.count {
      // Bytes before the first CR or LF from here are in no end, and that one is at best its first.
      if last &+ 8 <= bytes.count {
        let ordinary = bytes.word(at: last).countAbove(0x0d)
        if ordinary > 0 {
          last &+= ordinary &+ 3
          continue
        }
      }
      let byte = bytes[last]
      if byte > Ascii.carriageReturn {
        last &+= 4
      } else if byte == Ascii.lineFeed {
        if bytes[last &- 1] == Ascii.carriageReturn, bytes[last &- 2] == Ascii.lineFeed,
          bytes[last &- 3] == Ascii.carriageReturn
        {
          return last &+ 1
        }
        // This LF can still be the first of the two.
        last &+= 2
      } else if byte == Ascii.carriageReturn {
        last &+= 1
      } else {
        last &+= 4
      }
    }
    return nil
  }
}
