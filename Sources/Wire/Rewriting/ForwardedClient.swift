package import Domains

/// What a rebuilt request says of the client that it is sent for, in place of all that the client said
/// of itself.
package enum ForwardedClient: BitwiseCopyable, Sendable {
  /// Nothing is added, and what the client said goes on.
  case unsaid
  /// `X-Forwarded-For`; no field where the client has no address.
  case xForwardedFor(IPAddress?)
  /// `Forwarded` (RFC 7239 §4); `for=unknown` (§6.2) where the client has no address.
  case forwarded(IPAddress?)

  var isSaid: Bool {
    switch self {
    case .unsaid: false
    case .xForwardedFor, .forwarded: true
    }
  }

  /// Whether a field of that name, a token, says who a request comes from: `Forwarded`, `X-Real-IP`, and
  /// all that begin with `X-Forwarded`. `_` counts as `-`, as some servers read it.
  static func isName(_ name: Span<UInt8>) -> Bool {
    let folded = PackedText.lowercased(name)
    let text = folded.hasUnderscore ? folded.dashed : folded
    return text == .forwarded || text == .realAddress || text.beginsLike(.forwardedPrefix)
  }
}

extension HeadOutput {
  /// The field that names the client, if there is one.
  mutating func put(_ client: ForwardedClient, into out: inout MutableSpan<UInt8>) {
    switch client {
    case .unsaid, .xForwardedFor(nil): return
    case .xForwardedFor(let address?):
      put(.xForwardedForField, into: &out)
      put(address, into: &out)
    case .forwarded(nil):
      put(.forwardedField, into: &out)
      put(.unknownNode, into: &out)
    case .forwarded(let address?):
      put(.forwardedField, into: &out)
      // RFC 7239 §6.1: in brackets, and quoted, because a token has no colon.
      let isIPv6 = address.family == .v6
      if isIPv6 { put(.nodeOpening, into: &out) }
      put(address, into: &out)
      if isIPv6 { put(.nodeEnd, into: &out) }
    }
    putLineEnd(into: &out)
  }

  private mutating func put(_ address: IPAddress, into out: inout MutableSpan<UInt8>) {
    var text = InlineArray<39, UInt8>(repeating: 0)
    var target = text.mutableSpan
    let length = address.write(into: &target)
    put(text.span.extracting(0..<length), into: &out)
  }
}

extension PackedText {
  /// `forwarded`
  @inline(__always) static var forwarded: PackedText {
    PackedText(0x6564_7261_7772_6f66, 0x64, count: 9)
  }
  /// `x-forwarded`
  @inline(__always) static var forwardedPrefix: PackedText {
    PackedText(0x7261_7772_6f66_2d78, 0x64_6564, count: 11)
  }
  /// `x-real-ip`
  @inline(__always) static var realAddress: PackedText {
    PackedText(0x692d_6c61_6572_2d78, 0x70, count: 9)
  }
  /// `X-Forwarded-For: `
  @inline(__always) static var xForwardedForField: PackedText {
    PackedText(0x7261_7772_6f46_2d58, 0x3a72_6f46_2d64_6564, 0x20, count: 17)
  }
  /// `Forwarded: for=`
  @inline(__always) static var forwardedField: PackedText {
    PackedText(0x6564_7261_7772_6f46, 0x3d_726f_6620_3a64, count: 15)
  }
  /// `unknown`
  @inline(__always) static var unknownNode: PackedText {
    PackedText(0x6e_776f_6e6b_6e75, count: 7)
  }
  /// `"[`
  @inline(__always) static var nodeOpening: PackedText {
    PackedText(0x5b22, count: 2)
  }
  /// `]"`
  @inline(__always) static var nodeEnd: PackedText {
    PackedText(0x225d, count: 2)
  }
}
