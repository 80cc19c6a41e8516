import Domains

/// Every way to take a name gives the same bits, a canonical name is its own canonical form, and an
/// authority that was taken reads the same when it is written out.
enum HostFuzz {
  static func complaint(about input: Span<UInt8>) -> String? {
    // Every start and end of an input would be slow; these reach all lengths and alignments.
    for start in [0, 1, 3] where start <= input.count {
      let name = input.extracting(start...)
      if let difference = Inspection.difference(of: name) { return difference }
      if let complaint = nameComplaint(name) ?? authorityComplaint(name) { return complaint }
    }
    return nil
  }

  private static func nameComplaint(_ bytes: Span<UInt8>) -> String? {
    guard let name = try? Hostname(bytes: bytes) else { return nil }
    guard (1...253).contains(name.text.utf8.count) else { return "a name of a wrong length" }
    guard (try? Hostname(name.text)) == name else { return "a name that is not canonical" }
    guard (try? Hostname(name.text + ".")) == name else { return "a name that has no root" }
    let labels = name.text.utf8.split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard labels.allSatisfy({ (1...63).contains($0.count) }) else { return "a label is too long" }
    return nil
  }

  private static func authorityComplaint(_ bytes: Span<UInt8>) -> String? {
    var key = HostKey()
    guard
      case .valid(let parsed) = Authority.parse(bytes, defaultPort: Port(443), into: &key)
    else { return key.count == 0 ? nil : "a refused authority leaves a key behind" }
    let host = key.text
    let isV6 = parsed.address?.family == .v6
    let text = (isV6 ? "[\(host)]" : host) + ":\(parsed.port)"
    guard
      case .valid(let again) = Authority.parse(
        Array(text.utf8).span, defaultPort: nil, into: &key),
      again.address == parsed.address, again.port == parsed.port, key.text == host
    else { return "the authority \(text) reads otherwise" }
    return nil
  }
}
