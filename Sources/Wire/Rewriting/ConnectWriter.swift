/// Writes the request for a tunnel by another proxy (RFC 9110 §9.3.6), and reads the answer to it.
package enum ConnectWriter {
  /// Writes `CONNECT host:port` to the start of `out`; returns its length, or nil when it does not fit.
  ///
  /// - Parameters:
  ///   - host: the canonical name or address, without brackets.
  ///   - isIPv6: whether `host` is an IPv6 address, to be put in brackets.
  ///   - authorization: the value of `Proxy-Authorization`; empty: none is written.
  package static func write(
    host: Span<UInt8>, isIPv6: Bool, port: UInt16, authorization: Span<UInt8>,
    into out: inout MutableSpan<UInt8>
  ) -> Int? {
    var output = HeadOutput()
    output.put(.connectMethod, into: &out)
    output.put(host: host, isIPv6: isIPv6, into: &out)
    output.put(byte: Ascii.colon, into: &out)
    output.put(decimal: UInt64(port), into: &out)
    output.put(.requestVersion, into: &out)
    output.put(.hostField, into: &out)
    output.put(host: host, isIPv6: isIPv6, into: &out)
    output.put(byte: Ascii.colon, into: &out)
    output.put(decimal: UInt64(port), into: &out)
    output.putLineEnd(into: &out)
    output.put(proxyAuthorization: authorization, into: &out)
    output.putLineEnd(into: &out)
    return output.fits ? output.count : nil
  }
}

/// What a proxy answered to a CONNECT.
package enum ConnectAnswer: BitwiseCopyable, Equatable, Sendable {
  case incomplete
  case malformed(RefusalDetail)
  /// A 2xx that announces a body: what follows the head could be that body or the host's bytes.
  case ambiguous
  /// A 1xx of `length` bytes; the answer is still to come.
  case interim(length: Int)
  /// The tunnel stands; what follows the `length` bytes is the host's.
  case established(length: Int)
  case refused(status: UInt16)

  /// Reads the head `bytes[0 ..< end]`, where `end` is what ``HeadScanner`` found; `nil`: there is none
  /// yet.
  ///
  /// RFC 9110 §9.3.6 forbids a body in a 2xx and tells a client to ignore what announces one. Here such an
  /// answer opens no tunnel.
  package static func parse(_ bytes: Span<UInt8>, end: Int?) -> ConnectAnswer {
    guard let end else { return .incomplete }
    // As the answer to a request whose answers may have a body, so that what announces one shows.
    let head: ResponseHead
    switch ResponseHead.parse(bytes, end: end, requestMethod: .get) {
    case .complete(let parsed): head = parsed
    case .refused(let detail): return .malformed(detail)
    case .incomplete: return .incomplete
    }
    if head.isInterim { return .interim(length: head.length) }
    guard (200...299).contains(head.status) else { return .refused(status: head.status) }
    switch head.framing {
    case .none, .untilClose, .length(0): return .established(length: head.length)
    case .length, .chunked: return .ambiguous
    }
  }
}

extension HeadOutput {
  mutating func put(host: Span<UInt8>, isIPv6: Bool, into out: inout MutableSpan<UInt8>) {
    if isIPv6 { put(byte: UInt8(ascii: "["), into: &out) }
    put(host, into: &out)
    if isIPv6 { put(byte: UInt8(ascii: "]"), into: &out) }
  }

  /// The field of this value; none for an empty one.
  mutating func put(proxyAuthorization value: Span<UInt8>, into out: inout MutableSpan<UInt8>) {
    guard value.count > 0 else { return }
    put(.proxyAuthorizationField, into: &out)
    put(value, into: &out)
    putLineEnd(into: &out)
  }
}

extension PackedText {
  /// `CONNECT `
  @inline(__always) static var connectMethod: PackedText {
    PackedText(0x2054_4345_4e4e_4f43, count: 8)
  }
  /// `http://`
  @inline(__always) static var httpTarget: PackedText {
    PackedText(0x2f2f_3a70_7474_68, count: 7)
  }
  /// `Proxy-Authorization: `
  @inline(__always) static var proxyAuthorizationField: PackedText {
    PackedText(0x7541_2d79_786f_7250, 0x7461_7a69_726f_6874, 0x203a_6e6f_69, count: 21)
  }
}
