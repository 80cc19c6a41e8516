/// The method of a request (RFC 9110 §9), as far as it changes what we do. Names are case-sensitive:
/// `get` is ``other``. TRACE has no case: it is refused when it is parsed.
package enum Method: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case connect, get, head, post, put, delete, options, patch, other

  /// Longer names are answered 501 (RFC 9112 §3).
  static var maximumLength: Int { 32 }

  init(_ name: PackedText) {
    switch name.count {
    case 3:
      self = name == .get ? .get : name == .put ? .put : .other
    case 4:
      self = name == .post ? .post : name == .head ? .head : .other
    case 5:
      self = name == .patch ? .patch : .other
    case 6:
      self = name == .delete ? .delete : .other
    case 7:
      self = name == .connect ? .connect : name == .options ? .options : .other
    default:
      self = .other
    }
  }
}

extension PackedText {
  static let get = PackedText("GET")
  static let put = PackedText("PUT")
  static let post = PackedText("POST")
  static let head = PackedText("HEAD")
  static let patch = PackedText("PATCH")
  static let delete = PackedText("DELETE")
  static let connect = PackedText("CONNECT")
  static let options = PackedText("OPTIONS")
  static let trace = PackedText("TRACE")
}
