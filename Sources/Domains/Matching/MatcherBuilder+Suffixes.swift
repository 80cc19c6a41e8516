/// The names of the rows as numbers, and all their suffixes.
extension MatcherBuilder {
  /// How many suffixes that others share are remembered.
  private static let recentCount = 4096
  /// The most labels of a name.
  private static let labelLimit = 127

  /// Fills `names` and gives the suffixes in the order of the rows; `nil` if there is a name of one
  /// label, and `hasTopLevel` does not say so: suffixes of one label are only among them if some rule is
  /// about a name of one label or all below one.
  ///
  /// A suffix that is not a whole name is left out where it was met shortly before.
  mutating func makeSuffixes(_ suffixes: inout ScratchTable<Node>) -> Int? {
    let hash = SuffixHash(seed: seed)
    let recent = ScratchTable<Node>(zeros: Self.recentCount)
    var key = HostKey()
    var count = 0
    var nameEnd = 0
    for input in inputs {
      let rows = input.list.rows
      let text = input.list.text.span
      for index in rows.indices {
        let row = rows[index]
        guard input.takesPart(row) else { continue }
        let error = key.load(text.extracting(row.name))
        precondition(error == nil, "the names of a list are valid")
        let number = input.firstRow + index
        nameStarts[number] = UInt32(truncatingIfNeeded: nameEnd)
        nameEnd += storeName(key, at: nameEnd)

        var length = key.suffix(longerThan: 0)
        if !hasTopLevel {
          guard length < key.count else { return nil }
          length = key.suffix(longerThan: length)
        }
        suffixes.reserve(count + Self.labelLimit)
        while true {
          let isWhole = length == key.count
          let suffix = Node(
            hash: hash.value(of: key, length) & hashMask, row: UInt32(truncatingIfNeeded: number),
            count: UInt8(truncatingIfNeeded: length), isOwned: isWhole, hasChildren: !isWhole)
          if isWhole || !wasMet(suffix, recent) {
            suffixes[count] = suffix
            count += 1
          }
          if isWhole { break }
          length = key.suffix(longerThan: length)
        }
      }
    }
    return count
  }

  /// Returns the bytes of the number. Word by word; what the last one writes too much is written over.
  @inline(__always)
  private func storeName(_ key: borrowing HostKey, at start: Int) -> Int {
    let size = MatcherRecord.numberSize(key.count)
    var offset = 0
    while offset < size {
      names.store(key.word(offset >> 3), at: start + offset)
      offset += 8
    }
    return size
  }

  @inline(__always)
  private func wasMet(_ suffix: Node, _ recent: borrowing ScratchTable<Node>) -> Bool {
    // With only some bits of the hash the lowest may be the same in all.
    let place = Int(truncatingIfNeeded: suffix.hash >> 20) & (Self.recentCount - 1)
    let known = recent[place]
    if known.hash == suffix.hash, known.count > 0, isSame(known, suffix) { return true }
    recent[place] = suffix
    return false
  }

  /// Whether two suffixes have the same name.
  @inline(__always) func isSame(_ one: Node, _ other: Node) -> Bool {
    guard one.count == other.count else { return false }
    let first = Int(nameStarts[Int(one.row)])
    let second = Int(nameStarts[Int(other.row)])
    var bits = Int(one.count) &* 6
    var offset = 0
    while bits > 0 {
      let different = names.word(at: first &+ offset) ^ names.word(at: second &+ offset)
      if different & SuffixHash.mask(bits) != 0 { return false }
      offset &+= 8
      bits &-= 64
    }
    return true
  }
}
