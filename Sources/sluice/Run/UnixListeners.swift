import Configuration
import Proxy

/// The files of the Unix listeners: which of them this process has to remove at its end.
struct UnixListeners {
  private var owned: [UnixListenerFile] = []
  /// Of a process that this one takes over from: that one's until this one serves.
  private var taken: [UnixListenerFile] = []

  mutating func open(_ listener: UnixListenerSettings) throws(UnixListenError) -> Int32 {
    let descriptor = try openUnixListener(
      listener.path, mode: listener.mode, owner: listener.owner, group: listener.group)
    owned.append(UnixListenerFile(listener.path))
    return descriptor
  }

  mutating func take(_ path: String) { taken.append(UnixListenerFile(path)) }

  mutating func ownAll() {
    owned += taken
    taken = []
  }

  /// Another process serves on them.
  mutating func disownAll() { owned = [] }

  mutating func removeOwned() {
    for file in owned { file.remove() }
    owned = []
  }
}
