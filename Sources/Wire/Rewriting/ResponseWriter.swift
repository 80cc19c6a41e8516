/// Rebuilds a response head for the client from its parsed form, as ``RequestWriter`` does for requests.
package enum ResponseWriter {
  /// Writes the head of `head`, which was parsed from `bytes`, to the start of `out`; returns its length,
  /// or nil when it does not fit. An interim head says nothing about body and connection.
  ///
  /// - Parameters:
  ///   - framing: how the body will be sent: ``ResponseHead/framing(for:)`` of the client's version.
  ///   - pseudonym: our name in `Via`, a token.
  ///   - trailers: as for ``RequestWriter``.
  ///   - date: an ``HTTPDate`` of now, written when the response has none (RFC 9110 §6.6.1).
  ///   - own: fields of our own, which replace those of the same names (see ``OwnFields``).
  ///   - clientPersistent: `Connection: keep-alive` or `close`. A body until the end of the connection
  ///     means `close` whatever is passed.
  package static func write(
    _ head: ResponseHead, from bytes: Span<UInt8>, framing: ResponseFraming,
    pseudonym: Span<UInt8>, trailers: Span<UInt8>, date: Span<UInt8>, own: Span<UInt8> = Span(),
    clientPersistent: Bool,
    into out: inout MutableSpan<UInt8>
  ) -> Int? {
    var output = HeadOutput()
    output.put(.responseVersion, into: &out)
    output.put(decimal: UInt64(head.status), into: &out)
    output.put(byte: Ascii.space, into: &out)
    output.put(head.reason.span(in: bytes), into: &out)
    output.putLineEnd(into: &out)

    FieldCopy(role: .response, cuts: head.cuts, namesFields: head.namesFields)
      .write(head.fields, from: bytes, without: own, to: &output, into: &out)
    output.put(own, into: &out)
    if !head.hasDate, !head.isInterim {
      output.put(.dateField, into: &out)
      output.put(date, into: &out)
      output.putLineEnd(into: &out)
    }
    switch framing {
    case .none:
      if let length = head.declaredLength { putLength(length, to: &output, into: &out) }
    case .length(let length): putLength(length, to: &output, into: &out)
    case .chunked:
      output.put(.chunkedField, into: &out)
      output.put(announcement: trailers, into: &out)
    case .untilClose: break
    }
    output.put(head.version == .http10 ? .viaField10 : .viaField11, into: &out)
    output.put(pseudonym, into: &out)
    output.putLineEnd(into: &out)
    if head.switchesProtocols {
      output.put(.upgradeOption, into: &out)
      output.put(.webSocketField, into: &out)
    } else if !head.isInterim {
      let persists = clientPersistent && framing != .untilClose
      output.put(persists ? .keepAliveField : .closeField, into: &out)
    }
    output.putLineEnd(into: &out)
    return output.fits ? output.count : nil
  }

  private static func putLength(
    _ length: UInt64, to output: inout HeadOutput, into out: inout MutableSpan<UInt8>
  ) {
    output.put(.lengthField, into: &out)
    output.put(decimal: length, into: &out)
    output.putLineEnd(into: &out)
  }
}
