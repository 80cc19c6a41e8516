import Testing

@testable import Wire

/// What goes to an upstream proxy.
@Suite struct ConnectWriterTests {
  private func written(_ host: String, isIPv6: Bool, authorization: String, room: Int) -> String? {
    let host = Array(host.utf8)
    let authorization = Array(authorization.utf8)
    var count: Int?
    let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, used in
      buffer.initialize(repeating: 0)
      var output = buffer.mutableSpan
      count = ConnectWriter.write(
        host: host.span, isIPv6: isIPv6, port: 8443, authorization: authorization.span,
        into: &output)
      used = room
    }
    return count.map { String(decoding: bytes.prefix($0), as: UTF8.self) }
  }

  @Test("a CONNECT names the host twice, and shows credentials where there are some")
  func request() {
    #expect(
      written("a.example", isIPv6: false, authorization: "", room: 200)
        == "CONNECT a.example:8443 HTTP/1.1\r\nHost: a.example:8443\r\n\r\n")
    let whole =
      "CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n"
      + "Proxy-Authorization: Basic eA==\r\n\r\n"
    for room in 0..<200 {
      let text = written("2001:db8::1", isIPv6: true, authorization: "Basic eA==", room: room)
      #expect(text == (room < whole.utf8.count ? nil : whole))
    }
  }
}
