/// How the allowed requests of an environment are carried out: what its operator set beside what it may
/// reach. A snapshot holds each distinct treatment once, whatever the number of environments is that
/// share it, and a worker reads it without a lock, an allocation or a reference count.
package struct Treatment: Hashable, Sendable, BitwiseCopyable {
  package var timeLimits = TimeLimits()
  /// Client connections at once, over all workers; 0: as many as the process has.
  package var connectionsMax: UInt32 = 0
  /// Bytes a second from clients and to them, over all workers.
  package var upload = Bandwidth.unlimited
  package var download = Bandwidth.unlimited
  /// The same of each client address.
  package var clientUpload = Bandwidth.unlimited
  package var clientDownload = Bandwidth.unlimited
  /// What plain HTTP requests tell an origin of their client.
  package var forwardedField = ForwardedField.off

  /// The defaults of the process in everything.
  package init() {}

  /// Whether any bandwidth is limited.
  @inline(__always) package var isPaced: Bool {
    upload.isLimited || download.isLimited || clientUpload.isLimited || clientDownload.isLimited
  }
}

/// Times that an environment sets itself, in nanoseconds; 0: the process's own holds. `docs/limits.md`
/// says what each bounds.
package struct TimeLimits: Hashable, Sendable, BitwiseCopyable {
  /// A tunnel with no byte either way.
  package var idle: UInt64 = 0
  /// A tunnel, from its request on, whatever moves in it.
  package var lifetime: UInt64 = 0
  /// A tunnel with one direction ended and no byte the other way.
  package var halfClose: UInt64 = 0
  /// All connection attempts of one request together.
  package var connect: UInt64 = 0
  /// A peer that takes none of the bytes that wait for it.
  package var write: UInt64 = 0
  /// From the request sent to the response's head.
  package var response: UInt64 = 0
  /// A body with no byte moved.
  package var body: UInt64 = 0
  /// A client connection with no request on it.
  package var keepAlive: UInt64 = 0

  /// The process's own in everything.
  package init() {}
}

extension PolicySnapshot {
  /// The treatment of an environment; of ``noEnvironment`` the defaults of the process.
  @inline(__always)
  package func treatment(of environment: Int) -> Treatment {
    treatments[environment == Self.noEnvironment ? 0 : Int(rows[environment].treatment)]
  }

  /// Distinct treatments, the defaults of the process among them.
  package var treatmentCount: Int { treatments.count }
}
