/// What is measured: one step that a request takes through the core, without a system call. The raw
/// value is its name in budgets.txt, on the command line and in the table.
enum Operation: String, CaseIterable {
  /// A name made canonical and looked up in the default list; a rule names it.
  case matchHit = "match-hit"
  /// The same with a name whose top-level label alone is known.
  case matchMiss = "match-miss"
  /// The same with six labels in front of a name that is known exactly.
  case matchDeepMiss = "match-deep-miss"
  /// A decision of access level `limited` for a name that is made canonical already.
  case decide = "decide"
  /// The same in the last of ten thousand environments, which has rules of its own, none of them about
  /// the name.
  case decideOwn = "decide-own"
  /// The environment of a client among ten thousand networks, and its admission without a credential.
  case place = "place"
  /// The address guard for one public IPv4 address.
  case admits = "admits"
  /// Every limit that a tunnel can have, asked and given back: fourteen words.
  case limits = "limits"
  /// The authority of a CONNECT target.
  case authority = "authority"
  /// The end of curl's CONNECT head found, and the head parsed.
  case parseConnect = "parse-connect"
  /// The same for curl's GET in absolute form.
  case parseGet = "parse-get"
  /// That GET rebuilt for the upstream.
  case rebuildGet = "rebuild-get"
  /// nginx's answer: its end found, parsed, and rebuilt for the client.
  case rewriteResponse = "rewrite-response"
  /// The decision record of a CONNECT.
  case journalAppend = "journal-append"
  /// A deadline set and taken back, two others standing.
  case timer = "timer"
  /// A name that the resolver's cache answers.
  case resolverHit = "resolver-hit"
}
