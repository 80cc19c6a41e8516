internal import Reactor
internal import Wire

// Trailer fields of chunked messages that go on to the other side: few messages announce any, so those that
// do borrow a buffer for them, and when none is left they are dropped, which RFC 9112 §7.1.2 allows.
extension Worker {
  /// Makes room for the trailer fields that the request announces.
  mutating func keepRequestTrailers(_ index: Int, _ exchange: Int) {
    let head = exchanges[exchange].head
    guard head.framing == .chunked, head.announcesTrailers,
      exchanges[exchange].requestBody.trailers == nil, let buffer = trailers.take()
    else { return }
    let place = trailers.offset(buffer)
    let slot = Int(connections[index].heldHead) - 1
    let count = announceTrailers(
      head, heads.memory, heads.offset(slot), into: trailers.memory, at: place)
    guard count > 0 else { return trailers.giveBack(buffer) }
    exchanges[exchange].requestBody.trailers = KeptTrailers(place: place, announcedCount: count)
  }

  /// Makes room for those that the response's head at `start` of the scratch buffer announces, if the client
  /// takes any (RFC 9110 §6.5.1) and gets its body in chunks.
  mutating func keepResponseTrailers(
    _ index: Int, _ exchange: Int, _ head: ResponseHead, at start: Int
  ) {
    guard head.announcesTrailers, exchanges[exchange].head.acceptsTrailers,
      exchanges[exchange].sendsChunked, head.framing == .chunked, let buffer = trailers.take()
    else { return }
    let place = trailers.offset(buffer)
    let count = announceTrailers(
      head, pools.scratch, start, own: snapshot.responseFields(of: environment(index)),
      into: trailers.memory, at: place)
    guard count > 0 else { return trailers.giveBack(buffer) }
    exchanges[exchange].responseBody.trailers = KeptTrailers(place: place, announcedCount: count)
  }

  /// The value of the `Trailer` field to write; empty: none.
  @_lifetime(borrow self)
  borrowing func announcement(_ kept: KeptTrailers?) -> Span<UInt8> {
    trailers.memory.span(kept?.place ?? 0, kept?.announcedCount ?? 0)
  }

  /// Writes the end of a chunked body to the output buffer at `end`, with the trailer fields that go on;
  /// returns where it ends, or what is wrong with them.
  func endChunks(at end: Int, _ kept: KeptTrailers?) -> ChunksEnd {
    guard let kept, kept.sectionCount > 0 else {
      return .written(end + out.write(ChunkHeader.last, at: end))
    }
    var at = end + out.write(ChunkHeader.lastSize, at: end)
    switch writeTrailers(kept, trailers.memory, into: out, at: at) {
    case .length(let length): at += length
    case .refused(let detail): return .malformed(detail)
    }
    return .written(at + out.write(ChunkHeader.lineEnd, at: at))
  }

  /// Gives back what the bodies of an exchange have borrowed.
  mutating func releaseTrailers(_ exchange: Int) {
    if let kept = exchanges[exchange].requestBody.trailers {
      trailers.giveBack(kept.place / trailers.stride)
    }
    if let kept = exchanges[exchange].responseBody.trailers {
      trailers.giveBack(kept.place / trailers.stride)
    }
  }
}

/// What ``Worker/endChunks(at:_:)`` did.
enum ChunksEnd {
  /// Up to here.
  case written(Int)
  case malformed(RefusalDetail)
}
