package import Audit
internal import CLinux
internal import Glibc
internal import Reactor

/// One worker on a thread of its own, on the real kernel. The worker lives as long as its thread, at
/// one place in memory, because C libraries hold pointers into it.
package struct WorkerThread: Sendable {
  private let thread: UInt

  /// Starts the thread. `journal` is the worker's own end of the audit log.
  package init(
    configuration: WorkerConfiguration, shared: SharedState, journal: consuming Journal
  ) {
    let start = UnsafeMutablePointer<WorkerStart>.allocate(capacity: 1)
    unsafe start.initialize(
      to: WorkerStart(configuration: configuration, shared: shared, journal: journal))
    var made = pthread_t()
    let error = unsafe pthread_create(&made, nil, runWorker, start)
    precondition(error == 0, "no thread for a worker (errno \(error))")
    thread = UInt(made)
  }

  /// Waits until the worker has ended.
  package func join() {
    pthread_join(pthread_t(thread), nil)
  }
}

private struct WorkerStart: ~Copyable {
  let configuration: WorkerConfiguration
  let shared: SharedState
  var journal: Journal
}

/// A top-level function: as a closure inside `@main` it would be taken to belong to the main actor.
private func runWorker(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let place = unsafe argument.assumingMemoryBound(to: WorkerStart.self)
  let start = unsafe place.move()
  unsafe place.deallocate()
  unsafe cl_name_thread("worker-\(start.configuration.number)")
  let worker = UnsafeMutablePointer<Worker<LinuxKernel>>.allocate(capacity: 1)
  let configuration = start.configuration
  let shared = start.shared
  unsafe worker.initialize(
    to: Worker(
      kernel: LinuxKernel(), configuration: configuration, shared: shared,
      journal: start.takeJournal()))
  unsafe worker.pointee.run()
  unsafe worker.deinitialize(count: 1)
  unsafe worker.deallocate()
  return nil
}

extension WorkerStart {
  consuming func takeJournal() -> Journal { journal }
}
