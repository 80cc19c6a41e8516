/// Trailer fields that go on: those that the message's `Trailer` announced (RFC 9110 §6.6.2), whose names
/// are safe there (``TrailerName``), and which `Connection` does not name. All others are dropped, which RFC
/// 9112 §7.1.2 leaves to a recipient.
package enum TrailerSection {
  /// Names of an announcement that count; those behind them are as good as not announced.
  package static var maximumNames: Int { 16 }
  /// Bytes of the announcement that ``announce(_:namesFields:from:without:into:)`` writes.
  package static var announcementLimit: Int { 1024 }
  /// Lines of a section that is passed on.
  package static var fieldLimit: Int { 100 }

  /// What became of a section.
  package enum Written: BitwiseCopyable, Hashable {
    /// Bytes of the lines that go on.
    case length(Int)
    case refused(RefusalDetail)
  }

  /// Writes the names that the `Trailer` fields of a head announce and that may go on to the start of `out`,
  /// as the value of such a field; returns its length, 0 if there is none. Those of `own` are ours to say
  /// (see ``OwnFields``).
  static func announce(
    _ fields: ByteRange, namesFields: Bool, from bytes: Span<UInt8>, without own: Span<UInt8>,
    into out: inout MutableSpan<UInt8>
  ) -> Int {
    let nominated = namesFields ? NominatedFields(fields, in: bytes) : NominatedFields()
    var output = HeadOutput()
    var count = 0
    var lines = FieldLines(fields)
    while case .line(let line) = lines.next(in: bytes) {
      guard line.known == .trailer else { continue }
      var elements = ListElements(line.value)
      while count < maximumNames, let name = elements.next(in: bytes) {
        count += 1
        guard TrailerName.isSafe(name.span(in: bytes)), !nominated.contains(name, in: bytes),
          !OwnFields.contain(name.span(in: bytes), in: own),
          name.count + 2 <= out.count - output.count
        else { continue }
        if output.count > 0 {
          output.put(byte: Ascii.comma, into: &out)
          output.put(byte: Ascii.space, into: &out)
        }
        output.put(name.span(in: bytes), into: &out)
      }
    }
    return output.count
  }

  /// Writes the lines of `section` that go on to the start of `out`, with their line ends. `section` holds
  /// whole lines that ``ChunkedDecoder`` has passed, `announced` is what
  /// ``announce(_:namesFields:from:without:into:)`` wrote; `out` needs a byte for each of `section` and one more for
  /// each line.
  package static func write(
    _ section: Span<UInt8>, announced: Span<UInt8>, into out: inout MutableSpan<UInt8>
  ) -> Written {
    guard
      section.count == 0
        || section.count > 1 && section[section.count - 1] == Ascii.lineFeed
          && section[section.count - 2] == Ascii.carriageReturn
    else { return .refused(.trailerMalformed) }
    var output = HeadOutput()
    var count = 0
    var lines = FieldLines(ByteRange(0, section.count))
    while true {
      switch lines.next(in: section) {
      case .end: return output.fits ? .length(output.count) : .refused(.trailerTooLong)
      case .refused(let fault): return .refused(fault)
      case .line(let line):
        count += 1
        guard count <= fieldLimit else { return .refused(.tooManyFields) }
        guard isAnnounced(line.name.span(in: section), announced) else { continue }
        output.put(line.name.span(in: section), into: &out)
        output.put(byte: Ascii.colon, into: &out)
        output.put(byte: Ascii.space, into: &out)
        output.put(line.value.span(in: section), into: &out)
        output.putLineEnd(into: &out)
      }
    }
  }

  private static func isAnnounced(_ name: Span<UInt8>, _ announced: Span<UInt8>) -> Bool {
    var elements = ListElements(ByteRange(0, announced.count))
    while let element = elements.next(in: announced) {
      if areEqual(element.span(in: announced), name) { return true }
    }
    return false
  }

  /// Whether two tokens are the same but for the case of their letters.
  private static func areEqual(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
    guard one.count == other.count else { return false }
    for i in one.indices where one[i] != other[i] {
      guard one[i].isLetter, one[i] | 0x20 == other[i] | 0x20 else { return false }
    }
    return true
  }
}

extension RequestHead {
  /// Writes the names of the trailer fields that this head announces and that go on to the start of `out`,
  /// of ``TrailerSection/announcementLimit`` bytes; returns their length, 0 if there is none. `bytes` are
  /// those that the head was parsed from.
  package func announceTrailers(
    from bytes: Span<UInt8>, into out: inout MutableSpan<UInt8>
  ) -> Int {
    TrailerSection.announce(
      fields, namesFields: namesFields, from: bytes, without: Span(), into: &out)
  }
}

extension ResponseHead {
  /// As ``RequestHead/announceTrailers(from:into:)``. `own`: fields of our own, as ``ResponseWriter`` gets
  /// them, which no trailer may say again.
  package func announceTrailers(
    from bytes: Span<UInt8>, own: Span<UInt8> = Span(), into out: inout MutableSpan<UInt8>
  ) -> Int {
    TrailerSection.announce(
      fields, namesFields: namesFields, from: bytes, without: own, into: &out)
  }
}
