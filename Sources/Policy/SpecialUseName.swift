package import Domains

/// Names that the public DNS does not answer for: a query for one leaks what it asks, and an answer
/// comes from somewhere else than the name promises. Access level `full` refuses them without a query
/// unless a rule names them.
package enum SpecialUseName {
  /// Whether `host` is a single label, or ends in a top-level label that is set aside:
  ///
  /// - `localhost`, `invalid`, `test`, `example` (RFC 6761), `local` (RFC 6762), `onion` (RFC 7686),
  ///   `alt` (RFC 9476), and `arpa` whole, with `home.arpa` (RFC 8375), the reverse trees and the
  ///   resolver's own names (IANA Special-Use Domain Names);
  /// - `internal`, reserved for private use by ICANN in 2024;
  /// - `intranet`, `private`, `corp`, `home`, `lan` (RFC 6762 appendix G), `mail` and `localdomain`:
  ///   never delegated, common inside networks.
  ///
  /// `example.com`, `.net` and `.org` are reserved as well, but they resolve publicly and serve a page:
  /// they are not special here.
  package static func isSpecial(_ host: borrowing HostKey) -> Bool {
    isSpecial(host.bytes)
  }

  @_noAllocation @_noLocks
  static func isSpecial(_ name: Span<UInt8>) -> Bool {
    var start = name.count
    while start > 0 {
      if name[start - 1] == UInt8(ascii: ".") { break }
      start -= 1
    }
    if start == 0 { return true }
    let labels: StaticString =
      switch name.count - start {
      case 3: "alt lan"
      case 4: "arpa test corp home mail"
      case 5: "local onion"
      case 7: "invalid example private"
      case 8: "internal intranet"
      case 9: "localhost"
      case 11: "localdomain"
      default: ""
      }
    return isOne(of: labels, name, from: start)
  }

  /// Whether `name` from `start` on is one of `labels`: all of its length, with a space between them.
  private static func isOne(
    of labels: StaticString, _ name: Span<UInt8>, from start: Int
  ) -> Bool {
    let length = name.count - start
    var candidate = 0
    while candidate + length <= labels.utf8CodeUnitCount {
      var index = 0
      while index < length {
        if name[start + index] != labels.byte(at: candidate + index) { break }
        index += 1
      }
      if index == length { return true }
      candidate += length + 1
    }
    return false
  }
}
