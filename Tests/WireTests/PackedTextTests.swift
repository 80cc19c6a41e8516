import Testing

@testable import Wire

/// The texts that are written down as words.
struct PackedTextTests {
  static let texts: [(packed: PackedText, literal: String)] = [
    (.chunked, "chunked"),
    (.textPlain, "text/plain"),
    (.applicationJSON, "application/json"),
    (.applicationProblemJSON, "application/problem+json"),
    (.host, "host"),
    (.connection, "connection"),
    (.keepAlive, "keep-alive"),
    (.proxyConnection, "proxy-connection"),
    (.proxyAuthorization, "proxy-authorization"), (.basic, "basic"), (.bearer, "bearer"),
    (.proxyAuthenticate, "proxy-authenticate"),
    (.proxyAuthenticationInfo, "proxy-authentication-info"),
    (.te, "te"),
    (.trailer, "trailer"),
    (.transferEncoding, "transfer-encoding"),
    (.upgrade, "upgrade"),
    (.http2Settings, "http2-settings"),
    (.contentLength, "content-length"),
    (.expect, "expect"),
    (.via, "via"),
    (.accept, "accept"),
    (.authorization, "authorization"),
    (.cookie, "cookie"),
    (.setCookie, "set-cookie"),
    (.cacheControl, "cache-control"),
    (.contentType, "content-type"),
    (.contentEncoding, "content-encoding"),
    (.contentRange, "content-range"),
    (.range, "range"),
    (.date, "date"),
    (.maxForwards, "max-forwards"),
    (.proxyStatus, "proxy-status"),
    (.webSocketKey, "sec-websocket-key"),
    (.webSocket, "websocket"),
    (.ourPrefix, "x-sluice-"),
    (.version10, "HTTP/1.0"),
    (.version11, "HTTP/1.1"),
    (.get, "GET"),
    (.put, "PUT"),
    (.post, "POST"),
    (.head, "HEAD"),
    (.patch, "PATCH"),
    (.delete, "DELETE"),
    (.connect, "CONNECT"),
    (.options, "OPTIONS"),
    (.trace, "TRACE"),
    (.http, "http"),
    (.https, "https"),
    (.close, "close"),
    (.continueExpectation, "100-continue"),
    (.lineEnd, "\r\n"),
    (.hostField, "Host: "),
    (.lengthField, "Content-Length: "),
    (.chunkedField, "Transfer-Encoding: chunked\r\n"),
    (.closeField, "Connection: close\r\n"),
    (.keepAliveField, "Connection: keep-alive\r\n"),
    (.dateField, "Date: "), (.maxForwardsField, "Max-Forwards: "),
    (.expectField, "Expect: 100-continue\r\n"), (.upgradeOption, "Connection: Upgrade\r\n"),
    (.webSocketField, "Upgrade: websocket\r\n"),
    (.connectMethod, "CONNECT "), (.httpTarget, "http://"),
    (.proxyAuthorizationField, "Proxy-Authorization: "),
    (.viaField11, "Via: 1.1 "),
    (.viaField10, "Via: 1.0 "),
    (.requestVersion, " HTTP/1.1\r\n"),
    (.responseVersion, "HTTP/1.1 "),
  ]

  @Test("each packed text spells what its comment says", arguments: texts.indices)
  func spelling(_ index: Int) {
    let (packed, literal) = Self.texts[index]
    #expect(packed == PackedText(Array(literal.utf8).span), "\(literal)")
  }
}
