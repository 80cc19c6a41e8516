/// Why a string is not a host name that Sluice accepts.
public enum HostnameError: UInt8, Error, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// Nothing, or nothing but a dot.
  case empty
  /// More than 253 bytes without the trailing dot (RFC 1035 §2.3.4).
  case tooLong
  /// A byte outside `A-Z a-z 0-9 . _ -`.
  case forbiddenByte
  /// Two dots in a row, or a dot at the start.
  case emptyLabel
  /// A label of more than 63 bytes (RFC 1035 §2.3.4).
  case labelTooLong
  /// The last label is numeric or `0x…`, so that some resolver would take the name for an IPv4 address.
  case endsInNumber
}

extension HostnameError: CustomStringConvertible {
  /// What is wrong, and what to write instead, for people.
  public var summary: StaticString {
    switch self {
    case .empty:
      "the host name is empty; write a name such as example.com"
    case .tooLong:
      "the host name has more than 253 bytes; no such name exists in the DNS"
    case .forbiddenByte:
      "the host name has a byte outside A-Z a-z 0-9 . _ -; write an international name as its xn-- form"
    case .emptyLabel:
      "the host name has an empty label; write one dot between labels and none at the start"
    case .labelTooLong:
      "the host name has a label of more than 63 bytes; no such name exists in the DNS"
    case .endsInNumber:
      "the last label is a number; write an IPv4 address as four decimal numbers, such as 192.0.2.1"
    }
  }

  /// ``summary`` as a string.
  public var message: String { summary.description }

  public var description: String { message }
}
