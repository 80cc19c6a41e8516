/// What epoll says of one descriptor.
@frozen @usableFromInline package struct ReadyEvent: BitwiseCopyable, Sendable {
  @usableFromInline package var token: UInt64
  @usableFromInline package var events: Events

  @inlinable package init(token: UInt64, events: Events) {
    self.token = token
    self.events = events
  }
}

/// The bits of epoll_ctl(2) that Sluice uses. Not an OptionSet: its literals make arrays where the
/// compiler does not see through them, and these are compared with every event.
@frozen @usableFromInline package struct Events: Hashable, BitwiseCopyable, Sendable {
  @usableFromInline package let rawValue: UInt32

  @inlinable package init(rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable package static var readable: Events { Events(rawValue: 0x001) }
  @inlinable package static var writable: Events { Events(rawValue: 0x004) }
  @inlinable package static var error: Events { Events(rawValue: 0x008) }
  @inlinable package static var hangUp: Events { Events(rawValue: 0x010) }
  @inlinable package static var peerClosed: Events { Events(rawValue: 0x2000) }
  @inlinable package static var edgeTriggered: Events { Events(rawValue: 1 << 31) }
  /// Of several epolls that watch one descriptor, only some are woken (epoll_ctl(2)).
  @inlinable package static var exclusive: Events { Events(rawValue: 1 << 28) }
  /// How every listener is registered: several workers may accept from one socket.
  @inlinable package static var listener: Events { .readable | .exclusive }
  /// How every connection is registered, once and for its whole life.
  @inlinable package static var connection: Events {
    .readable | .writable | .peerClosed | .edgeTriggered
  }
  /// A read would show something: bytes, an end of stream, or an error.
  @inlinable package static var anyInput: Events { .readable | .error | .hangUp | .peerClosed }
  /// The peer sends no more: an end of stream, or worse.
  @inlinable package static var anyEnd: Events { .error | .hangUp | .peerClosed }
  /// The connection is dead in both directions.
  @inlinable package static var dead: Events { .error | .hangUp }

  @inlinable package static func | (left: Events, right: Events) -> Events {
    Events(rawValue: left.rawValue | right.rawValue)
  }

  /// Whether any bit of `other` is set.
  @inlinable package func contains(_ other: Events) -> Bool { rawValue & other.rawValue != 0 }
}
