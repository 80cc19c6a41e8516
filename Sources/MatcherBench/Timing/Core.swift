import CBench

/// The core that measurements run on.
package enum Core {
  /// Binds this thread to the core that it is on, so that its caches stay its own; `nil` where the
  /// system does not let it.
  package static func bind() -> Int? {
    let core = cb_bind_to_core()
    return core >= 0 ? Int(core) : nil
  }
}
