internal import Reactor

/// What may go wrong, by chance from the seed or on request. All of it is what Linux may do.
package struct Faults: Sendable {
  /// Bytes that one recv(2) or splice(2) from a socket gives at most.
  package var readBytesMax = Int.max
  /// Bytes that one send(2) or splice(2) to a socket takes at most.
  package var writeBytesMax = Int.max
  /// Bytes of each connection that arrive between two looks at epoll.
  package var segmentBytesMax = Int.max
  /// The two limits above are drawn anew for each call, from 1 up.
  package var cutsAtRandom = false
  /// Chance in a hundred that a recv(2) or send(2) that could go on says EAGAIN.
  package var againPercent = 0
  /// Chance in a hundred that any call fails that can.
  package var failPercent = 0
  /// Open descriptors beyond which a new one is EMFILE.
  package var descriptorLimit = Int.max
  /// The one call, counted from 1 at ``World/callCount`` 0, that fails.
  package var failingCall = 0
  /// Which of a call's errors the failing call gives.
  package var failingVariant = 0

  package init() {}
}

/// A system call, for the counter of faults and for messages.
package enum Call: String, Sendable {
  case epollCreate, epollAdd, epollModify, epollDelete, epollWait
  case socket, bind, listen, accept, connect, localAddress, socketError, shutdown, close
  case setOption, receive, send, pipe, splice, event

  /// The errors that are tried; none: the call cannot fail on a sound descriptor.
  var errors: [Int32] {
    switch self {
    case .epollAdd: [Errno.nomem, 28]
    case .socket: [Errno.mfile, Errno.nobufs]
    case .accept: [Errno.connectionAborted, Errno.mfile, Errno.nobufs]
    case .connect: [Errno.networkUnreachable, Errno.addressNotAvailable]
    case .receive, .send, .splice: [Errno.connectionReset, Errno.nobufs]
    case .pipe, .event: [Errno.mfile, Errno.nfile]
    case .setOption, .shutdown: [Errno.invalid]
    case .epollCreate, .epollModify, .epollDelete, .epollWait, .bind, .listen, .localAddress,
      .socketError, .close:
      []
    }
  }
}
