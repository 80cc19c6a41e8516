/// Where each part of a record stands in the ring, in bytes from the record's start. Words are in
/// the machine's order: a ring never leaves the machine. The layout is written out here, and not
/// left to the compiler, so that a new build can read what an old one left behind; a change needs a
/// new ``Ring/version``.
enum RecordLayout {
  // The length of all (a multiple of 8), then a check value of all that follows these two words.
  static let length = 0  // u32
  static let check = 4  // u32
  static let time = 8  // u64
  static let idHigh = 16
  static let idLow = 24
  static let clientHigh = 32
  static let clientLow = 40
  static let addressHigh = 48
  static let addressLow = 56
  static let generation = 64
  static let bytesUp = 72
  static let bytesDown = 80
  static let duration = 88
  static let dns = 96  // u32
  static let connect = 100  // u32
  static let ruleLine = 104  // u32
  static let extraLength = 108  // u32
  static let clientPort = 112  // u16
  static let port = 114
  static let status = 116
  static let worker = 118
  static let rawLength = 120  // u16
  static let event = 122  // u8
  static let verdict = 123
  static let reason = 124  // 0 none, else the raw value + 1
  static let end = 125  // 0 none, else the raw value + 1
  static let clientFamily = 126  // 0 none, 1 a process, 4, 6
  static let addressFamily = 127
  static let flags = 128
  static let environmentLength = 129
  static let listenerLength = 130
  static let methodLength = 131
  static let hostLength = 132
  static let listLength = 133
  static let forbiddenAddresses = 134
  static let wouldDeny = 135  // 0 none, else the raw value + 1
  /// The texts follow: environment, listener, method, host, list, raw, extra, and the via if the
  /// flags say so, which a build that does not know it passes over; then zeros to a multiple of 8.
  static let texts = 136
  /// High and low word, port (u16), family as of the client, zeros.
  static let viaLength = 24

  static let hasDNS: UInt8 = 1
  static let hasConnect: UInt8 = 2
  static let isRawTruncated: UInt8 = 4
  static let hasVia: UInt8 = 32
  static let processFamily: UInt8 = 1
  /// Two bits of the flags: 0 none, else the place of the level in `AccessLevel.allCases` + 1.
  static let accessShift: UInt8 = 3

  /// No text but `raw` and `extra` is kept longer.
  static let textLimit = 255
  /// The client's own spelling is cut here.
  static let rawLimit = 256
  /// Preformatted members: those of a `start` record, or `detail`.
  static let extraLimit = 32 << 10
  /// No record is longer.
  static let recordLimit = texts + 5 * textLimit + rawLimit + viaLength + extraLimit + 8

  @inline(__always) static func rounded(_ count: Int) -> Int { (count + 7) & ~7 }
}
