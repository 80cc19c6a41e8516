import Domains
import Testing

@testable import Review

@Suite("Places of strangers")
struct TenantHostTests {
  @Test("every place of the table is a name, stands there once, and has its reason")
  func table() throws {
    #expect(TenantHost.all.count > 200)
    #expect(Set(TenantHost.all.map(\.example)).count == TenantHost.all.count)
    for place in TenantHost.all {
      let name = try Hostname(place.example)
      #expect(name.text == place.example && !place.reason.isEmpty)
      #expect(place.example.split(separator: ".").count >= 2, "\(place.example)")
    }
  }

  @Test("a wildcard on a place of the table, or on any domain above one, is found")
  func found() {
    for place in TenantHost.all {
      var labels = place.example.split(separator: ".")
      while labels.count >= 2 {
        let name = labels.joined(separator: ".")
        let codes = Linted.codes(["+.\(name)"])
        #expect(codes == ["1 multi-tenant"] || codes == ["1 public-suffix"], "\(name): \(codes)")
        #expect(Linted.suffixes.hasStrangers(below: name), "\(name)")
        labels.removeFirst()
      }
    }
  }

  @Test("a label of the table that may be any is any, and only one")
  func regions() {
    #expect(TenantHost.host(at: "s3.eu-north-1.amazonaws.com") != nil)
    #expect(TenantHost.host(at: "s3.a.b.amazonaws.com") == nil)
    #expect(TenantHost.host(at: "bucket.s3.eu-north-1.amazonaws.com") == nil)
    #expect(TenantHost.hosts(below: "eu-north-1.amazonaws.com").contains { $0.front == ["s3"] })
    let below = TenantHost.hosts(below: "eu-north-1.amazonaws.com").map {
      $0.host.place(below: "eu-north-1.amazonaws.com")
    }
    #expect(below.contains("s3.eu-north-1.amazonaws.com"))
    #expect(TenantHost.hosts(below: "github.com").isEmpty)
    #expect(TenantHost.hosts(below: "com").isEmpty)
  }
}
