internal import Domains

/// One connection to an upstream that may serve more than one request.
struct PooledUpstream: BitwiseCopyable {
  /// The address that the guard passed and that was dialled.
  var address: IPAddress
  /// When it was dialled, and when its last response had ended; monotonic nanoseconds.
  var opened: UInt64
  var idleSince: UInt64 = 0

  var fd: Int32 = -1
  /// Of the record, 24 bits: part of the token, so that an event for an earlier user of it is known.
  var generation: UInt32 = 0
  /// Number + 1 of the host; 0: the record is free.
  var host: UInt32 = 0
  /// Number + 1 of the client connection that uses it; 0: it is idle.
  var owner: UInt32 = 0
  /// Number + 1 of its neighbours among all idle connections, and among those of its host.
  var newer: UInt32 = 0
  var older: UInt32 = 0
  var newerOfHost: UInt32 = 0
  var olderOfHost: UInt32 = 0

  init(address: IPAddress, opened: UInt64) {
    self.address = address
    self.opened = opened
  }
}

/// What the connections to one authority have in common.
struct PooledHost: BitwiseCopyable {
  var key: UpstreamPool.Key
  var hash: UInt32
  var nameLength: UInt8
  /// Number + 1 of the next host of the bucket.
  var nextInBucket: UInt32
  /// Number + 1 of the idle connection that was used last.
  var newest: UInt32 = 0
  var idleCount: UInt32 = 0
  /// Connections, in use and idle.
  var connections: UInt32 = 0

  init(key: UpstreamPool.Key, hash: UInt32, nameLength: UInt8, nextInBucket: UInt32) {
    self.key = key
    self.hash = hash
    self.nameLength = nameLength
    self.nextInBucket = nextInBucket
  }
}
