/// What is wrong with the first bytes of a connection that should begin with a PROXY header.
package enum ProxyHeaderFault: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// The first bytes begin none: HTTP, TLS, or anything else.
  case noHeader
  // Version 1.
  case lineTooLong
  case lineEnd
  case lineWords
  case protocolWord
  case addressText
  case portText
  // Version 2.
  case version
  case command
  case family
  case tooLong
  case addressLength
  case fieldLength
  case checksum

  /// What is wrong, for answers; ASCII.
  package var message: StaticString {
    switch self {
    case .noHeader: "the connection does not begin with a PROXY header"
    case .lineTooLong: "a PROXY line of more than 107 bytes"
    case .lineEnd: "a PROXY line that does not end with CR LF"
    case .lineWords: "a PROXY line that has not the words it should, with one space between them"
    case .protocolWord: "a PROXY line of a protocol other than TCP4, TCP6 and UNKNOWN"
    case .addressText: "a PROXY line with an address that is none of its protocol"
    case .portText: "a PROXY line with a port that is none"
    case .version: "a binary PROXY header of a version other than 2"
    case .command: "a binary PROXY header of an unknown command"
    case .family: "a binary PROXY header of an unknown family, or not of a stream"
    case .tooLong: "a binary PROXY header of more than 536 bytes"
    case .addressLength: "a binary PROXY header that is too short for its addresses"
    case .fieldLength: "a binary PROXY header with a field that runs past its end"
    case .checksum: "a binary PROXY header whose checksum is wrong"
    }
  }
}
