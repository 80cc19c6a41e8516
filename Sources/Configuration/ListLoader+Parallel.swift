package import Domains
import Glibc
import Synchronization

/// Several lists at a time.
extension ListLoader {
  /// The bytes of files from which on threads pay: below, starting them costs as much as they save.
  private static let parallelFrom = 4 << 20

  /// Reads lists, in their order; the first one that is wrong, in that order, is complained about.
  /// Large ones are read side by side, on as many cores as there are.
  package static func load(_ names: [String]) throws(ConfigurationError) -> [Allowlist] {
    let size = names.reduce(0) { $0 + ((try? OpenFile($1))?.size ?? 0) }
    let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    guard names.count > 1, cores > 1, size >= parallelFrom else {
      var lists: [Allowlist] = []
      for name in names { lists.append(try load(name)) }
      return lists
    }
    let work = ListWork(names)
    work.run(threads: min(names.count, cores))
    var lists: [Allowlist] = []
    for result in work.results { lists.append(try result.get()) }
    return lists
  }
}

/// Lists that threads take one by one.
private final class ListWork: Sendable {
  private let names: [String]
  private let next = Atomic<Int>(0)
  private let loaded = Mutex<[Int: Result<Allowlist, ConfigurationError>]>([:])

  init(_ names: [String]) { self.names = names }

  /// In the order of the names; after ``run(threads:)``.
  var results: [Result<Allowlist, ConfigurationError>] {
    let loaded = loaded.withLock { $0 }
    return names.indices.compactMap { loaded[$0] }
  }

  /// Returns when all lists are read. The calling thread is one of those that read.
  func run(threads count: Int) {
    var threads: [pthread_t] = []
    for _ in 1..<count {
      var thread = pthread_t()
      let work = unsafe Unmanaged.passRetained(self)
      // Without a further thread the others have more to do.
      if unsafe pthread_create(&thread, nil, takeLists, work.toOpaque()) == 0 {
        threads.append(thread)
      } else {
        unsafe work.release()
      }
    }
    takeAll()
    for thread in threads { _ = pthread_join(thread, nil) }
  }

  func takeAll() {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < names.count else { return }
      let result = Result { () throws(ConfigurationError) in try ListLoader.load(names[index]) }
      loaded.withLock { $0[index] = result }
    }
  }
}

/// What a thread does; `work` is a retained ``ListWork``.
private func takeLists(_ work: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let work = unsafe work else { return nil }
  unsafe Unmanaged<ListWork>.fromOpaque(work).takeRetainedValue().takeAll()
  return nil
}
