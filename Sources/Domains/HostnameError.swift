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
  /// A label of more than 63 bytes.
  case labelTooLong
  /// The last label is numeric or `0x…`, so that some resolver would take the name for an IPv4 address.
  case endsInNumber
}
