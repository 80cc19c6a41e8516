/// The names of ``FieldName`` in lower case, as they are compared.
extension PackedText {
  /// `host`
  @inline(__always) static var host: PackedText {
    PackedText(0x7473_6f68, count: 4)
  }
  /// `connection`
  @inline(__always) static var connection: PackedText {
    PackedText(0x6974_6365_6e6e_6f63, 0x6e6f, count: 10)
  }
  /// `keep-alive`
  @inline(__always) static var keepAlive: PackedText {
    PackedText(0x696c_612d_7065_656b, 0x6576, count: 10)
  }
  /// `proxy-connection`
  @inline(__always) static var proxyConnection: PackedText {
    PackedText(0x6f63_2d79_786f_7270, 0x6e6f_6974_6365_6e6e, count: 16)
  }
  /// `proxy-authorization`
  @inline(__always) static var proxyAuthorization: PackedText {
    PackedText(0x7561_2d79_786f_7270, 0x7461_7a69_726f_6874, 0x006e_6f69, count: 19)
  }
  /// `proxy-authenticate`
  @inline(__always) static var proxyAuthenticate: PackedText {
    PackedText(0x7561_2d79_786f_7270, 0x6163_6974_6e65_6874, 0x6574, count: 18)
  }
  /// `proxy-authentication-info`
  @inline(__always) static var proxyAuthenticationInfo: PackedText {
    PackedText(
      0x7561_2d79_786f_7270, 0x6163_6974_6e65_6874, 0x666e_692d_6e6f_6974, 0x006f, count: 25)
  }
  /// `te`
  @inline(__always) static var te: PackedText {
    PackedText(0x6574, count: 2)
  }
  /// `trailer`
  @inline(__always) static var trailer: PackedText {
    PackedText(0x0072_656c_6961_7274, count: 7)
  }
  /// `transfer-encoding`
  @inline(__always) static var transferEncoding: PackedText {
    PackedText(0x7265_6673_6e61_7274, 0x6e69_646f_636e_652d, 0x0067, count: 17)
  }
  /// `upgrade`
  @inline(__always) static var upgrade: PackedText {
    PackedText(0x0065_6461_7267_7075, count: 7)
  }
  /// `http2-settings`
  @inline(__always) static var http2Settings: PackedText {
    PackedText(0x6573_2d32_7074_7468, 0x7367_6e69_7474, count: 14)
  }
  /// `content-length`
  @inline(__always) static var contentLength: PackedText {
    PackedText(0x2d74_6e65_746e_6f63, 0x6874_676e_656c, count: 14)
  }
  /// `expect`
  @inline(__always) static var expect: PackedText {
    PackedText(0x7463_6570_7865, count: 6)
  }
  /// `via`
  @inline(__always) static var via: PackedText {
    PackedText(0x0061_6976, count: 3)
  }
  /// `accept`
  @inline(__always) static var accept: PackedText {
    PackedText(0x7470_6563_6361, count: 6)
  }
  /// `authorization`
  @inline(__always) static var authorization: PackedText {
    PackedText(0x7a69_726f_6874_7561, 0x006e_6f69_7461, count: 13)
  }
  /// `cookie`
  @inline(__always) static var cookie: PackedText {
    PackedText(0x6569_6b6f_6f63, count: 6)
  }
  /// `set-cookie`
  @inline(__always) static var setCookie: PackedText {
    PackedText(0x6b6f_6f63_2d74_6573, 0x6569, count: 10)
  }
  /// `cache-control`
  @inline(__always) static var cacheControl: PackedText {
    PackedText(0x6f63_2d65_6863_6163, 0x006c_6f72_746e, count: 13)
  }
  /// `content-type`
  @inline(__always) static var contentType: PackedText {
    PackedText(0x2d74_6e65_746e_6f63, 0x6570_7974, count: 12)
  }
  /// `content-encoding`
  @inline(__always) static var contentEncoding: PackedText {
    PackedText(0x2d74_6e65_746e_6f63, 0x676e_6964_6f63_6e65, count: 16)
  }
  /// `content-range`
  @inline(__always) static var contentRange: PackedText {
    PackedText(0x2d74_6e65_746e_6f63, 0x0065_676e_6172, count: 13)
  }
  /// `range`
  @inline(__always) static var range: PackedText {
    PackedText(0x0065_676e_6172, count: 5)
  }
  /// `date`
  @inline(__always) static var date: PackedText {
    PackedText(0x6574_6164, count: 4)
  }
  /// `max-forwards`
  @inline(__always) static var maxForwards: PackedText {
    PackedText(0x7772_6f66_2d78_616d, 0x7364_7261, count: 12)
  }
  /// `sec-websocket-key`
  @inline(__always) static var webSocketKey: PackedText {
    PackedText(0x7362_6577_2d63_6573, 0x656b_2d74_656b_636f, 0x0079, count: 17)
  }
  /// `proxy-status`
  @inline(__always) static var proxyStatus: PackedText {
    PackedText(0x7473_2d79_786f_7270, 0x7375_7461, count: 12)
  }
  /// `x-sluice-`
  @inline(__always) static var ourPrefix: PackedText {
    PackedText(0x6563_6975_6c73_2d78, 0x002d, count: 9)
  }
}
