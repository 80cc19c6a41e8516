/// The limits of the administration; docs/limits.md lists each.
package enum AdminLimits {
  /// Connections at once. The next one waits in the backlog of the socket.
  package static let connections = 32
  /// Of them by TCP, so that nobody there keeps the owner of the Unix socket out.
  package static let addressConnections = 24
  /// Of them that receive a stream.
  package static let streams = 8
  /// Bytes of a request's head, and of its body.
  package static let headBytes = 16_384
  package static let bodyBytes = 65_536
  /// For a whole request to come, and for a whole answer to be taken; a stream of which nothing was taken
  /// for so long ends.
  package static let ioMilliseconds = 10_000
  /// For an answer to be made: a reload of ten million rules.
  package static let workMilliseconds = 120_000
  /// Answers to `/metrics` at once, each on a thread, and the bytes of a piece of one.
  package static let scrapes = 4
  package static let scrapeBytes = 65_536
  /// Of a stream that wait to be sent.
  package static let streamBytes = 65_536
  /// A stream in which nothing happens says so, so that both ends know that the other one is there.
  package static let heartbeatMilliseconds = 15_000
  /// Wrong tokens of one source before its next one waits: 1 s, then twice as long each time, …
  package static let freeGuesses = 5
  /// … up to this. A source that tries nothing for as long starts anew.
  package static let guessDelaySecondsMax = 300
  /// Sources of wrong tokens that are told apart; the others share one place.
  package static let guessSources = 1024
}
