package import Audit
internal import Review

/// Whether records follow one another: their numbers without a gap, and each link of the chain made of
/// the one before and the record's own text.
package struct ChainCheck {
  /// How many findings are kept in words.
  package static let findingLimit = 100

  /// What is wrong, each with its `file:line`.
  package private(set) var findings: [String] = []
  package private(set) var findingCount = 0
  /// What is no fault but good to know.
  package private(set) var notes: [String] = []
  package private(set) var records = 0
  /// Those that have a link, and it was right.
  package private(set) var linked = 0
  package private(set) var firstSequence: Int?
  package private(set) var lastSequence: Int?
  /// The last link; `nil`: the last record has none.
  package private(set) var head: ChainLink?

  private var file = ""
  private let hash = ChainHash()

  package init() {}

  package mutating func begin(file: String) { self.file = file }

  package mutating func add(_ line: Span<UInt8>, _ fields: RecordFields) {
    records += 1
    let place = "\(file):\(fields.line)"
    let gap = checkSequence(line, fields, place)
    let text: Span<UInt8>
    let link: ChainLink
    switch Self.split(line, fields) {
    case .none:
      if head != nil {
        note(
          "\(place): no link, although the record before has one: the member was removed, or the chain "
            + "was switched off")
      }
      head = nil
      return
    case .misplaced:
      note("\(place): the link is not the last member, or none: the record was changed")
      head = nil
      return
    case .link(let found, let textCount):
      link = found
      text = line.extracting(0..<textCount)
    }
    let isFirst = records == 1
    let before = head
    head = link
    if hash.link(after: before ?? .origin, text) == link {
      linked += 1
      if before == nil { notes.append("\(place): a chain begins here") }
      return
    }
    if before == nil, isFirst {
      notes.append(
        "\(place): the first record that was given links to one before it, not looked at")
      return
    }
    if hash.link(after: .origin, text) == link {
      note("\(place): a chain begins anew, although the record before belongs to one")
    } else if !gap {
      note(
        "\(place): the link does not fit: this record was changed, or others stood before it")
    }
  }

  /// Whether there was something to say.
  private mutating func checkSequence(
    _ line: Span<UInt8>, _ fields: RecordFields, _ place: String
  ) -> Bool {
    guard let sequence = line.number(fields.sequence) else {
      note("\(place): no number `seq`")
      return true
    }
    defer { lastSequence = sequence }
    if firstSequence == nil { firstSequence = sequence }
    guard let last = lastSequence, sequence != last + 1 else { return false }
    if sequence > last {
      let missing = sequence - last - 1
      note(
        "\(place): \(Counted.text(missing, "record is", "records are")) missing before seq \(sequence)"
      )
    } else {
      note(
        "\(place): seq \(sequence) after seq \(last): records were put in another order, or twice")
    }
    return true
  }

  private enum Tail {
    case none
    case misplaced
    case link(ChainLink, textCount: Int)
  }

  /// The link at the end of a line, and how many bytes it is made of.
  private static func split(_ line: Span<UInt8>, _ fields: RecordFields) -> Tail {
    guard fields.has(.chain) else { return .none }
    let start = line.count - ChainLink.tailCount
    let name = ChainLink.memberStart.utf8CodeUnitCount
    guard start > 0, line.extracting(start..<start + name).equals(ChainLink.memberStart),
      fields.chain.range.lowerBound == start + name,
      let link = ChainLink(hexadecimal: line.extracting(fields.chain.range))
    else { return .misplaced }
    return .link(link, textCount: start)
  }

  private mutating func note(_ finding: String) {
    findingCount += 1
    if findings.count < Self.findingLimit { findings.append(finding) }
  }
}
