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
  /// `GET`
  @inline(__always) static var get: PackedText {
    PackedText(0x0054_4547, count: 3)
  }
  /// `PUT`
  @inline(__always) static var put: PackedText {
    PackedText(0x0054_5550, count: 3)
  }
  /// `POST`
  @inline(__always) static var post: PackedText {
    PackedText(0x5453_4f50, count: 4)
  }
  /// `HEAD`
  @inline(__always) static var head: PackedText {
    PackedText(0x4441_4548, count: 4)
  }
  /// `PATCH`
  @inline(__always) static var patch: PackedText {
    PackedText(0x0048_4354_4150, count: 5)
  }
  /// `DELETE`
  @inline(__always) static var delete: PackedText {
    PackedText(0x4554_454c_4544, count: 6)
  }
  /// `CONNECT`
  @inline(__always) static var connect: PackedText {
    PackedText(0x0054_4345_4e4e_4f43, count: 7)
  }
  /// `OPTIONS`
  @inline(__always) static var options: PackedText {
    PackedText(0x0053_4e4f_4954_504f, count: 7)
  }
  /// `TRACE`
  @inline(__always) static var trace: PackedText {
    PackedText(0x0045_4341_5254, count: 5)
  }
}
