import Domains

/// What can be said of a section: whose it is, when it is to be looked at again, and whether its rules
/// are in order. Takes the rules of one list in the order of their lines.
struct SectionCheck {
  private let list: Allowlist
  private let file: Int
  private let day: Day
  private var section: Int?
  private var hasStarted = false
  private var isOwned = false
  private var hasComplained = false

  /// The rules since the last heading or blank line, and those that come before the one above them.
  private var runLength = 0
  private var outOfPlace: [Int] = []
  private var outOfPlaceCount = 0
  private var last: RuleOrder?
  private var lastLine = 0

  /// Shorter runs are in no order by chance.
  private static let shortestRun = 5

  init(_ list: Allowlist, _ file: Int, _ day: Day) {
    self.list = list
    self.file = file
    self.day = day
  }

  mutating func check(_ rule: Rule, _ collector: inout FindingCollector) {
    if !hasStarted || rule.section != section { start(rule.section, &collector) }
    checkOwner(rule, &collector)
    checkOrder(rule, &collector)
  }

  mutating func finish(_ collector: inout FindingCollector) {
    endRun(&collector)
    // Headings are looked at even if no rule follows them.
    for section in list.sections {
      Self.checkReview(section.metadata, file, section.line, day, &collector)
    }
  }

  private mutating func start(_ next: Int?, _ collector: inout FindingCollector) {
    endRun(&collector)
    hasStarted = true
    section = next
    hasComplained = false
    isOwned =
      next.map { number in list.sections[number].metadata.contains { $0.key == "owner" } } ?? false
  }

  // MARK: - Owner and review

  private mutating func checkOwner(_ rule: Rule, _ collector: inout FindingCollector) {
    guard !isOwned, !hasComplained, !rule.metadata.contains(where: { $0.key == "owner" })
    else { return }
    hasComplained = true
    guard let section else {
      collector.add(
        .noOwner, file: file, line: rule.line,
        (
          "rules in front of the first section, and nobody owns them",
          "put them below a heading such as `[Name] owner=@team`"
        ))
      return
    }
    let heading = list.sections[section]
    collector.add(
      .noOwner, file: file, line: heading.line,
      (
        "nobody owns the rules of section `\(heading.name)`",
        "write `owner=@team` behind the heading"
      ))
  }

  /// Looks at `review=` of a rule or section.
  static func checkReview(
    _ metadata: [(key: String, value: String)], _ file: Int, _ line: Int, _ day: Day,
    _ collector: inout FindingCollector
  ) {
    guard let value = metadata.first(where: { $0.key == "review" })?.value else { return }
    guard let review = Day(value) else {
      collector.add(
        .reviewUnclear, file: file, line: line, word: "review=",
        ("`review=\(value)` names no day", "write year, month and day: `review=2027-01-31`"))
      return
    }
    guard review < day else { return }
    collector.add(
      .reviewOverdue, file: file, line: line, word: "review=",
      (
        "this was to be reviewed by \(review)",
        "ask its owner whether it is still needed, and set a new day"
      ))
  }

  // MARK: - Order

  private mutating func checkOrder(_ rule: Rule, _ collector: inout FindingCollector) {
    if runLength > 0, rule.line != lastLine + 1 {
      let between = (lastLine + 1)..<rule.line
      if between.contains(where: { collector.files[file].isBlank(line: $0) }) {
        endRun(&collector)
      }
    }
    let order = RuleOrder(rule)
    if let last, order < last {
      outOfPlaceCount += 1
      if outOfPlace.count < 100 { outOfPlace.append(rule.line) }
    }
    last = order
    lastLine = rule.line
    runLength += 1
  }

  /// A run with few rules out of place is meant to be sorted; others are in an order of their own.
  private mutating func endRun(_ collector: inout FindingCollector) {
    if runLength >= Self.shortestRun, outOfPlaceCount <= max(1, runLength / 10) {
      for line in outOfPlace {
        collector.add(
          .unsorted, file: file, line: line,
          (
            "out of place: the rules around it are sorted by name",
            "move it, or run `sluice allowlist fmt --sort`"
          ))
      }
    }
    runLength = 0
    outOfPlace = []
    outOfPlaceCount = 0
    last = nil
  }
}
