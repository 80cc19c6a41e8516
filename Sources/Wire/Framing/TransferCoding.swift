/// The value of `Transfer-Encoding`: `chunked` alone, in any case, is the one we take.
enum TransferCoding {
  /// Nil for `chunked`. A list of codings that ends in one `chunked`, or one coding that is not
  /// `chunked`, is well formed and unknown to us; the rest is malformed.
  static func fault(_ value: ByteRange, in bytes: Span<UInt8>) -> RefusalDetail? {
    let whole = value.span(in: bytes)
    if PackedText.lowercased(whole) == .chunked { return nil }
    var codings = 0
    var chunkedAt = 0
    var elements = ListElements(value)
    while let element = elements.next(in: bytes) {
      let coding = element.span(in: bytes)
      for i in coding.indices where !coding[i].isToken { return .transferEncodingMalformed }
      codings &+= 1
      if PackedText.lowercased(coding) == .chunked {
        guard chunkedAt == 0 else { return .transferEncodingMalformed }
        chunkedAt = codings
      }
    }
    // `chunked` first and others after it hides where the body ends; `chunked` alone with a comma
    // beside it is a disguise.
    guard codings > 0, chunkedAt == 0 || (chunkedAt == codings && codings > 1) else {
      return .transferEncodingMalformed
    }
    return .transferEncodingUnknown
  }
}

extension PackedText {
  /// `chunked`
  @inline(__always) static var chunked: PackedText {
    PackedText(0x0064_656b_6e75_6863, count: 7)
  }
}
