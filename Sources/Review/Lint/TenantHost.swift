/// A place where strangers have names or data of their own, by our own table: what the Public Suffix
/// List does not say. That list cannot be asked either what is below a name, so the table also has
/// places that it knows, for wildcards over the domain of a whole company.
struct TenantHost {
  /// From the left; `*` stands for any one label.
  private let labels: [Substring]
  /// What strangers have there: `buckets of any customer`.
  let reason: String

  init(_ pattern: String, _ reason: String) {
    labels = pattern.split(separator: ".")
    self.reason = reason
  }

  /// The place as a name, for people: a region stands where any one may.
  var example: String {
    labels.map { $0 == "*" ? "us-east-1" : $0 }.joined(separator: ".")
  }

  /// The place below a name that it has one below, with what the name says where the table does not.
  func place(below name: String) -> String {
    let front = example.split(separator: ".").dropLast(name.split(separator: ".").count)
    return front.joined(separator: ".") + "." + name
  }

  /// The name itself as a place, or `nil`.
  static func host(at name: String) -> TenantHost? {
    let labels = name.split(separator: ".")
    return hosts(near: labels).first { host in
      host.labels.count == labels.count && host.covers(labels[...])
    }
  }

  /// The places strictly below the name, with the labels that they have in front of it; `*` stands
  /// for any one label there too.
  static func hosts(below name: String) -> [(host: TenantHost, front: [String])] {
    let labels = name.split(separator: ".")
    return hosts(near: labels).compactMap { host in
      guard host.labels.count > labels.count, host.covers(labels[...]) else { return nil }
      return (host, host.labels.dropLast(labels.count).map(String.init))
    }
  }

  /// Whether the last labels of the place are these.
  private func covers(_ name: ArraySlice<Substring>) -> Bool {
    zip(labels.suffix(name.count), name).allSatisfy { $0 == "*" || $0 == $1 }
  }

  /// By their last two labels, which are never `*`. A single label is a matter of registries.
  private static let byEnd: [String: [TenantHost]] = Dictionary(
    grouping: all, by: { $0.labels.suffix(2).joined(separator: ".") })

  private static func hosts(near labels: [Substring]) -> [TenantHost] {
    guard labels.count >= 2 else { return [] }
    return byEnd[labels.suffix(2).joined(separator: "."), default: []]
  }
}

extension PublicSuffixes {
  /// Whether a rule about names below `name` trusts strangers, as far as the Public Suffix List and
  /// ``TenantHost`` know: many customers are there, or somewhere below.
  func hasStrangers(below name: String) -> Bool {
    // The list has rules such as `*.compute.amazonaws.com`, that are about the names just below.
    isPublicSuffix(name) || isListedSuffix("any-label.\(name)") || TenantHost.host(at: name) != nil
      || !TenantHost.hosts(below: name).isEmpty
  }
}
