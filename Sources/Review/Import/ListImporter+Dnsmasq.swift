internal import Domains

/// dnsmasq (dnsmasq(8), 2.86 and later): what is forwarded may be reached, what is answered with
/// nothing or from local knowledge only may not. `/name/` is the name and everything below it, with or
/// without a dot in front; `/*.name/` is below it only, and `/*name/` takes in names that end so. The
/// most specific one wins, as in our lists.
extension ListImporter {
  /// Settings that do not say which names are answered.
  private static let settings: Set<String> = [
    "all-servers", "bind-dynamic", "bind-interfaces", "bogus-priv", "cache-size", "dnssec",
    "dnssec-check-unsigned", "domain-needed", "edns-packet-max", "except-interface",
    "expand-hosts", "group", "interface", "keep-in-foreground", "listen-address",
    "local-service", "log-async", "log-facility", "log-queries", "max-cache-ttl", "max-ttl",
    "min-cache-ttl", "neg-ttl", "no-daemon", "no-dhcp-interface", "no-hosts", "no-negcache",
    "no-poll", "no-resolv", "pid-file", "port", "query-port", "resolv-file", "stop-dns-rebind",
    "strict-order", "trust-anchor", "user",
  ]

  mutating func readDnsmasq(_ source: SourceText) throws(ImportError) {
    try forEachLine(of: source) { (number, line) throws(ImportError) in
      let (before, comment) = line.dividedAtComment
      let entry = before.trimmed
      guard !entry.isEmpty else {
        if let comment { draft.addLead(comment) }
        return
      }
      let (key, value) = entry.divided(at: UInt8(ascii: "="))
      switch key.trimmed.text {
      case "server", "local":
        try addServer((value ?? []).trimmed, number, comment, entry)
      case "address":
        try addAddress((value ?? []).trimmed, number, comment, entry)
      case let name where Self.settings.contains(name):
        note(.ignored, .otherSetting, number, entry)
      default:
        throw ImportError(
          source.file, line: number,
          "`\(PrintableText.line(key.trimmed, limit: 60))` is not read here: it may change which "
            + "names are answered",
          remedy: "import a file of server=, local= and address= lines")
      }
    }
  }

  /// `/a/b/TARGET`: the names, and what stands behind the last slash.
  private func divide(
    _ value: ArraySlice<UInt8>
  ) -> (names: [ArraySlice<UInt8>], target: ArraySlice<UInt8>)? {
    guard value.first == UInt8(ascii: "/"),
      let last = value.lastIndex(of: UInt8(ascii: "/")), last > value.startIndex
    else { return nil }
    let names = value[(value.startIndex + 1)..<last]
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return (names, value[(last + 1)...])
  }

  private mutating func addServer(
    _ value: ArraySlice<UInt8>, _ number: Int, _ comment: ArraySlice<UInt8>?,
    _ entry: ArraySlice<UInt8>
  ) throws(ImportError) {
    guard let (names, target) = divide(value) else {
      guard isUpstream(value) else { throw notUnderstood(number) }
      note(.narrowed, .everyName, number, entry)
      return
    }
    // `#` stands for the servers that everything else is forwarded to.
    let isForwarded = target.elementsEqual("#".utf8) || isUpstream(target)
    guard isForwarded || target.isEmpty else { throw notUnderstood(number) }
    for name in names {
      try addDnsmasq(name, isDeny: !isForwarded, number, comment, entry)
    }
  }

  private mutating func addAddress(
    _ value: ArraySlice<UInt8>, _ number: Int, _ comment: ArraySlice<UInt8>?,
    _ entry: ArraySlice<UInt8>
  ) throws(ImportError) {
    guard let (names, target) = divide(value) else { throw notUnderstood(number) }
    if !target.isEmpty, !target.elementsEqual("#".utf8) {
      guard let address = IPAddress(parsing: target.span) else { throw notUnderstood(number) }
      if !Self.isSink(address) { note(.narrowed, .redirect, number, entry) }
    }
    for name in names { try addDnsmasq(name, isDeny: true, number, comment, entry) }
  }

  private mutating func addDnsmasq(
    _ word: ArraySlice<UInt8>, isDeny: Bool, _ number: Int, _ comment: ArraySlice<UInt8>?,
    _ entry: ArraySlice<UInt8>
  ) throws(ImportError) {
    guard let first = word.first else {
      lose(.unqualified, isDeny: isDeny, number, entry)
      return
    }
    if word.elementsEqual("#".utf8) || word.elementsEqual("*".utf8) {
      note(isDeny ? .ignored : .narrowed, isDeny ? .everythingElse : .everyName, number, entry)
      return
    }
    var name = word
    var isBelowOnly = false
    if word.starts(with: "*.") {
      name = word.dropFirst(2)
      isBelowOnly = true
    } else if first == UInt8(ascii: "*") {
      lose(.partOfLabel, isDeny: isDeny, number, entry)
      guard !isDeny else { return }
      name = word.dropFirst()
    } else if first == UInt8(ascii: ".") {
      name = word.dropFirst()
    }
    guard let host = self.name(name, isDeny: isDeny, number) else { return }
    let pattern: Pattern = isBelowOnly ? .below(host) : .apexAndBelow(host)
    try draft.add(pattern, isDeny: isDeny, line: number, comment: comment)
  }

  /// An address, with what dnsmasq takes behind it: `#port`, `@interface`, `@source`.
  private func isUpstream(_ text: ArraySlice<UInt8>) -> Bool {
    let end = text.firstIndex { "#@%".utf8.contains($0) } ?? text.endIndex
    return IPAddress(parsing: text[text.startIndex..<end].span) != nil
  }

  private func notUnderstood(_ number: Int) -> ImportError {
    ImportError(
      request.file, line: number, "the value is not understood",
      remedy: "write /name/ and then an address, # or nothing")
  }
}
