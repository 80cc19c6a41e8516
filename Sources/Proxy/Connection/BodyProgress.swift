internal import Reactor
internal import Wire

/// How far a message body has been read, by its framing (RFC 9112 §6). Pure: bytes in, body bytes out.
struct BodyProgress: BitwiseCopyable {
  enum Framing: BitwiseCopyable {
    case none
    case length(remaining: UInt64)
    case chunked(ChunkedDecoder)
    case untilClose
  }

  /// What one piece of input held.
  enum Step: Equatable {
    /// Body bytes, now at the start of the output; all input used.
    case more(bodyBytes: Int)
    /// The last body bytes; input from `used` on belongs to the next message.
    case end(bodyBytes: Int, used: Int)
    case invalid(RefusalDetail)
  }

  var framing: Framing
  var isEnded: Bool
  /// Where trailer fields are kept that may go on; nil: they are dropped.
  var trailers: KeptTrailers?

  init(_ request: BodyFraming) {
    switch request {
    case .none: self.init(framing: .none)
    case .length(let count): self.init(framing: .length(remaining: count))
    case .chunked: self.init(framing: .chunked(ChunkedDecoder()))
    }
  }

  init(response: ResponseFraming) {
    switch response {
    case .none: self.init(framing: .none)
    case .length(let count): self.init(framing: .length(remaining: count))
    case .chunked: self.init(framing: .chunked(ChunkedDecoder()))
    case .untilClose: self.init(framing: .untilClose)
    }
  }

  private init(framing: Framing) {
    self.framing = framing
    switch framing {
    case .none, .length(remaining: 0): isEnded = true
    default: isEnded = false
    }
  }

  /// The end of the connection is the end of the body.
  var endsAtClose: Bool {
    if case .untilClose = framing { return true }
    return false
  }

  /// Bytes that may be read without taking any of the next message.
  var readable: Int {
    if case .length(let remaining) = framing { return Int(min(remaining, 1 << 30)) }
    return Int.max
  }

  /// Takes `count` bytes at `offset` of `input` and writes the body bytes among them to `output` at
  /// `target`, and trailer lines that are wanted to their place in `trailerMemory`. The output must have
  /// room for `count` bytes.
  mutating func take(
    _ input: borrowing ByteBuffer, _ offset: Int, _ count: Int, into output: borrowing ByteBuffer,
    at target: Int, trailers trailerMemory: borrowing ByteBuffer
  ) -> Step {
    switch framing {
    case .none:
      return .end(bodyBytes: 0, used: 0)
    case .untilClose:
      output.write(input.span(offset, count), at: target)
      return .more(bodyBytes: count)
    case .length(let remaining):
      let taken = Int(min(remaining, UInt64(count)))
      output.write(input.span(offset, taken), at: target)
      framing = .length(remaining: remaining - UInt64(taken))
      if remaining == UInt64(taken) {
        isEnded = true
        return .end(bodyBytes: taken, used: taken)
      }
      return .more(bodyBytes: taken)
    case .chunked(var decoder):
      var at = 0
      var written = 0
      while true {
        switch decoder.next(input.span(offset, count), from: at) {
        case .needMore:
          framing = .chunked(decoder)
          return .more(bodyBytes: written)
        case .data(let range):
          let length = Int(range.end - range.start)
          output.write(input.span(offset + Int(range.start), length), at: target + written)
          written += length
          at = Int(range.end)
        case .trailer(let range):
          let length = Int(range.end - range.start)
          if let kept = trailers {
            // The decoder lets no more pass than there is room for.
            trailerMemory.write(
              input.span(offset + Int(range.start), length), at: kept.section + kept.sectionCount)
            trailers?.sectionCount += length
          }
          at = Int(range.end)
        case .end(let used):
          framing = .chunked(decoder)
          isEnded = true
          return .end(bodyBytes: written, used: used)
        case .invalid(let detail):
          return .invalid(detail)
        }
      }
    }
  }
}
