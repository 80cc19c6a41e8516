import Testing

@testable import Domains

/// Images whose check value is right and whose structure is not: one for each thing that is checked.
@Suite("Hostile images")
struct HostileImageTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let problem: String
    let edit: @Sendable (inout ImageEditor) -> Void
    var testDescription: String { what }

    init(_ what: String, _ problem: String, _ edit: @escaping @Sendable (inout ImageEditor) -> Void)
    {
      self.what = what
      self.problem = problem
      self.edit = edit
    }
  }

  /// Records in this order: plain, and with details at 0, 2 and 4: [exact, entry 0],
  /// [hard deny, rule], [one glob, glob 0]. The node `d.com` only has children. Rule numbers are lines
  /// from 0 on: 3 to 7.
  static let rules = "a.com\nb.com :22\n!!h.com\nx-*.g.com\nc.d.com\n"

  static let header: [Case] = [
    Case("unknown flags", "it has unknown flags") { $0.put(2 as UInt32, MatcherHeader.flagsAt) },
    Case("too many rules", "it states 16777217 rules") {
      $0.put(UInt32(Matcher.ruleLimit + 1), MatcherHeader.ruleCountAt)
    },
    Case("a section somewhere else", "the section records is misplaced") {
      $0.put(1 as UInt32, MatcherHeader.sectionsAt + 8)
    },
    Case("a section beyond the end", "the section buckets is cut off") {
      $0.setCount(of: .buckets, .max)
    },
    Case("a section that is too long", "the section text is cut off") {
      $0.setCount(of: .text, .max)
    },
    Case("bytes behind the last section", "something stands behind its last section") {
      $0.bytes += [UInt8](repeating: 0, count: 64)
    },
    Case("no buckets", "it has no buckets") { $0.emptyBuckets() },
  ]

  static let records: [Case] = [
    Case("a name without bytes", "the record at 2 has a name of 0 bytes") {
      $0.setByte(of: .records, 2, 0)
    },
    Case("a name that is too long", "the record at 2 has a name of 254 bytes") {
      $0.setByte(of: .records, 2, 254)
    },
    Case("a name beyond the records", "the record at 2 is cut off") {
      $0.setByte(of: .records, 2, 253)
    },
    Case("a plain rule that is none", "the record at 2 stands for no rule") {
      $0.setByte(of: .records, 3, 254)
    },
    Case("a base that adds up to no rule", "the record at 2 stands for no rule") {
      $0.set(.lineBases, 0, .max)
    },
    Case("details beyond their end", "the record at 8 has no details") {
      $0.put(7 as UInt32, $0.start(of: .records) + 8 + 2 + MatcherRecord.numberSize(5))
    },
    Case("details from their middle on", "the record at 8 has no details") {
      $0.put(1 as UInt32, $0.start(of: .records) + 8 + 2 + MatcherRecord.numberSize(5))
    },
  ]

  static let details: [Case] = [
    Case("details with an unknown kind", "details 0 are cut off") { $0.set(.details, 0, 0x21) },
    Case("details that are cut off", "details 4 are cut off") { $0.set(.details, 4, 0x11F) },
    Case("a group beyond the entries", "details 0 have no rules") { $0.set(.details, 1, 2) },
    Case("a deny beyond the rules", "details 2 have no deny") { $0.set(.details, 3, 8) },
    Case("no globs", "details 4 have no globs") { $0.set(.details, 4, 8) },
    Case("too many globs", "details 4 have no globs") { $0.set(.details, 4, 0x208) },
    Case("globs beyond their end", "details 4 have no globs") { $0.set(.details, 5, .max) },
  ]

  static let tables: [Case] = [
    Case("an entry of no rule", "entry 0 is out of range") { $0.set(.entries, 0, 8) },
    Case("an entry without ports", "entry 0 is out of range") {
      $0.set(.entries, 1, MatcherEntry.lastBit | 4)
    },
    Case("a group without an end", "the last group does not end") { $0.set(.entries, 4, 0) },
    Case("a glob of no entry", "glob 0 is out of range") { $0.set(.globs, 2, 2) },
    Case("a glob without a form", "glob 0 is out of range") { $0.set(.globs, 1, 0) },
    Case("a glob that is too long", "glob 0 is out of range") { $0.set(.globs, 1, 64) },
    Case("a glob beyond the text", "glob 0 is out of range") { $0.set(.globs, 0, .max) },
    Case("a glob with a group", "glob 0 has more rules than one") {
      $0.set(.globs, 2, 0)
      $0.set(.entries, 1, 0)
    },
    Case("a form of other bytes", "glob 0 is no form of a label") { $0.setForm("x\u{1}*") },
    Case("a form of capitals", "glob 0 is no form of a label") { $0.setForm("X-*") },
    Case("a form with a dot", "glob 0 is no form of a label") { $0.setForm("x.*") },
    Case("a form without a star", "glob 0 is no form of a label") { $0.setForm("x-a") },
    Case("a set of ports without an end", "the last set of ports does not end") {
      $0.setPort(3, first: 22, last: 22, isLast: 0)
    },
    Case("port 0", "port range 2 is none") { $0.setPort(2, first: 0, last: 22, isLast: 1) },
    Case("ports the wrong way round", "port range 2 is none") {
      $0.setPort(2, first: 23, last: 22, isLast: 1)
    },
    Case("an unknown end of ports", "port range 0 is none") {
      $0.setPort(0, first: 80, last: 80, isLast: 2)
    },
    Case("ports out of order", "port range 1 is none") {
      $0.setPort(1, first: 80, last: 443, isLast: 1)
    },
    Case("another first set of ports", "the first set of ports is not 80 and 443") {
      $0.setPort(1, first: 444, last: 444, isLast: 1)
    },
    Case("ports that touch", "port range 1 is none") {
      $0.setPort(1, first: 81, last: 443, isLast: 1)
    },
  ]

  static let lists: [Case] = [
    Case("a list beyond the text", "list 0 is out of range") { $0.set(.lists, 0, .max) },
    Case("a name beyond the text", "list 0 is out of range") { $0.set(.lists, 1, 0xFFFF) },
    Case("a list of unknown use", "list 0 is out of range") { $0.set(.lists, 3, 2) },
    Case("a list with a gap in front", "list 0 is out of range") { $0.set(.lists, 4, 1) },
    Case("more lines than can be", "its lists have too many lines") { $0.set(.lists, 5, .max) },
    Case("a list without lines", "details 2 have no deny") { $0.set(.lists, 5, 0) },
    Case("a list without a name", "list 0 has no name and version") { $0.set(.lists, 1, 0) },
    Case("a label without its @", "list 0 has no name and version") {
      $0.setByte(of: .text, 1, 0x0A)
    },
    Case("a name that is no word", "list 0 has no name and version") {
      $0.setByte(of: .text, 0, UInt8(ascii: "\""))
    },
    Case("a version that is no word", "list 0 has no name and version") {
      $0.setByte(of: .text, 2, UInt8(ascii: "\n"))
    },
    Case("a digest with a control byte", "the name of a list has a control character") {
      $0.setByte(of: .text, 3, 0x1B)
    },
    Case("a file with a C1 control", "the name of a list has a control character") {
      $0.setByte(of: .text, 5, 0xC2)
      $0.setByte(of: .text, 6, 0x9B)
    },
    Case("a file that is no text", "the name of a list is not text") {
      $0.setByte(of: .text, 5, 0xFF)
    },
  ]

  static let buckets: [Case] = [
    Case("an unknown flag", "bucket 0 has an unknown flag") {
      $0.set(.buckets, 9, $0.word(.buckets, 9) | MatcherSlot.overflow)
    },
    Case("a slot without a fingerprint", "bucket 0 has rules without a name") {
      $0.set(.buckets, $0.firstRecord - 8, 0)
    },
    Case("a node without children or rules", "bucket 0 has rules without a record") {
      $0.set(.buckets, $0.childrenOnly, 0)
    },
    Case("rules without a record", "bucket 0 has rules without a record") {
      $0.set(.buckets, $0.childrenOnly, MatcherSlot.children | MatcherSlot.exact)
    },
    Case("a hard deny without a record", "bucket 0 has rules without a record") {
      $0.set(.buckets, $0.childrenOnly, MatcherSlot.children | MatcherSlot.special)
    },
    Case("a record behind the last", "bucket 0 refers to a record that does not exist") {
      $0.set(.buckets, $0.firstRecord, MatcherSlot.exact | MatcherSlot.record)
    },
    Case("the middle of a record", "bucket 0 refers to a record that does not exist") {
      $0.set(.buckets, $0.firstRecord, MatcherSlot.exact | 2)
    },
    Case("rules that the details do not have", "bucket 1 has rules without details") {
      $0.set(.buckets, $0.slot(ofRecordAt: 8), MatcherSlot.exact | MatcherSlot.below | 4)
    },
    Case("a search without an end", "a search of its buckets would not end") { editor in
      for bucket in 0..<editor.count(of: .buckets) {
        let word = bucket * 16 + 8
        editor.set(.buckets, word, editor.word(.buckets, word) | MatcherSlot.overflow)
      }
    },
  ]

  @Test(
    "each fault of the structure is found, and named",
    arguments: header + records + details + tables + lists + buckets)
  func refused(_ hostile: Case) throws {
    var editor = ImageEditor(bytes: try ImageTests.image(Self.rules))
    hostile.edit(&editor)
    Inspection.stamp(&editor.bytes)
    #expect(try ImageTests.complaint(editor.bytes) == hostile.problem)
  }

  @Test("the image that the faults are put into is sound, and has what they need")
  func sound() throws {
    let editor = ImageEditor(bytes: try ImageTests.image(Self.rules))
    #expect(try ImageTests.complaint(editor.bytes) == nil)
    #expect((0..<6).map { editor.word(.details, $0) } == [1, 0, 16, 5, 0x108, 0])
    #expect(editor.count(of: .entries) == 2)
    // 80 and 443, all, 22.
    #expect(editor.count(of: .portRanges) == 4)
  }

  @Test("a section of records without one, and one of bases for fewer records, is refused")
  func shortSections() throws {
    var records = ImageEditor(bytes: try ImageTests.image("a.com\n"))
    records.setCount(of: .records, 33)
    Inspection.stamp(&records.bytes)
    #expect(try ImageTests.complaint(records.bytes) == "the section records is too short")
    let rules = (0..<200).map { "n\($0).com\n" }.joined()
    var bases = ImageEditor(bytes: try ImageTests.image(rules))
    #expect(bases.count(of: .lineBases) > 1)
    bases.setCount(of: .lineBases, 1)
    Inspection.stamp(&bases.bytes)
    #expect(try ImageTests.complaint(bases.bytes) == "the section lineBases is too short")
  }

  @Test("a search that would pass more than 1,024 buckets is refused")
  func longSearch() throws {
    let rules = (0..<6_000).map { "n\($0).com\n" }.joined()
    for (free, problem) in [
      (1_000..<1_001, "a search of its buckets would take long"), (0..<1, nil),
    ] as [(Range<Int>, String?)] {
      var editor = ImageEditor(bytes: try ImageTests.image(rules))
      let count = editor.count(of: .buckets)
      try #require(count > 1_100)
      // All but one; or those from 1 to 1,024.
      for bucket in problem == nil ? 1..<1_025 : 0..<count where !free.contains(bucket) {
        let word = bucket * 16 + 8
        editor.set(.buckets, word, editor.word(.buckets, word) | MatcherSlot.overflow)
      }
      if problem == nil {
        // Nothing near that row overflows by itself.
        for bucket in [0, 1_025] {
          let word = bucket * 16 + 8
          editor.set(.buckets, word, editor.word(.buckets, word) & ~MatcherSlot.overflow)
        }
      }
      Inspection.stamp(&editor.bytes)
      #expect(try ImageTests.complaint(editor.bytes) == problem)
    }
  }

  @Test("a rule with more ports than a rule can have is refused")
  func manyPorts() throws {
    let ports = (0..<64).map { String(1_000 + $0 * 2) }.joined(separator: ",")
    var editor = ImageEditor(bytes: try ImageTests.image("a.com :\(ports)\nb.com :22\n"))
    #expect(try ImageTests.complaint(editor.bytes) == nil)
    // The 64 and the set behind them become one.
    let last = editor.count(of: .portRanges) - 2
    editor.setPort(last, first: 1_126, last: 1_126, isLast: 0)
    editor.setPort(last + 1, first: 2_222, last: 2_222, isLast: 1)
    Inspection.stamp(&editor.bytes)
    #expect(try ImageTests.complaint(editor.bytes) == "port range 67 is in a set of too many")
  }

  @Test("more lists than an image can have are refused")
  func manyLists() throws {
    let source = Matcher.Source(list: try ImageTests.list(""))
    let matcher = Matcher(Array(repeating: source, count: 1 << 16 + 1), seed: 1)
    let bytes = matcher.image.indices.map { matcher.image[$0] }
    #expect(try ImageTests.complaint(bytes) == "too many lists")
  }
}

/// The words of an image, to be changed.
struct ImageEditor {
  var bytes: [UInt8]

  func read(_ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32($1 * 8) }
  }

  mutating func put(_ value: UInt32, _ offset: Int) {
    for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (index * 8)) }
  }

  private func at(_ section: MatcherSection) -> Int {
    MatcherHeader.sectionsAt + section.rawValue * 8
  }

  func start(of section: MatcherSection) -> Int { Int(read(at(section))) * 64 }
  func count(of section: MatcherSection) -> Int { Int(read(at(section) + 4)) }
  mutating func setCount(of section: MatcherSection, _ count: UInt32) {
    put(count, at(section) + 4)
  }

  func word(_ section: MatcherSection, _ index: Int) -> UInt32 {
    read(start(of: section) + index * 4)
  }
  mutating func set(_ section: MatcherSection, _ index: Int, _ value: UInt32) {
    put(value, start(of: section) + index * 4)
  }
  mutating func setByte(of section: MatcherSection, _ index: Int, _ value: UInt8) {
    bytes[start(of: section) + index] = value
  }

  /// Of the first glob.
  mutating func setForm(_ form: String) {
    let place = Int(word(.globs, 0))
    for (index, byte) in form.utf8.enumerated() { setByte(of: .text, place + index, byte) }
  }

  mutating func setPort(_ index: Int, first: UInt16, last: UInt16, isLast: UInt16) {
    for (part, value) in [first, last, isLast].enumerated() {
      setByte(of: .portRanges, index * 6 + part * 2, UInt8(value & 0xFF))
      setByte(of: .portRanges, index * 6 + part * 2 + 1, UInt8(value >> 8))
    }
  }

  /// Takes the section of buckets out.
  mutating func emptyBuckets() {
    let size = count(of: .buckets) * 64
    let first = start(of: .buckets)
    bytes.removeSubrange(first..<(first + size))
    setCount(of: .buckets, 0)
    for section in MatcherSection.allCases.dropFirst() {
      put(read(at(section)) - UInt32(size / 64), at(section))
    }
  }

  // MARK: - Slots, as words of the buckets

  private var slots: [Int] {
    (0..<count(of: .buckets)).flatMap { bucket in (8..<16).map { bucket * 16 + $0 } }
  }

  /// The first one in bucket 0 that has a record.
  var firstRecord: Int { slots.first { word(.buckets, $0) & MatcherSlot.record != 0 }! }

  var childrenOnly: Int {
    slots.first { word(.buckets, $0 - 8) != 0 && word(.buckets, $0) & MatcherSlot.record == 0 }!
  }

  func slot(ofRecordAt offset: Int) -> Int {
    slots.first { word(.buckets, $0) & MatcherSlot.record == UInt32(offset / 2) }!
  }
}
