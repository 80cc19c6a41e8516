/// What lint can find. The raw values are stable: they stand in reports and in comments that silence
/// them. docs/lint.md has a row for each.
package enum LintCode: String, CaseIterable, Hashable, Sendable {
  case syntax
  case nonCanonical = "non-canonical"
  case publicSuffix = "public-suffix"
  case multiTenant = "multi-tenant"
  case wholeTopLevel = "whole-top-level"
  case broadGlob = "broad-glob"
  case invalidIDN = "invalid-idn"
  case confusableIDN = "confusable-idn"
  case unreachable
  case duplicate
  case shadowed
  case deniesEveryPort = "denies-every-port"
  case narrower
  case apexMissing = "apex-missing"
  case splitApex = "split-apex"
  case everyPort = "every-port"
  case riskyPort = "risky-port"
  case plainHTTP = "plain-http"
  case anyProtocol = "any-protocol"
  case redundantPorts = "redundant-ports"
  case underscore
  case expired
  case expiresSoon = "expires-soon"
  case reviewOverdue = "review-overdue"
  case reviewUnclear = "review-unclear"
  case noOwner = "no-owner"
  case unsorted
  case unformatted
  case unusedSilence = "unused-silence"

  package enum Severity: String, Comparable, Hashable, Sendable {
    case note, warning, error

    package static func < (left: Severity, right: Severity) -> Bool {
      left.order < right.order
    }

    private var order: Int {
      switch self {
      case .note: 0
      case .warning: 1
      case .error: 2
      }
    }
  }

  /// How grave it is; between two files duplicates and shadows are notes.
  package var severity: Severity {
    switch self {
    case .syntax, .nonCanonical, .publicSuffix: .error
    case .multiTenant, .broadGlob, .invalidIDN, .confusableIDN, .unreachable, .duplicate,
      .shadowed, .deniesEveryPort, .everyPort, .riskyPort, .anyProtocol, .expired, .reviewOverdue,
      .reviewUnclear, .noOwner, .unusedSilence:
      .warning
    case .wholeTopLevel, .narrower, .apexMissing, .splitApex, .plainHTTP, .redundantPorts,
      .underscore, .expiresSoon, .unsorted, .unformatted:
      .note
    }
  }

  /// What a finding of this code says, in general: the rule's description in SARIF.
  package var summary: String {
    switch self {
    case .syntax: "The parser refuses the list."
    case .nonCanonical: "A spelling that the parser refuses and that can mean one thing alone."
    case .publicSuffix: "A wildcard over a suffix below which anyone can register a name."
    case .multiTenant: "A wildcard over a name below which a company hosts many customers."
    case .wholeTopLevel: "A wildcard over a whole top-level label."
    case .broadGlob: "A glob that says almost nothing about the label."
    case .invalidIDN: "An xn-- label that stands for no valid international name."
    case .confusableIDN: "An international name that looks like another, or mixes scripts."
    case .unreachable: "A rule that can never decide."
    case .duplicate: "The same rule twice."
    case .shadowed: "A rule without which every answer would be the same."
    case .deniesEveryPort: "A deny with ports that denies every other port as well."
    case .narrower: "An allow that takes away what a broader rule allows."
    case .apexMissing: "`*.x` is allowed and `x` itself is not."
    case .splitApex: "`x` and `*.x` say together what `+.x` says."
    case .everyPort: "An allow on every port."
    case .riskyPort: "An allow on a port whose service carries more than web traffic."
    case .plainHTTP: "An allow on port 80 without 443."
    case .anyProtocol: "An allow whose tunnels may carry anything, on TLS ports too."
    case .redundantPorts: "Ports that the rule would have without saying so."
    case .underscore: "A name with an underscore."
    case .expired: "An allow whose last day is over."
    case .expiresSoon: "An allow whose last day is near."
    case .reviewOverdue: "The day of `review=` is over."
    case .reviewUnclear: "`review=` names no day."
    case .noOwner: "Rules that nobody owns."
    case .unsorted: "A rule out of place in a section that is sorted."
    case .unformatted: "The list is not in its canonical form."
    case .unusedSilence: "A comment that silences nothing."
    }
  }
}
