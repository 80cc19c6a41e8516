/// The words of each ``RefusalDetail``, and the ``Refusal`` that it belongs to.
extension RefusalDetail {
  /// One English clause without a full stop, never longer than 100 bytes, with nothing of the
  /// message's own bytes in it.
  package var message: StaticString {
    switch self {
    case .tlsOnPlainPort:
      "this is a plain HTTP port and the client speaks TLS; use http:// for the proxy"
    case .socksNotSupported: "this is an HTTP proxy and the client speaks SOCKS"
    case .http2Preface: "HTTP/2 without TLS is not supported here"
    case .notHTTP: "the first bytes are not an HTTP request"
    case .bareLineFeed: "a line ends in a bare LF"
    case .bareCarriageReturn: "a CR is not followed by LF"
    case .emptyLinesBeforeRequest: "more than one empty line before the request"
    case .emptyLineInHead: "an empty line inside the head"
    case .foldedLine: "a header line begins with a space or tab"
    case .controlCharacter: "a control character in a header value"
    case .methodCharacter: "a character in the method that is not allowed there"
    case .methodTooLong: "the method is longer than 32 characters"
    case .traceRefused: "TRACE is not supported"
    case .requestLineSpacing:
      "the request line is not method, target and version with one space between"
    case .versionMissing: "no HTTP version in the request line"
    case .versionMalformed: "the HTTP version is not written as HTTP/1.1"
    case .versionNotSupported: "only HTTP/1.0 and HTTP/1.1 are supported"
    case .targetCharacter: "a control character or a byte beyond ASCII in the request target"
    case .targetBackslash: "a backslash in the request target"
    case .targetFragment: "a fragment (#) in the request target"
    case .targetEscape: "a percent sign in the path without two hexadecimal digits"
    case .targetEscapedNull: "%00 in the path"
    case .targetTooLong: "the request target is longer than 8192 bytes"
    case .originForm: "this is a forward proxy: send CONNECT host:port, or the whole http:// URL"
    case .asteriskForm: "this is a forward proxy: it does not answer requests for *"
    case .authorityFormWithoutConnect: "only CONNECT takes host:port as its target"
    case .schemeMalformed: "the request target is not a URL with a host"
    case .schemeHTTPS: "https:// is reached by CONNECT, not by a request for the URL"
    case .schemeUnknown: "only http:// URLs are supported"
    case .connectTargetNotAuthority: "CONNECT takes host:port and nothing else"
    case .authorityEmpty: "the request target names no host"
    case .authorityUserinfo: "a user name or password (@) in the request target"
    case .authorityCharacter: "a character in the host that no host name has"
    case .fieldNameEmpty: "a header line with no name"
    case .fieldNameCharacter: "a character in a header name that is not allowed there"
    case .fieldNameSpace: "a space between a header name and its colon"
    case .fieldNameTooLong: "a header name longer than 256 characters"
    case .fieldNameImitation: "a header name with _ that looks like one for framing or routing"
    case .fieldColonMissing: "a header line with no colon"
    case .tooManyFields: "too many header fields"
    case .headTooLong: "the request head is larger than the limit"
    case .hostMissing: "no Host header"
    case .hostRepeated: "more than one Host header"
    case .hostMalformed: "the Host header is not host:port"
    case .hostDiffers: "the Host header and the request target name different hosts"
    case .connectionMalformed: "the Connection header is not a list of names"
    case .connectionNamesProtected:
      "the Connection header names a field that must reach every recipient"
    case .tooManyConnectionOptions: "more than 16 options in Connection headers"
    case .expectationUnknown: "an expectation other than one 100-continue"
    case .ownVia: "the request has been through this proxy already"
    case .proxyAuthorizationRepeated: "more than one Proxy-Authorization"
    case .maxForwardsMalformed: "Max-Forwards is not one decimal number"
    case .webSocketMalformed:
      "a WebSocket handshake has one Sec-WebSocket-Key of 24 characters, and no body"
    case .contentLengthMalformed: "Content-Length is not a plain decimal number"
    case .contentLengthTooLarge: "Content-Length is larger than 2^63-1"
    case .contentLengthRepeated: "more than one Content-Length"
    case .transferEncodingWithLength: "Transfer-Encoding and Content-Length together"
    case .transferEncodingRepeated: "more than one Transfer-Encoding"
    case .transferEncodingMalformed: "Transfer-Encoding is not chunked, once and last"
    case .transferEncodingUnknown: "a transfer coding other than chunked"
    case .transferEncodingInHTTP10: "Transfer-Encoding in HTTP/1.0"
    case .connectWithBody: "CONNECT with a body"
    case .statusLineMalformed: "the status line is malformed"
    case .statusOutOfRange: "the status code is not between 100 and 599"
    case .switchingUnasked: "101 Switching Protocols that nobody asked for"
    case .codedWithoutBody: "a length or coding in a response that has no body"
    case .chunkSizeMalformed: "a chunk size is not hexadecimal digits"
    case .chunkSizeTooLarge: "a chunk size of more than 16 digits or 2^63-1"
    case .chunkExtensionMalformed: "a malformed chunk extension"
    case .chunkExtensionTooLong: "a chunk extension longer than 256 bytes"
    case .chunkLineEnd: "a chunk or its size does not end in CR LF"
    case .trailerMalformed: "a malformed trailer field"
    case .trailerTooLong: "trailer fields of more than 8192 bytes"
    }
  }

  /// How the request is counted and recorded.
  package var refusal: Refusal {
    switch self {
    case .tlsOnPlainPort, .socksNotSupported, .notHTTP, .bareLineFeed, .bareCarriageReturn,
      .emptyLinesBeforeRequest, .emptyLineInHead, .foldedLine, .controlCharacter,
      .methodCharacter, .requestLineSpacing, .versionMalformed, .targetCharacter,
      .targetBackslash, .targetFragment, .targetEscape, .targetEscapedNull,
      .authorityFormWithoutConnect, .schemeMalformed, .fieldNameEmpty, .fieldNameCharacter,
      .fieldNameSpace, .fieldNameTooLong, .fieldNameImitation, .fieldColonMissing,
      .hostMissing, .hostRepeated, .connectionMalformed, .connectionNamesProtected,
      .tooManyConnectionOptions, .maxForwardsMalformed, .webSocketMalformed,
      .statusLineMalformed, .statusOutOfRange, .switchingUnasked,
      .proxyAuthorizationRepeated:
      .malformedRequest
    case .contentLengthMalformed, .contentLengthTooLarge, .contentLengthRepeated,
      .transferEncodingWithLength, .transferEncodingRepeated, .transferEncodingMalformed,
      .transferEncodingUnknown, .transferEncodingInHTTP10, .codedWithoutBody,
      .chunkSizeMalformed, .chunkSizeTooLarge, .chunkExtensionMalformed,
      .chunkExtensionTooLong, .chunkLineEnd, .trailerMalformed, .trailerTooLong:
      .invalidFraming
    case .connectTargetNotAuthority, .authorityEmpty, .authorityUserinfo, .authorityCharacter,
      .hostMalformed:
      .malformedAuthority
    case .http2Preface, .versionMissing, .versionNotSupported:
      .versionNotSupported
    case .targetTooLong, .tooManyFields, .headTooLong:
      .headTooLarge
    case .methodTooLong, .traceRefused:
      .methodNotSupported
    case .originForm, .asteriskForm:
      .notAProxyRequest
    case .schemeHTTPS:
      .httpsInAbsoluteForm
    case .schemeUnknown:
      .schemeNotSupported
    case .hostDiffers:
      .hostMismatch
    case .expectationUnknown:
      .expectationNotSupported
    case .ownVia:
      .loopDetected
    case .connectWithBody:
      .connectWithBody
    }
  }

  /// The status code of the answer to a request: that of the ``refusal``, but 501 for a transfer coding
  /// that we do not know (RFC 9112 §6.1).
  package var status: UInt16 {
    self == .transferEncodingUnknown ? 501 : refusal.status
  }
}
