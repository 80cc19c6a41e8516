/// The ports of a rule: what stands behind the colon in `:443,8443`, `:9000-9003` or `:*`. Held sorted
/// and merged, so that two spellings of one set are equal.
public struct PortSet: Hashable, Sendable {
  /// Sorted, without overlap, with a gap between neighbours; never empty.
  package let ranges: [ClosedRange<UInt16>]

  /// The most ports and ranges that one set may list.
  public static let partLimit = 64

  /// 80 and 443: what an allow rule means that names no port.
  public static let standard = PortSet(sorted: [80...80, 443...443])
  /// Every port: `:*`.
  public static let all = PortSet(sorted: [1...65535])

  private init(sorted ranges: [ClosedRange<UInt16>]) { self.ranges = ranges }

  /// One port.
  public init(_ port: Port) { ranges = [port.number...port.number] }

  /// The text behind the colon; `nil` if it is not a set of ports. Strict: no spaces, no empty part,
  /// no leading zeros, no reversed range, no port twice.
  public init?(_ text: String) {
    self.init(parsing: Array(text.utf8).span)
  }

  /// As ``init(_:)``.
  public init?(parsing text: Span<UInt8>) {
    switch Self.parse(text) {
    case .success(let set): self = set
    case .failure: return nil
    }
  }

  /// Whether `port` is in the set.
  public func contains(_ port: Port) -> Bool {
    ranges.contains { $0.contains(port.number) }
  }

  /// Why a text is not a set of ports.
  enum Problem: Error, Hashable {
    case empty, badPort, reversed, repeated, tooMany

    var problem: String {
      switch self {
      case .empty: "an empty place in a list of ports"
      case .badPort: "something that is no port (1 to 65535, digits only, no leading zero)"
      case .reversed: "a range of ports whose end is not above its start"
      case .repeated: "a port that is listed twice"
      case .tooMany: "more than \(PortSet.partLimit) ports and ranges in one rule"
      }
    }
  }

  static func parse(_ text: Span<UInt8>) -> Result<PortSet, Problem> {
    if text.count == 1, text[0] == UInt8(ascii: "*") { return .success(.all) }
    var parts: [ClosedRange<UInt16>] = []
    var start = 0
    while start <= text.count {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: ",") { end += 1 }
      guard end > start else { return .failure(.empty) }
      switch parsePart(text.extracting(start..<end)) {
      case .success(let part): parts.append(part)
      case .failure(let problem): return .failure(problem)
      }
      guard parts.count <= partLimit else { return .failure(.tooMany) }
      start = end + 1
    }
    return merge(parts)
  }

  /// A port, or two with a hyphen between them.
  private static func parsePart(_ text: Span<UInt8>) -> Result<ClosedRange<UInt16>, Problem> {
    for index in text.indices where text[index] == UInt8(ascii: "-") {
      guard let first = Port(parsing: text.extracting(0..<index)),
        let last = Port(parsing: text.extracting((index + 1)..<text.count))
      else { return .failure(.badPort) }
      guard first < last else { return .failure(.reversed) }
      return .success(first.number...last.number)
    }
    guard let port = Port(parsing: text) else { return .failure(.badPort) }
    return .success(port.number...port.number)
  }

  private static func merge(_ parts: [ClosedRange<UInt16>]) -> Result<PortSet, Problem> {
    var merged: [ClosedRange<UInt16>] = []
    for part in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard let last = merged.last else {
        merged.append(part)
        continue
      }
      guard part.lowerBound > last.upperBound else { return .failure(.repeated) }
      if part.lowerBound == last.upperBound + 1 {
        merged[merged.count - 1] = last.lowerBound...part.upperBound
      } else {
        merged.append(part)
      }
    }
    return .success(PortSet(sorted: merged))
  }
}

extension PortSet: CustomStringConvertible {
  /// The canonical text behind the colon: `*`, or `443,8443,9000-9003` in ascending order.
  public var description: String {
    if self == .all { return "*" }
    return ranges.map {
      $0.count == 1 ? String($0.lowerBound) : "\($0.lowerBound)-\($0.upperBound)"
    }.joined(separator: ",")
  }
}
