internal import Domains

/// The addresses of one request that the guard passed and that are still to be tried, in order.
/// Made only when there is more than one.
struct Dial: BitwiseCopyable {
  static var capacity: Int { 8 }

  /// Where the older of two racing attempts connects to.
  var racing = IPAddress(v4: 0)
  private var addresses: InlineArray<8, IPAddress>
  private var count = 0
  private var next = 0

  init() { addresses = .init(repeating: IPAddress(v4: 0)) }

  /// Adds an address; those beyond the eighth are left out.
  mutating func append(_ address: IPAddress) {
    guard count < Self.capacity else { return }
    addresses[count] = address
    count += 1
  }

  var hasNext: Bool { next < count }

  /// The next address to try.
  mutating func takeNext() -> IPAddress? {
    guard next < count else { return nil }
    next += 1
    return addresses[next - 1]
  }
}
