/// Why a name has no address to dial. Each is remembered for a short time, so that a client that
/// asks again and again does not become a storm at the name server.
package enum ResolutionError: UInt8, Error, Hashable, Sendable, CaseIterable, BitwiseCopyable {
  /// The name does not exist, or has neither A nor AAAA records (RFC 8020, RFC 2308 §2).
  case notFound = 1
  /// SERVFAIL, or a response code without a case of its own.
  case serverFailure
  /// No answer from any server within the time allowed.
  case timeout
  /// REFUSED or NOTIMP: the server does not answer for us.
  case refusedByServer
  /// The answer breaks RFC 1035, or answers something else than was asked.
  case malformed
  /// No server could be reached, or no socket could be had.
  case unreachable

  /// How long the failure is answered from the cache, in seconds.
  var secondsKept: UInt64 { self == .notFound ? 5 : 1 }
}
