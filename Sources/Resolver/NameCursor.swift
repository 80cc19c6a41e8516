/// Walks the labels of one name in a DNS message, through compression pointers (RFC 1035 §4.1.4).
/// A pointer must lead to before the place where the labels read last began, so that every walk ends.
struct NameCursor {
  enum Step {
    /// A label of `length` bytes at `start`.
    case label(start: Int, length: Int)
    case root
    case malformed
  }

  private static let headerLength = 12
  /// RFC 1035 §2.3.4: 255 bytes with the root label's length byte.
  private static let lengthWithoutRoot = 254

  private var at: Int
  private var segment: Int
  private var length = 0

  init(at start: Int) {
    at = start
    segment = start
  }

  mutating func next(_ message: Span<UInt8>) -> Step {
    while true {
      guard at < message.count else { return .malformed }
      let first = Int(message[at])
      switch first >> 6 {
      case 0:
        if first == 0 { return .root }
        let start = at + 1
        length += first + 1
        guard length <= Self.lengthWithoutRoot, start + first <= message.count else {
          return .malformed
        }
        at = start + first
        return .label(start: start, length: first)
      case 3:
        guard at + 1 < message.count else { return .malformed }
        let target = (first & 0x3f) << 8 | Int(message[at + 1])
        guard target >= Self.headerLength, target < segment else { return .malformed }
        segment = target
        at = target
      default:
        // 01 and 10 are reserved.
        return .malformed
      }
    }
  }

  /// Where the bytes after the name at `start` begin; `nil`: it runs out of the message. What a
  /// pointer leads to is not looked at.
  static func end(_ message: Span<UInt8>, at start: Int) -> Int? {
    var at = start
    while at < message.count {
      let first = Int(message[at])
      switch first >> 6 {
      case 0:
        at += first + 1
        if first == 0 { return at }
        if at - start > lengthWithoutRoot { return nil }
      case 3:
        return at + 2 <= message.count ? at + 2 : nil
      default:
        return nil
      }
    }
    return nil
  }

  /// Whether two names of the message are one, ASCII case aside; `nil`: one of them is malformed.
  static func same(_ message: Span<UInt8>, _ left: Int, _ right: Int) -> Bool? {
    if left == right { return true }
    var a = NameCursor(at: left)
    var b = NameCursor(at: right)
    while true {
      switch (a.next(message), b.next(message)) {
      case (.malformed, _), (_, .malformed):
        return nil
      case (.root, .root):
        return true
      case (.label(let i, let count), .label(let j, let other)):
        guard count == other else { return false }
        for offset in 0..<count
        where lowerCase(message[i + offset]) != lowerCase(message[j + offset]) {
          return false
        }
      case (.root, .label), (.label, .root):
        return false
      }
    }
  }

  /// Whether the name at `start` is `text`: canonical, without a trailing dot.
  static func matches(_ message: Span<UInt8>, at start: Int, text: Span<UInt8>) -> Bool {
    var cursor = NameCursor(at: start)
    var position = 0
    while true {
      switch cursor.next(message) {
      case .malformed:
        return false
      case .root:
        // One dot too many has been counted after the last label.
        return text.count > 0 && position == text.count + 1
      case .label(let label, let length):
        guard position + length <= text.count else { return false }
        for offset in 0..<length {
          let byte = message[label + offset]
          // A dot inside a label is not the dot between two.
          guard byte != 0x2e, lowerCase(byte) == text[position + offset] else { return false }
        }
        position += length
        guard position == text.count || text[position] == 0x2e else { return false }
        position += 1
      }
    }
  }

  private static func lowerCase(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }
}
