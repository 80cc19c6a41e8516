import Configuration
import Proxy

/// The files of the Unix listeners: which of them this process has to remove at its end.
struct UnixListeners {
  private var owned: [UnixListenerFile] = []
  /// Of a process that this one takes over from: that one's until this one serves.
  private var taken: [(file: UnixListenerFile, settings: UnixListenerSettings)] = []
  /// Of that one too, but not in this one's configuration.
  private var dropped: [UnixListenerFile] = []

  mutating func open(_ listener: UnixListenerSettings) throws(UnixListenError) -> Int32 {
    let descriptor = try openUnixListener(
      listener.path, mode: listener.mode, owner: listener.owner, group: listener.group)
    owned.append(UnixListenerFile(listener.path))
    return descriptor
  }

  mutating func take(_ listener: UnixListenerSettings) {
    taken.append((UnixListenerFile(listener.path), listener))
  }

  mutating func drop(_ paths: Set<String>) { dropped += paths.map { UnixListenerFile($0) } }

  /// Lets those connect to sockets taken over whom this process's configuration names.
  func giveTaken() throws(UnixListenError) {
    for (_, listener) in taken {
      try giveUnixListener(
        listener.path, mode: listener.mode, owner: listener.owner, group: listener.group)
    }
  }

  /// This process serves.
  mutating func ownAll() {
    owned += taken.map(\.file)
    taken = []
    for file in dropped { file.remove() }
    dropped = []
  }

  /// Another process serves on them.
  mutating func disownAll() { owned = [] }

  mutating func removeOwned() {
    for file in owned { file.remove() }
    owned = []
  }
}
