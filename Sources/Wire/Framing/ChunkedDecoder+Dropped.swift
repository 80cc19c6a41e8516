/// The parts of a chunked body beside its data: chunk extensions, which are dropped, and trailer lines.
extension ChunkedDecoder {
  /// `*( ";" name [ "=" ( token / quoted-string ) ] )` of RFC 9112 §7.1.1, without the "bad" whitespace
  /// that it only tolerates.
  mutating func takeExtension(_ byte: UInt8) -> RefusalDetail? {
    seen &+= 1
    guard seen <= Self.maximumExtensionLength else { return .chunkExtensionTooLong }
    switch phase {
    case .extensionQuoted:
      if byte == Ascii.quote {
        phase = .extensionQuotedEnd
      } else if byte == Ascii.backslash {
        phase = .extensionEscape
      } else if !byte.isFieldContent {
        return .chunkExtensionMalformed
      }
      return nil
    case .extensionEscape:
      phase = .extensionQuoted
      return byte.isFieldContent ? nil : .chunkExtensionMalformed
    case .extensionValueStart:
      if byte == Ascii.quote {
        phase = .extensionQuoted
        return nil
      }
      phase = .extensionToken
      hasByte = true
      return byte.isToken ? nil : .chunkExtensionMalformed
    default:
      return takeExtensionToken(byte)
    }
  }

  private mutating func takeExtensionToken(_ byte: UInt8) -> RefusalDetail? {
    if byte.isToken, phase != .extensionQuotedEnd {
      hasByte = true
      return nil
    }
    guard hasByte || phase == .extensionQuotedEnd else { return .chunkExtensionMalformed }
    switch byte {
    case Ascii.equals:
      guard phase == .extensionName else { return .chunkExtensionMalformed }
      phase = .extensionValueStart
    case Ascii.semicolon:
      phase = .extensionName
      hasByte = false
    case Ascii.carriageReturn:
      phase = .sizeLineFeed
    case Ascii.lineFeed: return .chunkLineEnd
    default: return .chunkExtensionMalformed
    }
    return nil
  }

  /// Field lines as in a head, up to the empty line that ends them (RFC 9112 §7.1.2).
  mutating func takeTrailers(_ bytes: Span<UInt8>, from start: Int) -> ChunkEvent {
    var at = start
    while at < bytes.count, !isEmptyLine(bytes[at]) {
      if let found = takeTrailer(bytes[at]) { return fail(found) }
      at &+= 1
    }
    return .trailer(ByteRange(start, at))
  }

  /// Whether `byte` begins the empty line that ends the trailers.
  func isEmptyLine(_ byte: UInt8) -> Bool {
    phase == .trailerStart && byte == Ascii.carriageReturn
  }

  private mutating func takeTrailer(_ byte: UInt8) -> RefusalDetail? {
    seen &+= 1
    guard seen <= Self.maximumTrailerLength else { return .trailerTooLong }
    switch phase {
    case .trailerStart:
      phase = .trailerName
      return byte.isToken ? nil : .trailerMalformed
    case .trailerName:
      if byte == Ascii.colon {
        phase = .trailerValue
        return nil
      }
      return byte.isToken ? nil : .trailerMalformed
    case .trailerValue:
      if byte == Ascii.carriageReturn {
        phase = .trailerLineFeed
        return nil
      }
      return byte.isFieldContent ? nil : .trailerMalformed
    default:
      phase = .trailerStart
      return byte == Ascii.lineFeed ? nil : .trailerMalformed
    }
  }
}
