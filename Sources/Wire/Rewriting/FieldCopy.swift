/// Copies the field lines that travel on from one hop to the next (RFC 9110 §7.6.1): everything but
/// hop-by-hop fields, what `Connection` names, the framing, which the writer states anew, and what is
/// ours to say. Order, names and values are kept byte for byte, whitespace around values is not.
struct FieldCopy: BitwiseCopyable {
  let role: MessageFields.Role
  /// `Connection` of this head names fields.
  let namesFields: Bool

  func write(
    _ fields: ByteRange, from bytes: Span<UInt8>, to output: inout HeadOutput,
    into out: inout MutableSpan<UInt8>
  ) {
    let nominated = namesFields ? NominatedFields(fields, in: bytes) : NominatedFields()
    var lines = FieldLines(fields)
    while case .line(let line) = lines.next(in: bytes) {
      guard travels(line.known) else { continue }
      if nominated.count > 0, !line.known.isProtected, nominated.contains(line, in: bytes) {
        continue
      }
      copy(line, from: bytes, to: &output, into: &out)
    }
  }

  private func travels(_ name: FieldName) -> Bool {
    switch name {
    case .other, .accept, .authorization, .cookie, .setCookie, .cacheControl, .date, .via,
      .maxForwards, .contentType, .contentEncoding, .contentRange, .range:
      true
    // A response may echo its host; the Host of a request comes from its target.
    case .host: role == .response
    // RFC 9209 §2 lets each proxy append to Proxy-Status, but a client must be able to tell our word
    // from an upstream's: what comes from beyond is dropped, like anything named X-Sluice-.
    case .proxyStatus, .ours: false
    // Expect is answered here; the two lengths are written anew.
    case .expect, .contentLength, .transferEncoding: false
    case .connection, .keepAlive, .proxyConnection, .te, .trailer, .upgrade, .http2Settings,
      .proxyAuthorization, .proxyAuthenticate, .proxyAuthenticationInfo, .imitation:
      false
    }
  }

  private func copy(
    _ line: FieldLine, from bytes: Span<UInt8>, to output: inout HeadOutput,
    into out: inout MutableSpan<UInt8>
  ) {
    // `Name: value` and its line end with nothing more around: most lines, copied in one piece.
    if line.value.lower == line.name.upper &+ 2, bytes[line.name.upper &+ 1] == Ascii.space,
      line.end == line.value.upper &+ 2
    {
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
