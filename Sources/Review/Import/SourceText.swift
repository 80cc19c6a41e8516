internal import Domains

/// The text of a foreign list, checked once: UTF-8 without a byte order mark, no control bytes, lines
/// of bounded length that end in LF or CR LF.
struct SourceText {
  /// The longest line, in bytes. Filters name hundreds of domains in one rule.
  static let lineLimit = 1 << 16

  let bytes: [UInt8]
  let file: String

  init(_ bytes: [UInt8], file: String) throws(ImportError) {
    self.bytes = bytes
    self.file = file
    guard bytes.count <= Allowlist.textLimit else {
      throw ImportError(
        file, "larger than \(Allowlist.textLimit >> 20) MiB", remedy: "split it")
    }
    guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
      throw ImportError(
        file, line: 1, "the text starts with a byte order mark",
        remedy: "save it as UTF-8 without one")
    }
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw failure(atByte: error.byteOffsets.lowerBound, "not UTF-8", "save the file as UTF-8")
    }
  }

  /// Calls `body` with the number and the bytes of each line, without its end.
  func forEachLine(
    _ body: (Int, ArraySlice<UInt8>) throws(ImportError) -> Void
  ) throws(ImportError) {
    var start = 0
    var number = 0
    while start < bytes.count {
      number += 1
      var end = start
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
        let byte = bytes[end]
        if byte < 0x20 || byte == 0x7F, byte != UInt8(ascii: "\t") {
          let isLineEnd =
            byte == UInt8(ascii: "\r") && end + 1 < bytes.count
            && bytes[end + 1] == UInt8(ascii: "\n")
          guard isLineEnd else {
            throw ImportError(
              file, line: number, column: end - start + 1, "a control byte",
              remedy: "is this a text file? remove the byte")
          }
        }
        end += 1
      }
      guard end - start <= Self.lineLimit else {
        throw ImportError(
          file, line: number, column: Self.lineLimit + 1,
          "a line of more than \(Self.lineLimit) bytes", remedy: "split it")
      }
      let isCarriageReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
      try body(number, bytes[start..<(isCarriageReturn ? end - 1 : end)])
      start = end + 1
    }
  }

  private func failure(atByte offset: Int, _ problem: String, _ remedy: String) -> ImportError {
    let before = bytes[..<offset]
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return ImportError(
      file, line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: offset - start + 1,
      problem, remedy: remedy)
  }
}

extension ArraySlice<UInt8> {
  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  /// Without the blanks at both ends.
  var trimmed: ArraySlice<UInt8> {
    var slice = self
    while let first = slice.first, Self.isBlank(first) { slice.removeFirst() }
    while let last = slice.last, Self.isBlank(last) { slice.removeLast() }
    return slice
  }

  /// The words between blanks.
  var words: [ArraySlice<UInt8>] { split(whereSeparator: Self.isBlank) }

  /// What stands before the first of `mark`, and what stands behind it, if it is there.
  func divided(at mark: UInt8) -> (before: ArraySlice<UInt8>, after: ArraySlice<UInt8>?) {
    guard let place = firstIndex(of: mark) else { return (self, nil) }
    return (self[startIndex..<place], self[(place + 1)..<endIndex])
  }

  /// A `#` that starts a comment: at the start or behind a blank.
  var dividedAtComment: (before: ArraySlice<UInt8>, after: ArraySlice<UInt8>?) {
    for place in indices where self[place] == UInt8(ascii: "#") {
      guard place == startIndex || Self.isBlank(self[place - 1]) else { continue }
      return (self[startIndex..<place], self[(place + 1)..<endIndex])
    }
    return (self, nil)
  }

  func starts(with text: String) -> Bool { starts(with: text.utf8) }

  /// As text; it is known to be UTF-8.
  var text: String { String(decoding: self, as: UTF8.self) }
}
