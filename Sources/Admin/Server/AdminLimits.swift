/// The limits of the administration; docs/limits.md lists each.
package enum AdminLimits {
  /// Connections at once. The next one waits in the backlog of the socket.
  package static let connections = 32
  /// Bytes of a request's head, and of its body.
  package static let headBytes = 16_384
  package static let bodyBytes = 65_536
  /// For a whole request to come, and for a whole answer to be taken.
  package static let ioMilliseconds = 10_000
  /// For an answer to be made: a reload of ten million rules.
  package static let workMilliseconds = 120_000
  /// Answers to `/metrics` at once, each on a thread, and the bytes of a piece of one.
  package static let scrapes = 4
  package static let scrapeBytes = 65_536
}
