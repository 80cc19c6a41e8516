/// What epoll gives back with an event: which connection, which generation of its record, and which
/// of its sockets. A stale token never reaches a newer connection in the same record.
///
/// Bits 0–3: socket (0 the client, 1–15 the attempts to connect, in turn). Bits 4–31: index.
/// Bits 32–62: generation. Bit 63: not a connection; then bits 56–62 say what, and bits 0–31 hold a
/// descriptor, of the resolver bits 32–39 a channel, or, for a pooled upstream, its number, and bits 32–55 the generation of its record.
struct Token: BitwiseCopyable, Equatable {
  let rawValue: UInt64

  enum Special: UInt64 {
    case listener = 0
    case wake = 1
    case resolver = 2
    case pooled = 3
  }

  init(rawValue: UInt64) { self.rawValue = rawValue }

  init(index: Int, generation: UInt32, socket: UInt8) {
    rawValue = UInt64(generation & 0x7fff_ffff) << 32 | UInt64(index) << 4 | UInt64(socket)
  }

  init(_ special: Special, fd: Int32 = 0) {
    rawValue = Self.base(special) | UInt64(UInt32(bitPattern: fd))
  }

  /// A connection of the ``UpstreamPool``; `generation` has 24 bits.
  init(pooled number: Int, generation: UInt32) {
    rawValue = Self.base(.pooled) | UInt64(generation) << 32 | UInt64(number)
  }

  static func base(_ special: Special) -> UInt64 { 1 << 63 | special.rawValue << 56 }

  @inline(__always) var isSpecial: Bool { rawValue >> 63 != 0 }
  var special: Special? { Special(rawValue: (rawValue >> 56) & 0x7f) }
  var fd: Int32 { Int32(truncatingIfNeeded: rawValue & 0xffff_ffff) }
  var channel: Int { Int((rawValue >> 32) & 0xff) }
  var pooled: Int { Int(rawValue & 0xffff_ffff) }
  var poolGeneration: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) & 0xff_ffff }
  @inline(__always) var index: Int { Int((rawValue >> 4) & 0x0fff_ffff) }
  @inline(__always) var socket: UInt8 { UInt8(rawValue & 15) }
  @inline(__always) var generation: UInt32 { UInt32(rawValue >> 32) }
}
