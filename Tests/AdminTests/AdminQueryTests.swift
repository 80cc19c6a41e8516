import Testing
import Wire

@testable import Admin

@Suite("paths and queries of the administration") struct AdminQueryTests {
  @Test("a query is read strictly: what does not count is refused, not passed over")
  func query() throws {
    let known = ["host", "limit", "all"]
    let query = try AdminQuery("host=a.example&limit=7&all=true", known: known)
    #expect(query["host"] == "a.example")
    #expect(try query.number("limit", in: 1...10, standard: 3) == 7)
    #expect(try query.flag("all"))
    #expect(try AdminQuery("", known: known).number("limit", in: 1...10, standard: 3) == 3)
    #expect(try AdminQuery("host=fd00%3a%3A1%2f64", known: known)["host"] == "fd00::1/64")
    for broken in [
      "hots=a", "host", "host=", "host=a&host=b", "host=a&", "&", "=a", "host=%", "host=%0a",
      "host=%zz", "host=%00", "host=%ff", "HOST=a",
    ] {
      #expect(throws: AdminQuery.Refusal.self, "\(broken)") {
        try AdminQuery(broken, known: known)
      }
    }
    for broken in ["0", "11", "+1", "-1", "1.0", "01x", "9999999999"] {
      let query = try AdminQuery("limit=\(broken)", known: known)
      #expect(throws: AdminQuery.Refusal.self, "\(broken)") {
        try query.number("limit", in: 1...10, standard: 3)
      }
    }
    #expect(throws: AdminQuery.Refusal.self) { try AdminQuery("all=1", known: known).flag("all") }
  }

  @Test("a path is a route's only if it is the same part by part")
  func paths() {
    let route = AdminRoute(method: .get, path: "/v1/environments/{name}", summary: "") { _ in }
    #expect(route.parts(of: "/v1/environments/vm-7") == ["vm-7"])
    #expect(route.parts(of: "/v1/environments/..") == [".."])
    for other in [
      "/v1/environments", "/v1/environments/", "/v1/environments/a/b", "/v1//environments/a",
      "//v1/environments/a", "/v1/environments/a/", "/V1/environments/a",
      "/v1/x/../environments/a", "",
    ] {
      #expect(route.parts(of: other) == nil, "\(other)")
    }
  }
}
