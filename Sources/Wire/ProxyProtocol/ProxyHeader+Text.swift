internal import Domains

// Version 1 (§2.1): `PROXY TCP4 SOURCE DESTINATION PORT PORT` and CR LF.
extension ProxyHeader {
  static func parseText(_ bytes: Span<UInt8>) -> Step {
    guard agrees(bytes, .proxy) else { return .refused(.noHeader) }
    let limit = min(bytes.count, textLengthMax)
    var end = 0
    while end < limit, bytes[end] != 0x0A { end += 1 }
    guard end < limit else {
      return bytes.count < textLengthMax ? .incomplete : .refused(.lineTooLong)
    }
    guard end > 0, bytes[end - 1] == 0x0D else { return .refused(.lineEnd) }
    let line = bytes.extracting(6..<max(end - 1, 6))
    switch words(line) {
    case .valid(let source): return .complete(ProxyHeader(source: source, length: end + 1))
    case .invalid(let fault): return .refused(fault)
    }
  }

  private enum Words {
    case valid(Source)
    case invalid(ProxyHeaderFault)
  }

  /// What stands behind `PROXY `.
  private static func words(_ line: Span<UInt8>) -> Words {
    var place = 0
    guard let name = word(line, &place) else { return .invalid(.lineWords) }
    let text = line.extracting(name)
    if isWord(text, .unknown) {
      // The rest of the line says nothing (§2.1); what is no text at all is refused all the same.
      var index = place
      while index < line.count {
        guard (0x20...0x7E).contains(line[index]) else { return .invalid(.lineWords) }
        index += 1
      }
      return .valid(.unnamed)
    }
    let family: IPAddress.Family
    if isWord(text, .tcp4) {
      family = .v4
    } else if isWord(text, .tcp6) {
      family = .v6
    } else {
      return .invalid(.protocolWord)
    }
    guard let first = word(line, &place), let second = word(line, &place),
      let third = word(line, &place), let fourth = word(line, &place), place == line.count
    else { return .invalid(.lineWords) }
    guard let client = IPAddress(parsing: line.extracting(first)), client.family == family,
      let target = IPAddress(parsing: line.extracting(second)), target.family == family
    else { return .invalid(.addressText) }
    guard let clientPort = port(line.extracting(third)), port(line.extracting(fourth)) != nil else {
      return .invalid(.portText)
    }
    return .valid(source(client, clientPort))
  }

  /// The next word and the one space before it, unless it is the first; `nil`: there is none.
  private static func word(_ line: Span<UInt8>, _ place: inout Int) -> Range<Int>? {
    var start = place
    if start > 0 {
      guard start < line.count, line[start] == 0x20 else { return nil }
      start += 1
    }
    var end = start
    while end < line.count, (0x21...0x7E).contains(line[end]) { end += 1 }
    guard end > start else { return nil }
    place = end
    return start..<end
  }

  private static func isWord(_ text: Span<UInt8>, _ word: PackedText) -> Bool {
    text.count == word.count && agrees(text, word)
  }

  /// 0 to 65535 in decimal, without sign and leading zeros.
  private static func port(_ text: Span<UInt8>) -> UInt16? {
    guard (1...5).contains(text.count), text.count == 1 || text[0] != UInt8(ascii: "0") else {
      return nil
    }
    var value = 0
    for index in text.indices {
      let digit = text[index] &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      value = value * 10 + Int(digit)
    }
    return UInt16(exactly: value)
  }
}
