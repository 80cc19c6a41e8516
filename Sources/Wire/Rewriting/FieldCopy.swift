/// Copies the field lines that travel on from one hop to the next (RFC 9110 §7.6.1): everything but
/// hop-by-hop fields, what `Connection` names, the framing, which the writer states anew, and what is
/// ours to say. Order, names and values are kept byte for byte, whitespace around values is not.
struct FieldCopy: BitwiseCopyable {
  let role: MessageFields.Role
  /// What the parser found that stays behind.
  let cuts: FieldCuts
  /// `Connection` of this head names fields.
  let namesFields: Bool
  /// `Max-Forwards` is written anew.
  var countsForwards = false
  /// Who the client is is said anew, or not at all.
  var namesClient = false

  func write(
    _ fields: ByteRange, from bytes: Span<UInt8>, to output: inout HeadOutput,
    into out: inout MutableSpan<UInt8>
  ) {
    if cuts.isExact, !namesFields, !namesClient {
      return cuts.write(fields, from: bytes, to: &output, into: &out)
    }
    writeLines(fields, from: bytes, without: Span(), to: &output, into: &out)
  }

  /// As above, without fields of the names that `own` has (see ``OwnFields``).
  func write(
    _ fields: ByteRange, from bytes: Span<UInt8>, without own: Span<UInt8>,
    to output: inout HeadOutput, into out: inout MutableSpan<UInt8>
  ) {
    if own.count == 0 { return write(fields, from: bytes, to: &output, into: &out) }
    writeLines(fields, from: bytes, without: own, to: &output, into: &out)
  }

  private func writeLines(
    _ fields: ByteRange, from bytes: Span<UInt8>, without own: Span<UInt8>,
    to output: inout HeadOutput, into out: inout MutableSpan<UInt8>
  ) {
    let nominated = namesFields ? NominatedFields(fields, in: bytes) : NominatedFields()
    var lines = FieldLines(fields)
    while case .line(let line) = lines.next(in: bytes) {
      guard line.known.travels(role), !countsForwards || line.known != .maxForwards else {
        continue
      }
      if nominated.count > 0, !line.known.isProtected, nominated.contains(line, in: bytes) {
        continue
      }
      if namesClient, line.known == .other, ForwardedClient.isName(line.name.span(in: bytes)) {
        continue
      }
      if own.count > 0, OwnFields.contain(line.name.span(in: bytes), in: own) { continue }
      copy(line, from: bytes, to: &output, into: &out)
    }
  }

  private func copy(
    _ line: FieldLine, from bytes: Span<UInt8>, to output: inout HeadOutput,
    into out: inout MutableSpan<UInt8>
  ) {
    if line.isPlain {
      output.put(bytes.extracting(line.name.lower..<line.end), into: &out)
      return
    }
    output.put(line.name.span(in: bytes), into: &out)
    output.put(byte: Ascii.colon, into: &out)
    output.put(byte: Ascii.space, into: &out)
    output.put(line.value.span(in: bytes), into: &out)
    output.putLineEnd(into: &out)
  }
}
