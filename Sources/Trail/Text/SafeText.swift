internal import Audit
internal import Review

/// Records on their way to a terminal: whatever a file holds, nothing in it acts on the reader's
/// screen.
package enum SafeText {
  /// Appends a line of JSON with `\uXXXX` for every character that is not visible ASCII or an ordinary
  /// one beyond it. Those can stand inside of texts only, so that the record says the same.
  package static func append(_ line: Span<UInt8>, isWide: Bool, to output: inout [UInt8]) {
    // The writer escapes them all, and a control byte makes a line no record; DEL is left.
    var needsCare = isWide
    if !needsCare {
      for index in 0..<line.count where line[index] == 0x7f { needsCare = true }
    }
    guard needsCare else {
      output.reserveCapacity(output.count + line.count + 1)
      for index in 0..<line.count { output.append(line[index]) }
      return
    }
    for scalar in String(decoding: line.array, as: UTF8.self).unicodeScalars {
      if scalar.value < 0x7f || PrintableText.isHarmless(scalar) {
        output.append(contentsOf: UTF8.encode(scalar)!)
      } else {
        output.append(contentsOf: "\\u".utf8)
        let digits = String(scalar.value, radix: 16)
        output.append(contentsOf: (String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      }
    }
  }
}
