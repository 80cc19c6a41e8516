/// What can be said about an entry that did not become exactly one rule of the same meaning.
package enum ImportRemark: String, CaseIterable, Sendable {
  // What an entry is that no rule can say.
  case regularExpression = "regular_expression"
  case keyword
  case substring
  case openEnd = "open_end"
  case wildcardInside = "wildcard_inside"
  case partOfLabel = "part_of_label"
  case everyName = "every_name"
  case unqualified
  case address
  case international
  case notAName = "not_a_name"
  case urlOrPort = "url_or_port"
  case conditional
  case partOfHost = "part_of_host"

  // What was said more narrowly.
  case leadingDot = "leading_dot"
  case apexToo = "apex_too"
  case belowToo = "below_too"
  case condition
  case scheme
  case redirect
  case looseMode = "loose_mode"

  // What says nothing about hosts, or nothing that is not said already.
  case neverAName = "never_a_name"
  case machineName = "machine_name"
  case addressOfName = "address_of_name"
  case everythingElse = "everything_else"
  case otherSetting = "other_setting"
  case otherList = "other_list"
  case cosmetic
  case noBlocking = "no_blocking"
  case disabled
  case overruled
  case inspection

  /// What the entry is or why it was changed, as the end of a sentence.
  package var text: String {
    switch self {
    case .regularExpression: "a regular expression"
    case .keyword: "a keyword, which stands for every name that has it inside"
    case .substring: "a text without anchors, which stands for every URL that has it inside"
    case .openEnd: "a name with an open end, which stands for other people's names too"
    case .wildcardInside: "a `*` where no rule can have one"
    case .partOfLabel: "a `*` that takes in other people's names"
    case .everyName: "a rule for every name"
    case .unqualified: "a rule for names without a dot"
    case .address: "an address; rules name hosts"
    case .international: "a name beyond ASCII that is not valid as it is written (IDNA2008)"
    case .notAName: "not a host name"
    case .urlOrPort: "a URL, a path, a user or a port, where only a name can stand"
    case .conditional: "an allow that holds under conditions only"
    case .partOfHost: "an allow for a part of a host only"
    case .leadingDot: "a leading dot, which programs read in two ways: the narrower one was taken"
    case .apexToo: "a deny of all below a name: the name itself is denied too"
    case .belowToo: "a deny of some names below a name: all of them are denied"
    case .condition: "a deny that holds under conditions, or for a part of a host: denied always"
    case .scheme: "a rule for one scheme: said by port, or denied for all"
    case .redirect: "a name that is answered with another address: denied"
    case .looseMode: "an action that lets unlisted hosts through: they are not"
    case .neverAName: "no name that a client could ask for"
    case .machineName: "a name of the machine itself"
    case .addressOfName: "the address beside a name: names are resolved when they are dialled"
    case .everythingElse: "a rule for everything else: what a list does not allow is denied"
    case .otherSetting: "a setting that says nothing about hosts"
    case .otherList: "an entry of an ACL or service that was not asked for"
    case .cosmetic: "a rule about the content of pages"
    case .noBlocking: "a rule that changes requests and does not block them"
    case .disabled: "a rule that $badfilter turns off"
    case .overruled: "a rule that another one of the source overrules"
    case .inspection: "a setting of how allowed traffic is treated"
    }
  }
}
