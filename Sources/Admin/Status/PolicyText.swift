package import Domains
package import Policy
internal import Review

/// What of a policy stands in audit records and in the status: how many environments there are, and
/// which lists, by label and SHA-256.
package enum PolicyText {
  /// As JSON members, without braces.
  package static func members(of snapshot: PolicySnapshot, listLimit: Int) -> String {
    let lists = distinctLists(of: snapshot)
    let rest = lists.count > listLimit ? ",\"more_lists\":\(lists.count - listLimit)" : ""
    let shown = array(lists.prefix(listLimit))
    return "\"environments\":\(snapshot.environmentCount),\"lists\":\(shown)\(rest)"
  }

  /// As a JSON array.
  package static func array(_ lists: some Sequence<Matcher.List>) -> String {
    JSONText.array(
      lists.map {
        "{\"label\":\(JSONText.quoted($0.label)),\"sha256\":\(JSONText.quoted($0.digest))}"
      })
  }

  /// The lists of all environments, each once, in the order in which they come.
  package static func distinctLists(of snapshot: PolicySnapshot) -> [Matcher.List] {
    var seenMatchers: Set<ObjectIdentifier> = []
    var seen: Set<String> = []
    return snapshot.environments
      .filter { seenMatchers.insert(ObjectIdentifier($0.matcher)).inserted }
      .flatMap { $0.matcher.lists }.filter { seen.insert($0.label).inserted }
  }
}
