import Synchronization

/// A set of texts that several threads of a test fill.
final class Names: Sendable {
  private let texts = Mutex<Set<String>>([])

  func insert(_ text: String) { texts.withLock { _ = $0.insert(text) } }
  var all: Set<String> { texts.withLock { $0 } }
  var count: Int { texts.withLock { $0.count } }
  var isEmpty: Bool { count == 0 }
}
