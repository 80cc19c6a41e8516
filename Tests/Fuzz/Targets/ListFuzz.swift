import Domains

/// Both ways through a list agree, a complaint has a place in the text and is fit for a terminal, and
/// what was taken compiles into a matcher whose image loads again.
enum ListFuzz {
  static func complaint(about input: Span<UInt8>) -> String? {
    let text = input.copy
    let fast = Inspection.outcome(of: text, usesFastPath: true)
    guard fast == Inspection.outcome(of: text, usesFastPath: false) else {
      return "the two ways through a list differ"
    }
    let list: Allowlist
    do throws(AllowlistError) {
      list = try Allowlist.parse(text, file: "x")
    } catch {
      let lines = text.count { $0 == UInt8(ascii: "\n") } + 1
      guard (1...lines).contains(error.position.line), error.position.column >= 1,
        error.position.column <= text.count + 1
      else { return "a complaint without a place: \(error)" }
      guard PlainText.isPlain(error.description) else { return "a complaint with control bytes" }
      return nil
    }
    return ImageFuzz.complaint(aboutBuilt: Matcher([Matcher.Source(list: list)], seed: 1))
  }
}

/// Text for terminals and logs.
enum PlainText {
  /// No control byte, of C1 neither.
  static func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value)
    }
  }
}
