/// Reads a TLS ClientHello (RFC 8446 §4.1.2) as it arrives, cut anywhere and in as many records as the
/// client likes. It keeps no bytes but the numbers of the extensions seen: the caller holds what came
/// until the verdict, and passes it on unchanged. Its work grows with the bytes, not with the pieces.
///
/// Strict where two readers could differ, tolerant where they cannot: lengths add up to the byte, no
/// extension comes twice, there is at most one server name and it is a host_name; but versions,
/// suites and unknown extensions are the server's business, and a record may end anywhere.
package struct ClientHelloReader: BitwiseCopyable, Sendable {
  /// What the bytes taken so far are.
  package enum Step: BitwiseCopyable, Hashable, Sendable {
    case needMore
    /// The hello ends before this index of the bytes given last; what follows is not of it.
    case complete(end: Int)
    case refused(ClientHelloFault)
  }

  /// A field of the message, or what stands for one.
  enum Phase: UInt8, BitwiseCopyable {
    case start, header, version, random, sessionLength, session
    case ciphersLength, ciphers, compressionLength, compression
    case extensionsLength, extensionHeader, extensionBody
    case nameListLength, nameType, nameLength, name
    case innerOrOuter
    case done, failed
  }

  /// Bytes of the message with its header.
  package static var maximumMessageLength: Int { 65536 }
  /// Records that hold it, and those before it.
  package static var maximumRecords: Int { 512 }
  /// Bytes with the headers of the records: what the caller has to hold at most.
  package static var maximumLength: Int { maximumMessageLength + 5 * maximumRecords }
  /// Clients send about twenty.
  package static var maximumExtensions: Int { 64 }
  /// Bytes that the caller gives for the name.
  package static var nameCapacity: Int { 253 }

  /// The length of the server name, which the caller's buffer holds; 0: none was sent.
  package private(set) var nameLength = 0
  /// Encrypted ClientHello is offered, or greased (RFC 9849 §6): then the name is that of the outer
  /// hello.
  package private(set) var hasEncryptedHello = false
  /// Early data may follow (RFC 8446 §4.2.10).
  package private(set) var hasEarlyData = false

  private var records: RecordCursor
  var phase = Phase.start
  private var fault = ClientHelloFault.notTLS
  /// Bytes of the field still to come, its value so far, and bytes of the message behind what was read.
  private var wanted = 0
  private var value: UInt32 = 0
  private var left = 4
  /// Bytes of the extension under way behind its own header.
  private var extensionLength = 0
  private var extensionCount = 0
  private var extensionTypes: InlineArray<64, UInt16>

  /// Before the first byte of a client.
  package init() { self.init(records: RecordCursor()) }

  /// Before the first byte behind a HelloRetryRequest: one change_cipher_spec may come first
  /// (RFC 8446 §D.4), and early data that was sent already.
  package init(secondAfterEarlyData hasEarlyData: Bool) {
    self.init(records: RecordCursor(secondAfterEarlyData: hasEarlyData))
  }

  private init(records: RecordCursor) {
    self.records = records
    extensionTypes = .init(repeating: 0)
  }

  /// Takes the bytes that came next. The server name goes to `name`, of ``nameCapacity`` bytes or more,
  /// the same at each call. After a refusal every call repeats it.
  package mutating func take(_ bytes: Span<UInt8>, name: inout MutableSpan<UInt8>) -> Step {
    if phase == .failed { return .refused(fault) }
    if phase == .done { return .complete(end: 0) }
    var at = 0
    while at < bytes.count {
      if records.remaining == 0 {
        if let found = records.take(bytes[at], isWithinMessage: phase != .start) {
          return refuse(found)
        }
        at &+= 1
        continue
      }
      let count = min(records.remaining, bytes.count &- at)
      if records.isHandshake {
        let used = takeMessage(bytes.extracting(at..<at &+ count), name: &name)
        if phase == .failed { return .refused(fault) }
        records.use(used)
        at &+= used
        if phase == .done {
          // RFC 8446 §5.1: nothing may stand behind a hello in its record.
          return records.remaining == 0 ? .complete(end: at) : refuse(.trailingBytes)
        }
      } else {
        if let found = records.skip(bytes.extracting(at..<at &+ count)) { return refuse(found) }
        at &+= count
      }
    }
    return .needMore
  }

  private mutating func refuse(_ found: ClientHelloFault) -> Step {
    phase = .failed
    fault = found
    return .refused(found)
  }

  /// Takes bytes of the message; returns how many, which is all of them unless it ends or fails.
  private mutating func takeMessage(
    _ bytes: Span<UInt8>, name: inout MutableSpan<UInt8>
  ) -> Int {
    var at = 0
    while true {
      if wanted == 0 {
        if let found = advance() {
          phase = .failed
          fault = found
        }
        if phase == .failed || phase == .done { return at }
        continue
      }
      guard at < bytes.count else { return at }
      let count = min(wanted, bytes.count &- at)
      switch phase {
      case .random, .session, .ciphers, .compression, .extensionBody: break
      case .name:
        for offset in 0..<count { name[nameLength &+ offset] = bytes[at &+ offset] }
        nameLength &+= count
      default:
        for offset in 0..<count { value = value << 8 | UInt32(bytes[at &+ offset]) }
      }
      at &+= count
      wanted &-= count
      left &-= count
    }
  }

  /// The field that was read is whole: checks it and says what comes next.
  private mutating func advance() -> ClientHelloFault? {
    let value = Int(self.value)
    switch phase {
    case .start: return expect(.header, 4)
    case .header:
      guard value >> 24 == 1 else { return .notClientHello }
      left = value & 0xff_ffff
      guard left + 4 <= Self.maximumMessageLength else { return .tooLarge }
      return expect(.version, 2)
    case .version: return value >> 8 == 3 ? expect(.random, 32) : .helloVersion
    case .random: return expect(.sessionLength, 1)
    case .sessionLength: return value <= 32 ? expect(.session, value) : .sessionID
    case .session: return expect(.ciphersLength, 2)
    case .ciphersLength:
      return value >= 2 && value & 1 == 0 ? expect(.ciphers, value) : .cipherSuites
    case .ciphers: return expect(.compressionLength, 1)
    case .compressionLength:
      return value >= 1 ? expect(.compression, value) : .compressionMethods
    case .compression:
      guard left > 0 else { return end() }
      return expect(.extensionsLength, 2)
    case .extensionsLength: return value == left ? nextExtension() : .extensionsLength
    case .extensionHeader: return beginExtension(UInt16(value >> 16), value & 0xffff)
    case .extensionBody, .name: return nextExtension()
    case .nameListLength:
      guard value == extensionLength - 2 else { return .serverNameList }
      return expect(.nameType, 1)
    case .nameType: return value == 0 ? expect(.nameLength, 2) : .serverNameType
    case .nameLength:
      let room = extensionLength - 5
      guard value <= room else { return .serverNameList }
      guard value == room else { return .serverNameCount }
      guard value >= 1 && value <= Self.nameCapacity else { return .serverNameLength }
      return expect(.name, value)
    case .innerOrOuter:
      guard value == 0 else { return .innerHello }
      hasEncryptedHello = true
      return expect(.extensionBody, extensionLength - 1)
    case .done, .failed: return fault
    }
  }

  private mutating func expect(_ next: Phase, _ count: Int) -> ClientHelloFault? {
    guard count <= left else { return .fieldLength }
    phase = next
    wanted = count
    value = 0
    return nil
  }

  private mutating func end() -> ClientHelloFault? {
    phase = .done
    return nil
  }

  private mutating func nextExtension() -> ClientHelloFault? {
    left == 0 ? end() : expect(.extensionHeader, 4)
  }

  private mutating func beginExtension(_ type: UInt16, _ length: Int) -> ClientHelloFault? {
    guard length <= left else { return .fieldLength }
    guard extensionCount < Self.maximumExtensions else { return .tooManyExtensions }
    for index in 0..<extensionCount where extensionTypes[index] == type {
      return .duplicateExtension
    }
    extensionTypes[extensionCount] = type
    extensionCount &+= 1
    extensionLength = length
    switch type {
    case 0:
      // The list's length, a type and a length: only servers send it empty.
      return length >= 5 ? expect(.nameListLength, 2) : .serverNameList
    case 42:
      hasEarlyData = true
      return expect(.extensionBody, length)
    case 0xffce: return .encryptedServerName
    case 0xfe0d: return length >= 1 ? expect(.innerOrOuter, 1) : .fieldLength
    default: return expect(.extensionBody, length)
    }
  }
}
