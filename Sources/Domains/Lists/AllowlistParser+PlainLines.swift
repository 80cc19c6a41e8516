/// The fast way through the lines of an allowlist: empty lines, comments in ASCII, and rules whose
/// pattern is a name, with `*.`, `+.` or `?.` in front or not. It decides nothing of its own: it takes
/// a line only where the exact way would take it, with the same outcome, and leaves every other line
/// as it found it.
extension AllowlistParser {
  /// Takes lines from ``lineStart`` on up to the first that is not plain. `text` is ``text``, whose
  /// first line was read.
  mutating func takePlainLines(_ text: Span<UInt8>) {
    // A word is read at the start of each name: the last bytes of a text are left to the exact way.
    while lineStart &+ 8 <= text.count {
      line &+= 1
      guard let end = takePlainLine(text) else {
        line &-= 1
        return
      }
      lineStart = end &+ 1
    }
  }

  /// Takes the line at ``lineStart`` and returns where it ends, or does nothing and returns `nil`.
  @inline(__always)
  private mutating func takePlainLine(_ text: Span<UInt8>) -> Int? {
    let lineStart = self.lineStart
    var start = lineStart
    let reach = min(lineStart &+ Allowlist.lineLimit, text.count &- 1)
    while start < reach, AllowlistWords.isBlank(text[start]) { start &+= 1 }
    switch text[start] {
    case UInt8(ascii: "\n"): return start
    case UInt8(ascii: "#"): return plainLineEnd(text, from: start)
    default: break
    }
    guard isPastHeader, rows.count < Allowlist.ruleLimit, start &+ 12 <= text.count else {
      return nil
    }
    var verdict = Rule.Verdict.allow
    var nameStart = start
    if text[start] == UInt8(ascii: "!") {
      verdict = text[start &+ 1] == UInt8(ascii: "!") ? .denyAlways : .deny
      nameStart &+= verdict == .deny ? 1 : 2
    }
    var kind: RulePatternKind = verdict == .denyAlways ? .apexAndBelow : .exact
    if text[nameStart &+ 1] == UInt8(ascii: "."), verdict != .denyAlways {
      switch text[nameStart] {
      case UInt8(ascii: "*"): kind = .below
      case UInt8(ascii: "+"): kind = .apexAndBelow
      case UInt8(ascii: "?"): kind = .oneLabel
      default: break
      }
      if kind != .exact { nameStart &+= 2 }
    }
    guard let nameEnd = plainNameEnd(text, from: nameStart),
      key.load(text.extracting(nameStart..<nameEnd)) == nil,
      // Otherwise it took a dot off the end.
      key.count == nameEnd &- nameStart
    else { return nil }
    guard nameEnd &- lineStart <= Allowlist.lineLimit else { return nil }
    let place = PatternPlace(kind: kind, name: nameStart..<nameEnd)
    if text[nameEnd] == UInt8(ascii: "\n") {
      append(place, verdict, Conditions(), start..<nameEnd)
      return nameEnd
    }
    return takeConditioned(text, place, verdict, from: start)
  }

  /// The end of a name that starts at `start`: the first blank, line feed or other byte below them.
  /// `nil` if there is none near, or a capital in front of it. What else the bytes are is for the
  /// name's own check.
  @inline(__always)
  private func plainNameEnd(_ text: Span<UInt8>, from start: Int) -> Int? {
    var offset = start
    while offset &+ 8 <= text.count, offset &- start < 256 {
      let word = text.word(at: offset)
      let stops = word.bytes(0, 0x20)
      let capitals = word.bytes(UInt8(ascii: "A"), UInt8(ascii: "Z"))
      // The bits below the first stop; all of them if there is none.
      guard capitals & ~stops & (stops &- 1) == 0 else { return nil }
      if stops != 0 { return offset &+ stops.trailingZeroBitCount >> 3 }
      offset &+= 8
    }
    return nil
  }

  /// The end of a line that may stand in a list: not too long, and nothing hidden from `start` on.
  private func plainLineEnd(_ text: Span<UInt8>, from start: Int) -> Int? {
    let reach = min(lineStart &+ Allowlist.lineLimit &+ 1, text.count)
    var end = text.plainEnd(from: start, to: reach)
    if end < reach, text[end] >= 0x80 {
      let first = end
      end = text.lineFeed(from: first, to: reach)
      do throws(AllowlistError) { try checkLine(first..<end) } catch { return nil }
    }
    guard end < reach, text[end] == UInt8(ascii: "\n") else { return nil }
    return end
  }

  /// A rule with something behind its pattern: what stands there is read the exact way, and a
  /// complaint about it is made there.
  private mutating func takeConditioned(
    _ text: Span<UInt8>, _ place: PatternPlace, _ verdict: Rule.Verdict, from start: Int
  ) -> Int? {
    guard let end = plainLineEnd(text, from: place.name.upperBound) else { return nil }
    var conditions = Conditions()
    var words = AllowlistWords(place.name.upperBound..<end)
    var ruleEnd = place.name.upperBound
    while true {
      switch words.next(in: text) {
      case .word(let word):
        do throws(AllowlistError) {
          try parseCondition(word, verdict, &conditions)
        } catch {
          return nil
        }
        ruleEnd = word.upperBound
      case .end:
        append(place, verdict, conditions, start..<ruleEnd)
        return end
      case .openQuote:
        return nil
      }
    }
  }
}
