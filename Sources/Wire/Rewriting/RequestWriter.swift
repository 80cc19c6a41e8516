/// Rebuilds a request head for the upstream from its parsed form. No line goes out that was not parsed,
/// and the host is the one that policy decided about, so that the next server cannot read the request
/// otherwise than we did.
package enum RequestWriter {
  /// Writes the head of `head`, which was parsed from `bytes`, to the start of `out`; returns its length,
  /// or nil when it does not fit.
  ///
  /// - Parameters:
  ///   - host: the canonical name or address, without brackets.
  ///   - isIPv6: whether `host` is an IPv6 address, to be put in brackets.
  ///   - port: written unless it is 80.
  ///   - pseudonym: our name in `Via`, a token.
  ///   - trailers: the names of the trailer fields that will follow the body (``TrailerSection``); mostly
  ///     empty.
  ///   - proxyAuthorization: `nil` writes to the host itself; else the next hop is a proxy, which is told
  ///     the whole target (RFC 9112 §3.2.2) and shown this, unless it is empty.
  ///   - client: what it says of the client; if anything, all that the client said of itself stays behind.
  ///   - upstreamPersistent: whether the connection may be used again; if not, `Connection: close`.
  package static func write(
    _ head: RequestHead, from bytes: Span<UInt8>, host: Span<UInt8>, isIPv6: Bool, port: UInt16,
    pseudonym: Span<UInt8>, trailers: Span<UInt8>, proxyAuthorization: Span<UInt8>? = nil,
    client: ForwardedClient = .unsaid, upstreamPersistent: Bool,
    into out: inout MutableSpan<UInt8>
  ) -> Int? {
    var output = HeadOutput()
    output.put(head.methodText.span(in: bytes), into: &out)
    output.put(byte: Ascii.space, into: &out)
    if proxyAuthorization != nil {
      output.put(.httpTarget, into: &out)
      output.put(host: host, isIPv6: isIPv6, into: &out)
      if port != 80 {
        output.put(byte: Ascii.colon, into: &out)
        output.put(decimal: UInt64(port), into: &out)
      }
    }
    putTarget(head, isAbsolute: proxyAuthorization != nil, from: bytes, to: &output, into: &out)
    output.put(.requestVersion, into: &out)

    output.put(.hostField, into: &out)
    output.put(host: host, isIPv6: isIPv6, into: &out)
    if port != 80 {
      output.put(byte: Ascii.colon, into: &out)
      output.put(decimal: UInt64(port), into: &out)
    }
    output.putLineEnd(into: &out)
    if let proxyAuthorization { output.put(proxyAuthorization: proxyAuthorization, into: &out) }

    FieldCopy(
      role: .request, cuts: head.cuts, namesFields: head.namesFields,
      countsForwards: head.maxForwards != nil, namesClient: client.isSaid
    ).write(head.fields, from: bytes, to: &output, into: &out)
    output.put(client, into: &out)
    if let hops = head.maxForwards {
      output.put(.maxForwardsField, into: &out)
      output.put(decimal: UInt64(max(hops, 1) &- 1), into: &out)
      output.putLineEnd(into: &out)
    }
    // RFC 9110 §10.1.1: a proxy passes the expectation on, and the answer is the origin's to give.
    if head.expectsContinue { output.put(.expectField, into: &out) }
    switch head.framing {
    case .none: break
    case .length(let length):
      output.put(.lengthField, into: &out)
      output.put(decimal: length, into: &out)
      output.putLineEnd(into: &out)
    case .chunked:
      output.put(.chunkedField, into: &out)
      output.put(announcement: trailers, into: &out)
    }
    output.put(head.version == .http10 ? .viaField10 : .viaField11, into: &out)
    output.put(pseudonym, into: &out)
    output.putLineEnd(into: &out)
    if head.asksWebSocket {
      output.put(.upgradeOption, into: &out)
      output.put(.webSocketField, into: &out)
    } else {
      if !upstreamPersistent { output.put(.closeField, into: &out) }
      if head.acceptsTrailers {
        output.put(.trailersCoding, into: &out)
        output.put(.codingOption, into: &out)
      }
    }
    output.putLineEnd(into: &out)
    return output.fits ? output.count : nil
  }

  /// The target in origin-form (RFC 9112 §3.2.1), or `*` for OPTIONS of a whole server (§3.2.4), which
  /// in absolute form is no path at all.
  private static func putTarget(
    _ head: RequestHead, isAbsolute: Bool, from bytes: Span<UInt8>, to output: inout HeadOutput,
    into out: inout MutableSpan<UInt8>
  ) {
    let target = head.pathAndQuery.span(in: bytes)
    if target.count == 0 {
      if head.method != .options {
        output.put(byte: Ascii.slash, into: &out)
      } else if !isAbsolute {
        output.put(byte: UInt8(ascii: "*"), into: &out)
      }
      return
    }
    if target[0] == Ascii.question { output.put(byte: Ascii.slash, into: &out) }
    output.put(target, into: &out)
  }
}
