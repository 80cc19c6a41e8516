import CNames

/// What fuzz targets and checks of release builds have to see of this room, and nobody else: the two
/// ways through a list, the ways to take a name, the names and the check value of an image.
package enum Inspection {
  /// What the parser makes of a text by one way: all rules as printed lines, or its complaints.
  package static func outcome(of text: [UInt8], usesFastPath: Bool) -> [String] {
    var parser = AllowlistParser(
      text: text, file: "x", errorLimit: 20, usesFastPath: usesFastPath)
    parser.parse()
    guard parser.errors.isEmpty else { return parser.errors.map { "error \($0)" } }
    let list = parser.list(digest: "")
    let header = "\(list.label) \(list.description ?? "-") \(list.sections.count)"
    return [header]
      + list.rules.map { rule in
        "\(rule.line) \(rule.verdict) \(rule.pattern) \(rule.ports) "
          + "\(rule.allowsAnyProtocol) \(rule.until.map(\.description) ?? "-") \(rule.section ?? -1) "
          + "\(rule.metadata.count) \(rule.text)"
      }
  }

  /// How the vector ways to take a name differ from the portable one; `nil`: they give the same bits.
  package static func difference(of name: Span<UInt8>) -> String? {
    var portable = HostKey()
    let error = portable.loadPortably(name)
    var usual = HostKey()
    let usualError = usual.load(name)
    guard usualError == error, error != nil || isSame(usual, portable) else {
      return "load differs from the portable way"
    }
    guard name.count > 0 else { return nil }
    for way in [Int32(CN_SSSE3), Int32(CN_AVX2), Int32(CN_NEON)] where cn_is_available(way) == 1 {
      var key = HostKey()
      guard key.load(name, by: way) else { continue }
      guard error == nil, isSame(key, portable) else {
        return "way \(way) differs from the portable way"
      }
    }
    return nil
  }

  private static func isSame(_ key: borrowing HostKey, _ other: borrowing HostKey) -> Bool {
    guard key.count == other.count, key.text == other.text, key.dots == other.dots else {
      return false
    }
    let words = key.count <= 32 ? 4 : key.count <= 64 ? 6 : NameNormaliser.wordCount
    return (0..<words).allSatisfy { key.word($0) == other.word($0) }
  }

  /// The hash of a name under a seed, and the bucket where a search for it starts.
  package static func home(
    of key: borrowing HostKey, seed: UInt64, bucketCount: Int
  ) -> (hash: UInt64, bucket: Int) {
    let hash = SuffixHash(seed: seed).value(of: key, key.count)
    return (hash, MatcherSlot.home(hash, bucketCount))
  }

  // MARK: - Images

  /// Makes bytes look like an image to all checks but those of its structure: the first fields of the
  /// header, the size and the check value. Nothing happens to what is shorter than a header.
  package static func stamp(_ image: inout [UInt8]) {
    image.removeLast(image.count & 63)
    guard image.count >= MatcherHeader.size else { return }
    put(MatcherHeader.magic, &image, MatcherHeader.magicAt)
    put(MatcherHeader.formatVersion, &image, MatcherHeader.versionAt)
    put(MatcherHeader.byteOrderMark, &image, MatcherHeader.byteOrderAt)
    put(UInt64(image.count), &image, MatcherHeader.sizeAt)
    put(unsafe ImageChecksum.value(of: image.span.bytes), &image, MatcherHeader.checksumAt)
  }

  private static func put<Value: FixedWidthInteger>(
    _ value: Value, _ image: inout [UInt8], _ offset: Int
  ) {
    for index in 0..<(Value.bitWidth / 8) {
      image[offset + index] = UInt8(truncatingIfNeeded: value >> Value(index * 8))
    }
  }

  /// The names of the records that slots refer to, at most `limit` of them, as they stand there.
  package static func names(of matcher: Matcher, limit: Int) -> [String] {
    var names: [String] = []
    for bucket in 0..<matcher.tables.bucketCount {
      for place in 0..<MatcherSlot.inBucket where names.count < limit {
        let slot = matcher.tables.slot(place, inBucket: bucket)
        guard slot & MatcherSlot.record != 0 else { continue }
        names.append(String(decoding: matcher.tables.name(of: slot), as: UTF8.self))
      }
    }
    return names
  }

  /// How many buckets there are, and the most overflowing ones in a row: no search looks at more than
  /// one more than that.
  package static func buckets(of matcher: Matcher) -> (count: Int, longestRun: Int) {
    let count = matcher.tables.bucketCount
    var run = 0
    var longest = 0
    // Twice round, because the last row goes on at the start.
    for bucket in 0..<(count * 2) {
      let isFull = matcher.tables.slot(0, inBucket: bucket % count) & MatcherSlot.overflow != 0
      run = isFull ? run + 1 : 0
      longest = max(longest, run)
    }
    return (count, longest)
  }
}
