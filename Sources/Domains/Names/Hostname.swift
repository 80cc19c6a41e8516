/// A DNS host name in canonical form: lower-case ASCII, no trailing dot, labels of 1 to 63 bytes,
/// 1 to 253 bytes in all (RFC 1035 §2.3.4). If you hold one, it is valid, and two spellings of one
/// name are equal. It goes through the same normaliser as ``HostKey``.
public struct Hostname: Hashable, Sendable, CustomStringConvertible {
  /// The canonical text.
  public let text: String

  /// Takes any accepted spelling of a name: upper case and one trailing dot are allowed.
  public init(_ text: String) throws(HostnameError) {
    try self.init(bytes: Array(text.utf8).span)
  }

  /// As ``init(_:)``, from bytes in any encoding that agrees with ASCII.
  public init(bytes: Span<UInt8>) throws(HostnameError) {
    var key = HostKey()
    if let error = key.load(bytes) { throw error }
    self.text = key.text
  }

  /// The name that a key holds. Traps on an empty key; must not be given the text of an address.
  init(_ key: borrowing HostKey) {
    precondition(key.count > 0)
    self.text = key.text
  }

  public var description: String { text }
}

extension String {
  /// A string of bytes that are known to be ASCII.
  init(ascii bytes: Span<UInt8>) {
    do {
      self.init(copying: try UTF8Span(validating: bytes))
    } catch {
      preconditionFailure("canonical text is ASCII")
    }
  }
}
