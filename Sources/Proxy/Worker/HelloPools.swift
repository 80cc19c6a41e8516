internal import Reactor
internal import Wire

/// What a worker keeps for tunnels whose first bytes are being judged.
struct HelloPools: ~Copyable {
  /// The longest hello, and what one read may have brought behind it.
  private static var longBytes: Int { ClientHelloReader.maximumLength + (1 << 15) }

  var records: Slab<Hello>
  /// The server name of each record's hello, as it came.
  let names: ByteBuffer
  /// Hellos that do not fit into the buffer of a head.
  var long: BufferPool

  init(limits: Limits, connections: Int) {
    let count = min(limits.hellos, connections)
    records = Slab(capacity: count)
    names = ByteBuffer(count: count * 256)
    long = BufferPool(buffers: min(limits.longHellos, count), stride: Self.longBytes)
  }
}
