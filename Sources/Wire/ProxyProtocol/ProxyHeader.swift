package import Domains

/// The header of the PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt): what a load balancer
/// that Sluice was told to trust writes before the first byte of a connection, to say whose it is.
///
/// Strict: one spelling, bounded, and whole before anything is believed. Parsing starts again at the first
/// byte with each piece, so that pieces make no difference; a header has at most ``lengthMax`` bytes.
package struct ProxyHeader: Hashable, Sendable, BitwiseCopyable {
  /// Whose connection it is.
  package enum Source: Hashable, Sendable, BitwiseCopyable {
    /// An IPv4 address in IPv6 form is the IPv4 address.
    case client(IPAddress, port: UInt16)
    /// That of a client that the header does not name: `UNKNOWN`, `AF_UNSPEC`, or a Unix socket.
    case unnamed
    /// The peer's own, such as a health check (`LOCAL`).
    case peer
  }

  package let source: Source
  /// Bytes of the header; what follows is the connection's.
  package let length: Int

  package enum Step: Hashable, Sendable, BitwiseCopyable {
    case incomplete
    case complete(ProxyHeader)
    case refused(ProxyHeaderFault)
  }

  /// Version 1: the longest line there is, with its CRLF (§2.1).
  package static var textLengthMax: Int { 107 }
  /// Version 2, all in all: what the protocol says always fits into one segment (§2).
  package static var lengthMax: Int { 536 }

  /// Reads a header at the beginning of `bytes`. Allocates nothing.
  package static func parse(_ bytes: Span<UInt8>) -> Step {
    guard bytes.count > 0 else { return .incomplete }
    switch bytes[0] {
    case UInt8(ascii: "P"): return parseText(bytes)
    case 0x0D: return parseBinary(bytes)
    default: return .refused(.noHeader)
    }
  }

  /// The source that an address stands for.
  static func source(_ address: IPAddress, _ port: UInt16) -> Source {
    guard address.family == .v6, address.high == 0, address.low >> 32 == 0xFFFF else {
      return .client(address, port: port)
    }
    return .client(IPAddress(v4: UInt32(truncatingIfNeeded: address.low)), port: port)
  }

  /// Whether `bytes` begin with `text`, as far as they go.
  static func agrees(_ bytes: Span<UInt8>, _ text: PackedText) -> Bool {
    var index = 0
    while index < min(bytes.count, text.count) {
      guard bytes[index] == text[index] else { return false }
      index += 1
    }
    return true
  }
}

// The words of the protocol; ProxyHeaderTests spells them out.
extension PackedText {
  /// `PROXY` and a space.
  static var proxy: PackedText { PackedText(0x0000_2059_584F_5250, count: 6) }
  static var unknown: PackedText { PackedText(0x004E_574F_4E4B_4E55, count: 7) }
  static var tcp4: PackedText { PackedText(0x0000_0000_3450_4354, count: 4) }
  static var tcp6: PackedText { PackedText(0x0000_0000_3650_4354, count: 4) }
  /// CR LF CR LF NUL CR LF `QUIT` LF.
  static var proxySignature: PackedText {
    PackedText(0x510A_0D00_0A0D_0A0D, 0x0000_0000_0A54_4955, count: 12)
  }
}
