internal import Domains

/// The texts of a record, as the feed needs them.
struct FeedTexts: BitwiseCopyable {
  enum Part { case host, client, none }

  private let environmentLength: Int
  private let hostStart: Int
  let hostLength: Int
  private let listLength: Int

  init(_ record: RecordView) {
    environmentLength = Int(record.byte(RecordLayout.environmentLength))
    let before =
      environmentLength + Int(record.byte(RecordLayout.listenerLength))
      + Int(record.byte(RecordLayout.methodLength))
    hostStart = RecordLayout.texts + before
    hostLength = Int(record.byte(RecordLayout.hostLength))
    listLength = Int(record.byte(RecordLayout.listLength))
  }

  func environment(_ record: RecordView) -> String {
    text(record, RecordLayout.texts, environmentLength)
  }

  func host(_ record: RecordView) -> String { text(record, hostStart, hostLength) }

  func rule(_ record: RecordView) -> String {
    let list = text(record, hostStart + hostLength, listLength)
    let line = record.half(RecordLayout.ruleLine)
    return line == 0 ? list : "\(list):\(line)"
  }

  /// The client's address, or `unix:` and the user at the other end.
  static func client(_ record: RecordView) -> String {
    let high = record.word(RecordLayout.clientHigh)
    let low = record.word(RecordLayout.clientLow)
    if record.byte(RecordLayout.clientFamily) == RecordLayout.processFamily {
      return "unix:\(AuditProcess(high: high, low: low).user)"
    }
    let address = record.address(
      family: RecordLayout.clientFamily, high: RecordLayout.clientHigh,
      low: RecordLayout.clientLow)
    return address.map { "\($0)" } ?? ""
  }

  /// A keyed hash of the environment and of a part of the record, with one more number.
  func hash(of part: Part, _ record: RecordView, with number: UInt64) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(number)
    Self.combine(record.text(RecordLayout.texts, environmentLength), &hasher)
    switch part {
    case .none: break
    case .host: Self.combine(record.text(hostStart, hostLength), &hasher)
    case .client:
      let family = record.byte(RecordLayout.clientFamily)
      hasher.combine(family)
      if family == RecordLayout.processFamily {
        // The process matters not, its user does.
        let process = AuditProcess(
          high: record.word(RecordLayout.clientHigh), low: record.word(RecordLayout.clientLow))
        hasher.combine(process.user)
      } else {
        hasher.combine(record.word(RecordLayout.clientHigh))
        hasher.combine(record.word(RecordLayout.clientLow))
      }
    }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  private static func combine(_ text: Span<UInt8>, _ hasher: inout Hasher) {
    hasher.combine(text.count)
    var word: UInt64 = 0
    for index in text.indices {
      word = word << 8 | UInt64(text[index])
      if index & 7 == 7 { hasher.combine(word) }
    }
    hasher.combine(word)
  }

  private func text(_ record: RecordView, _ start: Int, _ count: Int) -> String {
    let bytes = record.text(start, count)
    return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
  }
}
