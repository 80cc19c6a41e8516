/// Where the next bytes of a chunked body stand.
package enum ChunkEvent: BitwiseCopyable, Hashable, Sendable {
  /// Everything before this index is consumed (it is the end of the bytes given); more is needed.
  case needMore(Int)
  /// Bytes of the body, not empty. Go on from its end.
  case data(ByteRange)
  /// Bytes of trailer lines, not empty and with their line ends; whole lines once the end is reached. Go on
  /// from the range's end.
  case trailer(ByteRange)
  /// The body and its trailers end before this index; what follows belongs to the next message.
  case end(Int)
  /// The body is broken: nothing after this can be told apart, so close the connection.
  case invalid(RefusalDetail)
}

/// Decodes a chunked body (RFC 9112 §7.1) as it arrives, cut anywhere. It keeps no bytes, only where in
/// the grammar it stands.
///
/// Strict: a size is 1 to 16 hexadecimal digits up to 2^63-1 and nothing else; each line ends in CR LF;
/// extensions are parsed, limited to 256 bytes a chunk and dropped; trailer lines are parsed and limited to
/// 8192 bytes. Which of them go on is ``TrailerSection``'s to say; mostly none.
package struct ChunkedDecoder: BitwiseCopyable, Sendable {
  /// What the next byte must be.
  enum Phase: UInt8, BitwiseCopyable {
    case size, sizeLineFeed
    case extensionName, extensionValueStart, extensionToken
    case extensionQuoted, extensionEscape, extensionQuotedEnd
    case data, dataReturn, dataLineFeed
    case trailerStart, trailerName, trailerValue, trailerLineFeed, finalLineFeed
    case done, failed

    /// A trailer line, or the empty line behind the last one, may begin or go on.
    @inline(__always) var isInTrailer: Bool {
      rawValue >= Phase.trailerStart.rawValue && rawValue <= Phase.trailerLineFeed.rawValue
    }
  }

  var phase = Phase.size
  private var fault = RefusalDetail.chunkSizeMalformed
  /// Digits of the size, bytes of the extension or bytes of the trailers so far.
  var seen = 0
  /// Of the element begun: whether a byte of it has come.
  var hasByte = false
  /// While the size is read, its value so far; then the bytes of the chunk still to come.
  private var remaining: UInt64 = 0
  private var isLast = false

  package init() {}

  /// Bytes of the extensions of one chunk.
  package static var maximumExtensionLength: Int { 256 }
  /// Bytes of all trailer lines together.
  package static var maximumTrailerLength: Int { 8192 }

  /// The next event in `bytes`, from index `from` on. After ``ChunkEvent/data(_:)`` call again with the
  /// range's end, after ``ChunkEvent/needMore(_:)`` with the bytes that follow the index it gave. After
  /// the end or a fault, every call repeats it.
  package mutating func next(_ bytes: Span<UInt8>, from: Int) -> ChunkEvent {
    var at = from
    while true {
      if phase == .data {
        guard at < bytes.count else { return .needMore(at) }
        let available = UInt64(bytes.count &- at)
        let taken = min(available, remaining)
        remaining &-= taken
        if remaining == 0 { phase = .dataReturn }
        return .data(ByteRange(at, at &+ Int(taken)))
      }
      if phase.isInTrailer, at < bytes.count, !isEmptyLine(bytes[at]) {
        return takeTrailers(bytes, from: at)
      }
      if phase == .done { return .end(at) }
      if phase == .failed { return .invalid(fault) }
      guard at < bytes.count else { return .needMore(at) }
      if let found = take(bytes[at]) { return fail(found) }
      at &+= 1
    }
  }

  /// Nothing more is taken.
  mutating func fail(_ found: RefusalDetail) -> ChunkEvent {
    phase = .failed
    fault = found
    return .invalid(found)
  }

  /// Takes one byte that is not data.
  private mutating func take(_ byte: UInt8) -> RefusalDetail? {
    switch phase {
    case .size: return takeSize(byte)
    case .extensionName, .extensionValueStart, .extensionToken, .extensionQuoted, .extensionEscape,
      .extensionQuotedEnd:
      return takeExtension(byte)
    case .sizeLineFeed:
      guard byte == Ascii.lineFeed else { return .chunkLineEnd }
      seen = 0
      phase = isLast ? .trailerStart : .data
      return nil
    case .dataReturn:
      phase = .dataLineFeed
      return byte == Ascii.carriageReturn ? nil : .chunkLineEnd
    case .dataLineFeed:
      guard byte == Ascii.lineFeed else { return .chunkLineEnd }
      phase = .size
      seen = 0
      return nil
    case .trailerStart:
      // Only the CR of the empty line comes here: trailer lines are taken together.
      phase = .finalLineFeed
      return nil
    case .finalLineFeed:
      phase = .done
      return byte == Ascii.lineFeed ? nil : .trailerMalformed
    case .trailerName, .trailerValue, .trailerLineFeed, .data, .done, .failed:
      return fault
    }
  }

  private mutating func takeSize(_ byte: UInt8) -> RefusalDetail? {
    if let digit = byte.hexValue {
      guard seen < 16, remaining < 1 << 59 else { return .chunkSizeTooLarge }
      remaining = remaining << 4 | UInt64(digit)
      seen &+= 1
      return nil
    }
    guard seen > 0 else { return .chunkSizeMalformed }
    isLast = remaining == 0
    switch byte {
    case Ascii.carriageReturn:
      phase = .sizeLineFeed
    case Ascii.semicolon:
      phase = .extensionName
      seen = 1
      hasByte = false
    case Ascii.lineFeed: return .chunkLineEnd
    default: return .chunkSizeMalformed
    }
    return nil
  }
}
