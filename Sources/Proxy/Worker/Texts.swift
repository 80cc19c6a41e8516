internal import Reactor
internal import Wire

/// Constant texts, in memory that can be sent and put into records without a copy of our own.
struct Texts: ~Copyable {
  struct Place: BitwiseCopyable {
    let offset: Int
    let count: Int
  }

  let memory = ByteBuffer(count: 4096)
  let established: Place
  /// The date of now, to the second or two.
  let date: Place
  /// TLS alerts in the clear (RFC 8446 §6): fatal, access_denied and decode_error.
  let accessDenied: Place
  let decodeError: Place
  let listener: Place
  let pseudonym: Place
  private let methods: InlineArray<9, Place>

  init(pseudonym: String) {
    var end = 0
    func put(_ text: StaticString, _ memory: borrowing ByteBuffer) -> Place {
      let place = Place(offset: end, count: memory.write(text, at: end))
      end += place.count
      return place
    }
    established = put("HTTP/1.1 200 Connection Established\r\n\r\n", memory)
    date = Place(offset: end, count: HTTPDate.length)
    end += HTTPDate.length
    accessDenied = put("\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{31}", memory)
    decodeError = put("\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{32}", memory)
    listener = put("proxy", memory)
    let connect = put("CONNECT", memory)
    let get = put("GET", memory)
    let head = put("HEAD", memory)
    let post = put("POST", memory)
    let putMethod = put("PUT", memory)
    let delete = put("DELETE", memory)
    let options = put("OPTIONS", memory)
    let patch = put("PATCH", memory)
    let other = put("OTHER", memory)
    methods = [connect, get, head, post, putMethod, delete, options, patch, other]
    memory.write(Array(pseudonym.utf8).span, at: end)
    self.pseudonym = Place(offset: end, count: pseudonym.utf8.count)
  }

  /// Keeps the date that responses get which have none.
  func setDate(unixSeconds: Int64) {
    var target = memory.mutableSpan(date.offset, date.count)
    HTTPDate.write(unixSeconds: unixSeconds, into: &target)
  }

  /// The name of a method as audit records show it.
  func method(_ method: Method) -> Place {
    switch method {
    case .connect: methods[0]
    case .get: methods[1]
    case .head: methods[2]
    case .post: methods[3]
    case .put: methods[4]
    case .delete: methods[5]
    case .options: methods[6]
    case .patch: methods[7]
    case .other: methods[8]
    }
  }

  @_lifetime(borrow self)
  @inline(__always) borrowing func span(_ place: Place) -> Span<UInt8> {
    memory.span(place.offset, place.count)
  }
}
