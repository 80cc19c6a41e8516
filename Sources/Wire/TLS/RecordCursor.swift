/// Where a client's bytes stand in the record layer (RFC 8446 §5.1) until its hello has ended: records
/// of the handshake and nothing else, but for what may come before a second hello.
struct RecordCursor: BitwiseCopyable, Sendable {
  /// RFC 8446 §5.1; encrypted records may be 256 bytes longer (§5.2).
  private static var maximumLength: Int { 16384 }

  private enum ContentType {
    static var changeCipherSpec: UInt8 { 20 }
    static var alert: UInt8 { 21 }
    static var handshake: UInt8 { 22 }
    static var applicationData: UInt8 { 23 }
  }

  /// Bytes of the record's content still to come; 0: a header is read.
  private(set) var remaining = 0
  private var type = ContentType.handshake
  private var headerBytes = 0
  private var length = 0
  private var count = 0
  /// All bytes so far.
  private var total = 0
  private let isSecond: Bool
  private let allowsEarlyData: Bool
  private var hasChangedCipher = false

  init() {
    isSecond = false
    allowsEarlyData = false
  }

  init(secondAfterEarlyData hasEarlyData: Bool) {
    isSecond = true
    allowsEarlyData = hasEarlyData
  }

  var isHandshake: Bool { type == ContentType.handshake }

  mutating func use(_ bytes: Int) { remaining &-= bytes }

  /// Takes one byte of a header. `isWithinMessage`: a part of the hello has come.
  mutating func take(_ byte: UInt8, isWithinMessage: Bool) -> ClientHelloFault? {
    headerBytes &+= 1
    switch headerBytes {
    case 1: return takeType(byte, isWithinMessage)
    // The minor version says nothing: 3.1 and 3.3 are usual, and servers look at neither.
    case 2: return byte == 3 ? nil : .recordVersion
    case 3: return nil
    case 4:
      length = Int(byte) << 8
      return nil
    default:
      length |= Int(byte)
      return beginContent()
    }
  }

  private mutating func takeType(_ byte: UInt8, _ isWithinMessage: Bool) -> ClientHelloFault? {
    type = byte
    if byte == ContentType.handshake { return nil }
    guard isSecond else { return isWithinMessage ? .unexpectedRecord : .notTLS }
    guard !isWithinMessage else { return .unexpectedRecord }
    switch byte {
    case ContentType.changeCipherSpec:
      defer { hasChangedCipher = true }
      return hasChangedCipher ? .unexpectedRecord : nil
    case ContentType.applicationData: return allowsEarlyData ? nil : .unexpectedRecord
    case ContentType.alert: return .alert
    default: return .unexpectedRecord
    }
  }

  private mutating func beginContent() -> ClientHelloFault? {
    let extra = type == ContentType.applicationData ? 256 : 0
    guard length > 0 else { return .emptyRecord }
    guard length <= Self.maximumLength + extra else { return .recordTooLong }
    guard type != ContentType.changeCipherSpec || length == 1 else { return .unexpectedRecord }
    count &+= 1
    guard count <= ClientHelloReader.maximumRecords else { return .tooManyRecords }
    total &+= 5 &+ length
    guard total <= ClientHelloReader.maximumLength else { return .tooLarge }
    remaining = length
    headerBytes = 0
    length = 0
    return nil
  }

  /// Passes over content that is not of the handshake, at most the rest of the record.
  mutating func skip(_ bytes: Span<UInt8>) -> ClientHelloFault? {
    // RFC 8446 §5: a change_cipher_spec is the byte 1.
    if type == ContentType.changeCipherSpec && bytes[0] != 1 { return .unexpectedRecord }
    remaining &-= bytes.count
    return nil
  }
}
