internal import Domains

/// A hosts file (hosts(5)): an address and the names that it answers for, each exactly.
extension ListImporter {
  /// Names that such files carry for the machine itself.
  private static let machineNames: Set<String> = [
    "localhost", "localhost.localdomain", "localhost4", "localhost6", "local", "broadcasthost",
    "localhost4.localdomain4", "localhost6.localdomain6", "ip6-localhost", "ip6-loopback",
    "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts",
  ]

  mutating func readHosts(_ source: SourceText) throws(ImportError) {
    let isDeny = denies
    try forEachLine(of: source) { (number, line) throws(ImportError) in
      // hosts(5): a comment starts at any `#`.
      let (before, comment) = line.divided(at: UInt8(ascii: "#"))
      let words = before.words
      guard let first = words.first else {
        if let comment { draft.addLead(comment) }
        return
      }
      // A scope, as in fe80::1%lo0, is no part of the address.
      let addressText = first.divided(at: UInt8(ascii: "%")).before
      guard let address = IPAddress(parsing: addressText.span) else {
        throw ImportError(
          source.file, line: number,
          "`\(PrintableText.line(first, limit: 60))` is not an address",
          remedy: "each line of a hosts file starts with one; for a list of names use --from plain")
      }
      guard words.count > 1 else {
        throw ImportError(
          source.file, line: number, "an address without a name", remedy: "remove the line")
      }
      if !isDeny, !Self.isSink(address) { note(.ignored, .addressOfName, number, before) }
      for word in words.dropFirst() {
        // The text of an address is never looked up in a hosts file.
        if IPAddress(parsing: word.span) != nil {
          note(.ignored, .neverAName, number, word)
          continue
        }
        guard let host = name(word, isDeny: isDeny, number) else { continue }
        if Self.machineNames.contains(host.text) {
          note(.ignored, .machineName, number, word)
          continue
        }
        try draft.add(.exact(host), isDeny: isDeny, line: number, comment: comment)
      }
    }
  }

  /// Whether the address is what blocklists write instead of one: `0.0.0.0`, `127.0.0.1`, `::`, `::1`.
  static func isSink(_ address: IPAddress) -> Bool {
    ["0.0.0.0", "127.0.0.1", "::", "::1"].contains(address.description)
  }
}
