/// What ``Resolver/lookup(_:waiter:now:isWhole:)`` can say at once.
package enum LookupResult: Equatable, BitwiseCopyable, Sendable {
  /// Known: read it before the next mutating call.
  case answer(AnswerIndex)
  /// Known to have no address, or to have failed a moment ago.
  case failure(ResolutionError)
  /// The waiter will come out of ``Resolver/nextCompletion()``.
  case pending
  /// Too many names or waiters at once: 503.
  case full
}

/// What a lookup that was pending came to.
package enum ResolutionResult: Equatable, BitwiseCopyable, Sendable {
  case answer(AnswerIndex)
  case failure(ResolutionError)
}

/// An answer's place in the resolver that gave it, valid until that resolver's next mutating call. A
/// stale one traps.
package struct AnswerIndex: Equatable, BitwiseCopyable, Sendable {
  let entry: UInt32
  let generation: UInt32
}

/// The end of one waiter's wait.
package struct Completion: Equatable, BitwiseCopyable, Sendable {
  package let waiter: UInt64
  package let result: ResolutionResult
  /// From the waiter's own call to the answer.
  package let dnsMicroseconds: UInt32
}
