import BuiltinLists

extension Settings {
  /// The files that the policy is made from, each once: lists that are not in the binary, and credentials.
  package var listFiles: [String] {
    var seen: Set<String> = []
    let names =
      environments.isEmpty ? allowlists : environments.flatMap(\.allowlists)
    return (names + [essential]).filter {
      BuiltinLists.text(named: $0) == nil && seen.insert($0).inserted
    }
      + environments.compactMap(\.upstreamProxy?.credentialsFile).filter {
        seen.insert($0).inserted
      }
  }
}
