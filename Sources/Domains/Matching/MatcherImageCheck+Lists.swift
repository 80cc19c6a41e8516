/// The rows of the lists, and what an image says of them.
extension MatcherImageCheck {
  /// Returns the number that no rule reaches.
  static func checkLists(_ image: ImageMemory) throws(ImageError) -> UInt32 {
    let tables = MatcherTables(image)
    let textCount = UInt64(image.place(of: .text).count)
    var next: UInt64 = 0
    guard image.place(of: .lists).count <= 1 << 16 else { throw ImageError("too many lists") }
    for (index, row) in tables.listRows.enumerated() {
      let length =
        UInt64(row.nameLength) + 1 + UInt64(row.versionLength) + UInt64(row.digestLength)
        + UInt64(row.fileLength)
      guard UInt64(row.text) + length <= textCount, row.use <= 1, UInt64(row.firstRule) == next
      else { throw ImageError("list \(index) is out of range") }
      try checkLabel(tables, row, index)
      next += UInt64(row.lineCount)
    }
    guard next < UInt64(UInt32.max) else { throw ImageError("its lists have too many lines") }
    return UInt32(next)
  }

  /// `name@version`, which ``Matcher/withLabel(of:)`` hands out as it stands: both are words as in the
  /// header of a list.
  private static func checkLabel(
    _ tables: MatcherTables, _ row: MatcherListRow, _ index: Int
  ) throws(ImageError) {
    let nameLength = Int(row.nameLength)
    let count = nameLength + 1 + Int(row.versionLength)
    let label = unsafe tables.unownedText(Int(row.text), count)
    guard label[nameLength] == UInt8(ascii: "@"),
      AllowlistParser.isWord(label.extracting(..<nameLength), allowsUpperCase: false),
      AllowlistParser.isWord(label.extracting((nameLength + 1)...), allowsUpperCase: true)
    else { throw ImageError("list \(index) has no name and version") }
  }

  /// What the image says of its lists.
  static func lists(_ tables: MatcherTables) throws(ImageError) -> [Matcher.List] {
    var lists: [Matcher.List] = []
    for row in tables.listRows {
      var start = Int(row.text)
      let name = try string(tables, &start, Int(row.nameLength))
      start += 1
      let version = try string(tables, &start, Int(row.versionLength))
      let digest = try string(tables, &start, Int(row.digestLength))
      let file = try string(tables, &start, Int(row.fileLength))
      lists.append(
        Matcher.List(
          name: name, version: version, digest: digest, label: "\(name)@\(version)", file: file,
          use: row.use == 0 ? .all : .hardDeniesOnly, firstRule: row.firstRule,
          lineCount: row.lineCount, text: nil))
    }
    return lists
  }

  private static func string(
    _ tables: MatcherTables, _ start: inout Int, _ count: Int
  ) throws(ImageError) -> String {
    let bytes = unsafe tables.unownedText(start, count)
    start += count
    let text: String
    do {
      text = String(copying: try UTF8Span(validating: bytes))
    } catch {
      throw ImageError("the name of a list is not text")
    }
    guard ImageText.isPlain(text) else {
      throw ImageError("the name of a list has a control character")
    }
    return text
  }
}
