import Configuration
import Domains
import Testing

@Suite("YAML, read strictly") struct YAMLReaderTests {
  /// The tree in one line: scalars in quotes, `[…]`, `{key: …}`.
  private func shape(_ text: String) throws(YAMLError) -> String {
    func words(_ node: YAMLNode) -> String {
      switch node.content {
      case .scalar(let text, isPlain: _): "'\(text)'"
      case .sequence(let items): "[\(items.map(words).joined(separator: " "))]"
      case .mapping(let entries):
        "{\(entries.map { "\($0.key): \(words($0.value))" }.joined(separator: ", "))}"
      }
    }
    return words(try YAMLReader.read(Array(text.utf8)).root)
  }

  private func complaint(_ text: [UInt8]) -> String? {
    do throws(YAMLError) {
      let error = try YAMLReader.read(text).repeated.first
      return error.map { "\($0.position.line):\($0.position.column): \($0.problem); \($0.remedy)" }
    } catch {
      return "\(error.position.line):\(error.position.column): \(error.problem); \(error.remedy)"
    }
  }

  @Test(
    "a text becomes lists, mappings and texts",
    arguments: [
      ("{}", "{}"), ("# nothing\n{}", "{}"), ("---\n{}\n...\n", "{}"), ("~", "'~'"),
      ("a: 1\nb: [x, 'y z', \"w\"]\n", "{a: '1', b: ['x' 'y z' 'w']}"),
      ("a:\n- b: c\n  d: e\n-\n", "{a: [{b: 'c', d: 'e'} '']}"),
      ("a: {b: c, d: {}}", "{a: {b: 'c', d: {}}}"),
      (
        "yes: no\non: off\nn: null\nh: 0x1F\no: 0o17\nf: 1.50\nd: 2026-11-23\n",
        "{yes: 'no', on: 'off', n: 'null', h: '0x1F', o: '0o17', f: '1.50', d: '2026-11-23'}"
      ),
      ("a: \"*.x\"\nb: '!x'\n", "{a: '*.x', b: '!x'}"),
      ("a: one\n  two\n", "{a: 'one two'}"), ("a: |\n  one\n  two\n", "{a: 'one\ntwo\n'}"),
      ("a: b # c\n", "{a: 'b'}"), ("\"a b\": c", "{a b: 'c'}"), ("'<<': c", "{<<: 'c'}"),
      ("a: 127.0.0.1:3128\nb: \"[::1]:3128\"\n", "{a: '127.0.0.1:3128', b: '[::1]:3128'}"),
    ])
  func tree(_ text: String, _ expected: String) throws {
    #expect(try shape(text) == expected)
  }

  @Test(
    "a text without a value is what a broken write leaves behind, and is refused",
    arguments: ["", "\n\n", "# nothing\n", "---\n...\n"])
  func nothing(_ text: String) {
    #expect(
      complaint(Array(text.utf8))
        == "1:1: nothing is in the file; write `{}` if the defaults are meant")
  }

  @Test(
    "what has two readings, or reads as something else than it says, is refused with its place",
    arguments: [
      (
        "a: &x 1\nb: *x\n",
        "1:4: an anchor; write the value where it is needed; quote a text that starts with &"
      ),
      (
        "a: [&x b]\n",
        "1:5: an anchor; write the value where it is needed; quote a text that starts with &"
      ),
      (
        "a: *x\n",
        "1:4: an alias, or a pattern without quotation marks; quote what starts with *, as in \"*.example.org\""
      ),
      (
        "a: *.example.org\n",
        "1:5: an alias, or a pattern without quotation marks; quote what starts with *, as in \"*.example.org\""
      ),
      ("<<: {a: b}\n", "1:1: a merge key; name the environment to inherit from: `base: NAME`"),
      (
        "a: !!int 3\n",
        "1:4: a tag, or a rule without quotation marks; quote what starts with !, as in \"!example.org\""
      ),
      (
        "a: !x\n",
        "1:4: a tag, or a rule without quotation marks; quote what starts with !, as in \"!example.org\""
      ),
      ("%YAML 1.1\n---\na: b\n", "1:1: a directive; remove the line that starts with %"),
      ("%TAG ! tag:x,2000:\n---\na: b\n", "1:1: a directive; remove the line that starts with %"),
      ("%WHAT\n---\na: b\n", "1:6: a directive; remove the line that starts with %"),
      ("a: b\n---\nc: d\n", "2:1: a second document; remove the --- and what stands behind it"),
      ("a: b\na: c\n", "2:1: 'a' for the second time, after line 1; write each key once"),
      ("x: {a: b, 'a': c}\n", "1:11: 'a' for the second time, after line 1; write each key once"),
      ("[a]: b\n", "1:1: a list or a mapping where a key is expected; write a word and a colon"),
      (
        "? {a: b}\n: c\n",
        "1:3: a list or a mapping where a key is expected; write a word and a colon"
      ),
      (
        "a:\n\tb: c\n",
        "2:1: a character that no value starts with, or a tab; indent with spaces, and quote texts that start with a tab, %, @ or `"
      ),
      (
        "a: @b\n",
        "1:4: a character that no value starts with, or a tab; indent with spaces, and quote texts that start with a tab, %, @ or `"
      ),
      ("a: b\r\nc: d\r\n", "1:5: the line ends in CR LF; save the file with LF line ends"),
      ("a: b\rc: d", "1:5: a control byte; remove it"),
      ("a: \u{0}", "1:4: a control byte; remove it"),
      ("# \u{1B}[31m\n", "1:3: a control byte; remove it"),
      (
        "\u{FEFF}a: b\n",
        "1:1: the file starts with a byte order mark; save it as UTF-8 without a byte order mark"
      ),
      (
        "# ok\n# \u{202E}\n",
        "2:3: an invisible character that hides or reorders what a reader sees; remove it"
      ),
      (
        "a: \u{85}\n",
        "1:4: an invisible character that hides or reorders what a reader sees; remove it"
      ),
      (
        "ä: \"b\nc: d\n",
        "3:1: not YAML: while scanning a quoted scalar, found unexpected end of stream; check indentation, colons, quotation marks and brackets up to this place"
      ),
      (
        "a: [b\n",
        "2:1: not YAML: while parsing a flow sequence, did not find expected ',' or ']'; check indentation, colons, quotation marks and brackets up to this place"
      ),
      (
        "a: b\n c: d\n",
        "2:3: not YAML: mapping values are not allowed in this context; check indentation, colons, quotation marks and brackets up to this place"
      ),
      (
        "ä: b\nü: &x c\n",
        "2:5: an anchor; write the value where it is needed; quote a text that starts with &"
      ),
    ])
  func refused(_ text: String, _ expected: String) {
    #expect(complaint(Array(text.utf8)) == expected)
  }

  @Test("bytes that are no UTF-8, and UTF-16, are refused")
  func encodings() {
    #expect(complaint(Array("a: ".utf8) + [0xFF]) == "1:4: not UTF-8; save the file as UTF-8")
    #expect(
      complaint(Array("x: y\na: ".utf8) + [0xC0, 0xAF]) == "2:4: not UTF-8; save the file as UTF-8")
    #expect(complaint([0xFF, 0xFE, 0x61, 0]) == "1:1: not UTF-8; save the file as UTF-8")
  }

  @Test("the column of what stands behind wide characters counts bytes")
  func columns() throws {
    let root = try YAMLReader.read(Array("\"äöü😀\": x\n".utf8)).root
    guard case .mapping(let entries) = root.content else { return #expect(Bool(false)) }
    #expect(entries[0].value.position == SourcePosition(line: 1, column: 15))
  }

  @Test("depth, number of values and size are bounded")
  func bounds() {
    let deep = String(repeating: "[", count: 16) + String(repeating: "]", count: 16)
    #expect(complaint(Array(deep.utf8)) == nil)
    #expect(
      complaint(Array("[\(deep)]".utf8))
        == "1:17: more than 16 lists and mappings inside each other; write it flatter")
    let many = Array("[a, b, c]".utf8)
    #expect((try? YAMLReader.read(many, nodeLimit: 4)) != nil)
    #expect((try? YAMLReader.read(many, nodeLimit: 3)) == nil)
    #expect((try? YAMLReader.read(many, textLimit: 9)) != nil)
    #expect((try? YAMLReader.read(many, textLimit: 8)) == nil)
  }

  @Test(
    "bombs end soon",
    arguments: ["[", "{", "- ", "? ", "a: {", "\"", "'", "&a [", "#", "a", "[a,", "- - "])
  func bombs(_ piece: String) {
    let text = [UInt8](String(repeating: piece, count: (1 << 18) / piece.utf8.count).utf8)
    let clock = ContinuousClock()
    let time = clock.measure { _ = complaint(text) }
    #expect(time < .seconds(10), "\(piece): \(time)")
  }
}
