/// Why a string is not an authority that Sluice accepts. The cases about names are those of
/// ``HostnameError``.
public enum AuthorityError: UInt8, Error, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// No port where one is needed: a CONNECT target names its port (RFC 9110 §9.3.6).
  case missingPort
  /// What stands behind the colon is not a decimal number from 1 to 65535 without leading zeros.
  case badPort
  /// A user name in front of the host (`user@host`).
  case userinfo
  /// Brackets with something else than an IPv6 address in them, a zone, or IPv6 without brackets.
  case badAddress
  /// No host.
  case emptyHost
  /// A host of more than 253 bytes.
  case hostTooLong
  /// A byte that no host name has.
  case forbiddenByte
  /// Two dots in a row, or a dot at the start.
  case emptyLabel
  /// A label of more than 63 bytes.
  case labelTooLong
  /// The last label is a number and the host is not a canonical dotted quad.
  case endsInNumber

  /// The same complaint about the host of an authority.
  public init(_ error: HostnameError) {
    switch error {
    case .empty: self = .emptyHost
    case .tooLong: self = .hostTooLong
    case .forbiddenByte: self = .forbiddenByte
    case .emptyLabel: self = .emptyLabel
    case .labelTooLong: self = .labelTooLong
    case .endsInNumber: self = .endsInNumber
    }
  }
}

extension AuthorityError: CustomStringConvertible {
  /// What is wrong, and what to write instead, for people.
  public var summary: StaticString {
    switch self {
    case .missingPort:
      "the port is missing; write host:port, such as example.com:443"
    case .badPort:
      "the port is not a number from 1 to 65535; write digits only, without sign or leading zero"
    case .userinfo:
      "a user name in front of the host is not accepted; write the host and port only"
    case .badAddress:
      "the IPv6 address is not valid; write it in brackets and without a zone, such as [2001:db8::1]:443"
    case .emptyHost: HostnameError.empty.summary
    case .hostTooLong: HostnameError.tooLong.summary
    case .forbiddenByte: HostnameError.forbiddenByte.summary
    case .emptyLabel: HostnameError.emptyLabel.summary
    case .labelTooLong: HostnameError.labelTooLong.summary
    case .endsInNumber: HostnameError.endsInNumber.summary
    }
  }

  /// ``summary`` as a string.
  public var message: String { summary.description }

  public var description: String { message }
}
