/// What is wrong with the first bytes of a client that should speak TLS.
package enum ClientHelloFault: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// The first byte begins no handshake record: HTTP, SSH, SSL 2, or anything else that is not TLS.
  case notTLS
  // Records (RFC 8446 §5.1).
  case recordVersion
  case emptyRecord
  case recordTooLong
  case unexpectedRecord
  case tooManyRecords
  // The message (RFC 8446 §4, §4.1.2).
  case notClientHello
  case tooLarge
  case helloVersion
  case sessionID
  case cipherSuites
  case compressionMethods
  case fieldLength
  case extensionsLength
  case trailingBytes
  // Extensions (RFC 8446 §4.2).
  case tooManyExtensions
  case duplicateExtension
  case encryptedServerName
  case innerHello
  // The server name (RFC 6066 §3).
  case serverNameList
  case serverNameType
  case serverNameCount
  case serverNameLength
  /// Instead of its second hello the client sent an alert: it gave up.
  case alert

  /// What is wrong, for logs; ASCII.
  package var message: StaticString {
    switch self {
    case .notTLS: "the first byte begins no TLS handshake"
    case .recordVersion: "a record of a version other than 3.x"
    case .emptyRecord: "a handshake record without content"
    case .recordTooLong: "a record of more than 16384 bytes"
    case .unexpectedRecord: "a record of another type before the end of the ClientHello"
    case .tooManyRecords: "a ClientHello in more than 512 records"
    case .notClientHello: "a handshake message other than a ClientHello"
    case .tooLarge: "a ClientHello of more than 64 KiB"
    case .helloVersion: "a ClientHello of a version other than 3.x"
    case .sessionID: "a session id of more than 32 bytes"
    case .cipherSuites: "a list of cipher suites that is empty or of an odd length"
    case .compressionMethods: "an empty list of compression methods"
    case .fieldLength: "a length that runs past the end of what holds it"
    case .extensionsLength: "extensions that do not end where the ClientHello does"
    case .trailingBytes: "bytes behind the ClientHello in its last record"
    case .tooManyExtensions: "more than 64 extensions"
    case .duplicateExtension: "an extension twice"
    case .encryptedServerName: "the extension encrypted_server_name of a draft"
    case .innerHello: "an inner ClientHello of ECH in the clear"
    case .serverNameList: "a list of server names whose lengths do not agree"
    case .serverNameType: "a server name of a type other than host_name"
    case .serverNameCount: "more than one server name"
    case .serverNameLength: "a server name of no bytes or more than 253"
    case .alert: "an alert in place of the second ClientHello"
    }
  }
}
