/// The members of a JSON object on one line (RFC 8259), read one after the other without building
/// anything: what is of no interest is checked and skipped. Strict: nothing behind the object, no
/// member twice, valid UTF-8, valid escapes.
package struct JSONLine {
  /// A value at the top of the object. Ranges are offsets into the bytes.
  package enum Value {
    /// Between the quotation marks, escapes as they stand.
    case string(Range<Int>, hasEscapes: Bool)
    case number(Range<Int>)
    case bool(Bool)
    case null
    /// An array or an object, which was skipped.
    case nested
  }

  /// Why a line is not what it should be, and at which offset.
  package struct Problem: Error {
    package let offset: Int
    package let text: StaticString
  }

  /// The most members of one object, and the deepest value inside.
  static let memberLimit = 128
  private static let depthLimit = 32

  let bytes: [UInt8]
  private let end: Int
  private var place: Int
  private var names: [Range<Int>] = []
  private var isOpen = false

  /// The object that is the whole of `range`.
  package init(_ bytes: [UInt8], _ range: Range<Int>) throws(Problem) {
    self.bytes = bytes
    place = range.lowerBound
    end = range.upperBound
    do {
      _ = try UTF8Span(validating: bytes.span.extracting(range))
    } catch {
      throw Problem(offset: range.lowerBound + error.byteOffsets.lowerBound, text: "not UTF-8")
    }
    skipBlanks()
    try take(UInt8(ascii: "{"), "no JSON object")
    isOpen = true
  }

  /// The next member, or `nil` behind the last one.
  package mutating func next() throws(Problem) -> (name: Range<Int>, value: Value)? {
    guard isOpen else { return nil }
    skipBlanks()
    if peek() == UInt8(ascii: "}") {
      place += 1
      skipBlanks()
      guard place == end else { throw problem("something behind the object") }
      isOpen = false
      return nil
    }
    if !names.isEmpty {
      try take(UInt8(ascii: ","), "no comma between two members")
      skipBlanks()
    }
    let start = place
    guard case .string(let name, hasEscapes: false) = try string() else {
      throw Problem(offset: start, text: "an escape in the name of a member")
    }
    guard names.count < Self.memberLimit else { throw problem("too many members") }
    guard !names.contains(where: { bytes[$0] == bytes[name] }) else {
      throw Problem(offset: start, text: "a member for the second time")
    }
    names.append(name)
    skipBlanks()
    try take(UInt8(ascii: ":"), "no colon behind the name of a member")
    skipBlanks()
    return (name, try value(depth: 0))
  }

  // MARK: - Values

  private mutating func value(depth: Int) throws(Problem) -> Value {
    switch peek() {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try skipNested(depth: depth)
      return .nested
    case UInt8(ascii: "t"):
      try take("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try take("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try take("null")
      return .null
    default: return try number()
    }
  }

  private mutating func skipNested(depth: Int) throws(Problem) {
    guard depth < Self.depthLimit else { throw problem("values inside each other too deeply") }
    let isObject = peek() == UInt8(ascii: "{")
    let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    place += 1
    skipBlanks()
    if peek() == close {
      place += 1
      return
    }
    while true {
      skipBlanks()
      if isObject {
        _ = try string()
        skipBlanks()
        try take(UInt8(ascii: ":"), "no colon behind the name of a member")
        skipBlanks()
      }
      _ = try value(depth: depth + 1)
      skipBlanks()
      if peek() == close {
        place += 1
        return
      }
      try take(UInt8(ascii: ","), "no comma between two values")
    }
  }

  private mutating func string() throws(Problem) -> Value {
    try take(UInt8(ascii: "\""), "no quotation mark where a text should be")
    let start = place
    var hasEscapes = false
    while place < end {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") {
        place += 1
        return .string(start..<(place - 1), hasEscapes: hasEscapes)
      }
      if byte < 0x20 { throw problem("a control byte in a text") }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        try skipEscape()
      } else {
        place += 1
      }
    }
    throw problem("a text without its end")
  }

  private mutating func skipEscape() throws(Problem) {
    guard place + 1 < end else { throw problem("a text without its end") }
    switch bytes[place + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      place += 2
    case UInt8(ascii: "u"):
      guard place + 6 <= end, Self.hexadecimal(bytes[(place + 2)..<(place + 6)]) != nil else {
        throw problem("an escape that is not complete")
      }
      place += 6
    default: throw problem("an escape that JSON does not have")
    }
  }

  private mutating func number() throws(Problem) -> Value {
    let start = place
    if peek() == UInt8(ascii: "-") { place += 1 }
    if peek() == UInt8(ascii: "0") {
      place += 1
    } else {
      try digits()
    }
    if peek() == UInt8(ascii: ".") {
      place += 1
      try digits()
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      place += 1
      if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { place += 1 }
      try digits()
    }
    return .number(start..<place)
  }

  private mutating func digits() throws(Problem) {
    let start = place
    while place < end, bytes[place] &- UInt8(ascii: "0") < 10 { place += 1 }
    guard place > start else { throw problem("no JSON value") }
  }

  // MARK: - Bytes

  private func peek() -> UInt8? { place < end ? bytes[place] : nil }

  private mutating func skipBlanks() {
    while place < end, ArraySlice.isBlank(bytes[place]) || bytes[place] == UInt8(ascii: "\r") {
      place += 1
    }
  }

  private mutating func take(_ byte: UInt8, _ complaint: StaticString) throws(Problem) {
    guard peek() == byte else { throw problem(complaint) }
    place += 1
  }

  private mutating func take(_ word: String) throws(Problem) {
    guard bytes[place..<end].starts(with: word) else { throw problem("no JSON value") }
    place += word.utf8.count
  }

  private func problem(_ text: StaticString) -> Problem { Problem(offset: place, text: text) }

  fileprivate static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
    var value: UInt32 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        value = value << 4 | UInt32(digit - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
        value = value << 4 | UInt32((digit | 0x20) - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return value
  }
}

extension JSONLine {
  /// Whether the name of a member is `name`.
  package func isName(_ range: Range<Int>, _ name: String) -> Bool {
    range.count == name.utf8.count && bytes[range].starts(with: name)
  }

  /// A text with its escapes resolved; half of a surrogate pair becomes U+FFFD.
  package func text(_ range: Range<Int>, hasEscapes: Bool) -> String {
    hasEscapes ? Self.unescaped(bytes[range]) : bytes[range].text
  }

  /// The same of the inside of a valid text.
  package static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
    var units: [UInt16] = []
    var rest = bytes
    while let byte = rest.first {
      guard byte == UInt8(ascii: "\\") else {
        let plain = rest.prefix { $0 != UInt8(ascii: "\\") }
        units.append(contentsOf: plain.text.utf16)
        rest = rest.dropFirst(plain.count)
        continue
      }
      let kind = rest.dropFirst().first ?? 0
      rest = rest.dropFirst(2)
      switch kind {
      case UInt8(ascii: "u"):
        units.append(UInt16(truncatingIfNeeded: Self.hexadecimal(rest.prefix(4)) ?? 0xFFFD))
        rest = rest.dropFirst(4)
      case UInt8(ascii: "b"): units.append(0x08)
      case UInt8(ascii: "f"): units.append(0x0C)
      case UInt8(ascii: "n"): units.append(0x0A)
      case UInt8(ascii: "r"): units.append(0x0D)
      case UInt8(ascii: "t"): units.append(0x09)
      default: units.append(UInt16(kind))
      }
    }
    return String(decoding: units, as: UTF16.self)
  }

  /// A number without sign, point and exponent, of at most 18 digits.
  package func integer(_ range: Range<Int>) -> Int? {
    guard range.count <= 18 else { return nil }
    var value = 0
    for byte in bytes[range] {
      guard byte &- UInt8(ascii: "0") < 10 else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }
}
