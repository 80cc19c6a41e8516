/// Which field names may stand in a trailer section that goes on (RFC 9110 §6.5.1). A trailer comes when
/// head and body have been acted on already, so what is known to frame, route, authenticate or modify the
/// message may not stand there, whatever was announced: a recipient that merges trailers into the head
/// would read the message otherwise than we did. It is a list of names: a field of an application's own
/// that does such a thing is not in it, and passes if the sender announced it.
enum TrailerName {
  /// Whether `name`, a token, may be passed on behind a body. `_` counts as `-`, as some servers read it.
  static func isSafe(_ name: Span<UInt8>) -> Bool {
    guard name.count > 0, name.count <= FieldLines.maximumNameLength else { return false }
    for i in name.indices where !name[i].isToken { return false }
    let folded = PackedText.lowercased(name)
    let text = folded.hasUnderscore ? folded.dashed : folded
    // What has a meaning here is for the head.
    guard FieldName(text) == .other else { return false }
    let families = families
    for i in families.indices {
      let bits = UInt64(truncatingIfNeeded: families[i].leadingZeroBitCount / 8 * 8)
      if text.word0 & (UInt64.max >> bits) == families[i] { return false }
    }
    guard text.count <= 8 else { return true }
    let names = names
    for i in names.indices where text.word0 == names[i] { return false }
    return true
  }

  /// Beginnings of names, up to eight bytes in a word, the first in the lowest place: a few names too many
  /// are no loss, because a trailer can always be dropped.
  private static var families: InlineArray<47, UInt64> {
    [
      0x2d74_6e65_746e_6f63,  // content-
      0x2d79_786f_7270,  // proxy-
      0x2d_6669,  // if-
      0x7470_6563_6361,  // accept
      0x2d63_6573,  // sec-
      0x632d_7373_6563_6361,  // access-c
      0x6974_6e65_6874_7561,  // authenti
      0x6874_7561_2d77_7777,  // www-auth
      0x6569_6b6f_6f63,  // cookie
      0x6b6f_6f63_2d74_6573,  // set-cook
      0x64_7261_7772_6f66,  // forward
      0x7261_7772_6f66_2d78,  // x-forwar
      0x6d2d_7074_7468_2d78,  // x-http-m
      0x646f_6874_656d_2d78,  // x-method
      0x6e69_6769_726f_2d78,  // x-origin
      0x7469_7277_6572_2d78,  // x-rewrit
      0x2d_6c61_6572_2d78,  // x-real-
      0x746e_6569_6c63_2d78,  // x-client
      0x696c_632d_6575_7274,  // true-cli
      0x7473_6f68_2d78,  // x-host
      0x2d6c_6563_6361_2d78,  // x-accel-
      0x6966_646e_6573_2d78,  // x-sendfi
      0x6874_7561_2d78,  // x-auth
      0x6672_7363_2d78,  // x-csrf
      0x2d65_6d61_7266_2d78,  // x-frame-
      0x6e65_746e_6f63_2d78,  // x-conten
      0x7270_2d73_7378_2d78,  // x-xss-pr
      0x742d_7463_6972_7473,  // strict-t
      0x65_6461_7267_7075,  // upgrade
      0x6573_2d32_7074_7468,  // http2-se
      0x2d6e_6463,  // cdn-
      0x7461_676f_7272_7573,  // surrogat
      0x6973_2d72_6165_6c63,  // clear-si
      0x6164_2d79_6c72_6165,  // early-da
      0x612d_676e_696d_6974,  // timing-a
      0x6567_612d_7265_7375,  // user-age
      0x6661_2d79_7274_6572,  // retry-af
      0x6563_6975_6c73_2d78,  // x-sluice
      0x7461_6e69_7473_6564,  // destinat
      0x7469_7277_7265_766f,  // overwrit
      0x6b6f_742d_6b63_6f6c,  // lock-tok
      0x2d_6574_6f6d_6572,  // remote-
      0x6574_6f6d_6572_2d78,  // x-remote
      0x2d_746e_6569_6c63,  // client-
      0x2d6c_7373,  // ssl-
      0x2d6c_7373_2d78,  // x-ssl-
      0x2d69_7061_2d78,  // x-api-
    ]
  }

  /// Whole names, in the same way.
  private static var names: InlineArray<19, UInt64> {
    [
      0x65_6761,  // age
      0x79_656b_2d69_7061,  // api-key
      0x77_6f6c_6c61,  // allow
      0x63_7673_2d74_6c61,  // alt-svc
      0x68_7470_6564,  // depth
      0x73_6572_6970_7865,  // expires
      0x6d6f_7266,  // from
      0x6b6e_696c,  // link
      0x6e6f_6974_6163_6f6c,  // location
      0x6e69_6769_726f,  // origin
      0x616d_6761_7270,  // pragma
      0x7265_6665_7270,  // prefer
      0x7974_6972_6f69_7270,  // priority
      0x72_6572_6566_6572,  // referer
      0x68_7365_7266_6572,  // refresh
      0x7265_7672_6573,  // server
      0x7375_7461_7473,  // status
      0x7972_6176,  // vary
      0x67_6e69_6e72_6177,  // warning
    ]
  }
}
