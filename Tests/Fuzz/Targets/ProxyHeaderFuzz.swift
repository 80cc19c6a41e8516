import Domains
import Wire

/// However a PROXY header is cut, the parser says the same of it; what is accepted ends within the bytes,
/// and no client is an IPv4 address in IPv6 form.
enum ProxyHeaderFuzz {
  static func complaint(about input: Span<UInt8>) -> String? {
    let whole = ProxyHeader.parse(input)
    var step = ProxyHeader.Step.incomplete
    var count = 0
    while step == .incomplete, count <= min(input.count, ProxyHeader.lengthMax) {
      step = ProxyHeader.parse(input.extracting(0..<count))
      count += 1
    }
    if step != whole { return "the pieces make a difference" }
    guard case .complete(let header) = whole else { return nil }
    guard header.length == count - 1, header.length <= ProxyHeader.lengthMax else {
      return "an end that is not where it was found"
    }
    if case .client(let address, port: _) = header.source, address.family == .v6,
      address.high == 0, address.low >> 32 == 0xFFFF
    {
      return "an IPv4 client in IPv6 form"
    }
    return nil
  }
}
