internal import Policy

/// What the numbers of reason and end codes meant to the build that wrote a ring. The ring's header
/// holds the names in order, so that a build with other numbers reads a ring that an older one left.
struct CodeTable: Sendable {
  /// By the number in the record less one.
  let reasons: [ReasonCode]
  let ends: [EndCode]

  /// This build's own numbers.
  static let current = CodeTable(
    reasons: byRawValue(ReasonCode.allCases.map { ($0.rawValue, $0) }),
    ends: byRawValue(EndCode.allCases.map { ($0.rawValue, $0) }))

  /// The names in order, each ended by a line feed; the two lists ended by one more.
  static let currentText: [UInt8] = {
    var text: [UInt8] = []
    for reason in current.reasons { text += Array("\(reason.name)\n".utf8) }
    text.append(0x0a)
    for end in current.ends { text += Array("\(end.name)\n".utf8) }
    text.append(0x0a)
    precondition(text.count <= Ring.headerBytes - Ring.namesOffset)
    return text
  }()

  private init(reasons: [ReasonCode], ends: [EndCode]) {
    self.reasons = reasons
    self.ends = ends
  }

  /// Reads a header's names; `nil` if one is unknown here.
  init?(text: Span<UInt8>) {
    var lists: [[String]] = [[], []]
    var list = 0
    var name: [UInt8] = []
    for index in text.indices where list < 2 {
      let byte = text[index]
      if byte != 0x0a {
        name.append(byte)
      } else if name.isEmpty {
        list += 1
      } else {
        lists[list].append(String(decoding: name, as: UTF8.self))
        name = []
      }
    }
    guard list == 2 else { return nil }
    var reasons: [ReasonCode] = []
    for name in lists[0] {
      guard let code = ReasonCode.allCases.first(where: { "\($0.name)" == name }) else {
        return nil
      }
      reasons.append(code)
    }
    var ends: [EndCode] = []
    for name in lists[1] {
      guard let code = EndCode.allCases.first(where: { "\($0.name)" == name }) else { return nil }
      ends.append(code)
    }
    self.init(reasons: reasons, ends: ends)
  }

  /// The same numbers as this build's.
  var isCurrent: Bool { reasons == CodeTable.current.reasons && ends == CodeTable.current.ends }

  func reason(_ number: UInt8) -> ReasonCode? {
    number == 0 || Int(number) > reasons.count ? nil : reasons[Int(number) - 1]
  }
  func end(_ number: UInt8) -> EndCode? {
    number == 0 || Int(number) > ends.count ? nil : ends[Int(number) - 1]
  }

  /// The codes number themselves from 0 without a gap; a ring counts on that.
  private static func byRawValue<Code>(_ all: [(UInt8, Code)]) -> [Code] {
    let sorted = all.sorted { $0.0 < $1.0 }
    for (index, pair) in sorted.enumerated() { precondition(Int(pair.0) == index) }
    return sorted.map { $0.1 }
  }
}
