import Domains
import Testing
import Wire

@testable import Admin

@Suite("requests to the administration") struct AdminRequestTests {
  @Test("a whole request is read, whatever pieces it comes in")
  func whole() throws {
    let text = "POST /v1/reload?x=1 HTTP/1.1\r\nHost: sluice\r\nContent-Length: 3\r\n\r\nabc"
    let bytes = Array(text.utf8)
    for count in 0..<bytes.count {
      guard case .incomplete = AdminRequest.read(Array(bytes[..<count]), source: .user(0)) else {
        Issue.record("\(count) bytes are no whole request")
        return
      }
    }
    guard case .request(let request) = AdminRequest.read(bytes, source: .user(7)) else {
      Issue.record("not read")
      return
    }
    #expect(request.method == .post && request.path == "/v1/reload" && request.query == "x=1")
    #expect(request.body == Array("abc".utf8) && request.source == .user(7))
  }

  @Test("a request that drips in is looked at where the look before stopped")
  func drips() throws {
    let text = "POST /v1/reload HTTP/1.1\r\nHost: sluice\r\nContent-Length: 30\r\n\r\n"
    let bytes = Array((text + String(repeating: "\r\n\r\n-", count: 6)).utf8)
    var searched = 0
    var looks = 0
    var least = 0
    for count in 1...bytes.count where count >= least {
      looks += 1
      switch AdminRequest.read(Array(bytes[..<count]), from: searched, source: .user(0)) {
      case .incomplete(let place, let next): (searched, least) = (place, next)
      case .request(let request):
        #expect(count == bytes.count && request.body.count == 30)
        #expect(looks == text.utf8.count + 1)
        return
      case .refused(let response): throw Refused(status: response.status)
      }
    }
    Issue.record("never whole")
  }

  private struct Refused: Error { let status: UInt16 }

  static let refused: [(head: String, status: UInt16)] = [
    ("GET http://x/v1/status HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET /v1/%73tatus HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET /v1\\status HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("GET /v1/status HTTP/1.0\r\nHost: x\r\n\r\n", 505),
    ("GET /v1/status HTTP/1.1\r\n\r\n", 400),
    ("GET /v1/status HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
    ("GET /v1/status HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    ("GET /v1/status HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
    ("GET  /v1/status HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ("POST /v1/reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
    ("POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", 400),
    ("POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
    ("POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n", 413),
    ("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\nGET /", 400),
    (
      "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 400
    ),
    ("GET / HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\norigin: http://y\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: none\r\nSEC-FETCH-SITE: none\r\n\r\n", 400),
    ("\r\nGET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (
      "GET / HTTP/1.1\r\nHost: x\r\n" + String(repeating: "a: b\r\n", count: 64) + "\r\n", 431
    ),
    (String(repeating: "a", count: 16_384), 431),
  ]

  @Test("what could be read in two ways is refused", arguments: refused)
  func refusals(_ row: (head: String, status: UInt16)) {
    guard case .refused(let response) = AdminRequest.read(Array(row.head.utf8), source: .user(0))
    else {
      Issue.record("taken: \(row.head.prefix(80))")
      return
    }
    #expect(response.status == row.status)
  }

  @Test("what says who asks, and from which page, is read in any case")
  func who() {
    let text =
      "POST / HTTP/1.1\r\nhOsT: a:1\r\nauthorization: Bearer t\r\nORIGIN: http://a:1\r\n"
      + "sec-Fetch-site: same-origin\r\nX-Origin: http://b\r\n\r\n"
    let source = AdminSource.address(IPAddress(v4: 1))
    guard case .request(let request) = AdminRequest.read(Array(text.utf8), source: source) else {
      Issue.record("not read")
      return
    }
    #expect(request.host == "a:1" && request.authorization == "Bearer t")
    #expect(request.origin == "http://a:1" && request.fetchSite == "same-origin")
    #expect(request.source == source)
  }
}
