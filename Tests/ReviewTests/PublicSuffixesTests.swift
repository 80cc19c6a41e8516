import Review
import Testing

@Suite("Public suffixes")
struct PublicSuffixesTests {
  let suffixes = PublicSuffixes()

  @Test(
    "a registry's suffix is public, and not private",
    arguments: ["com", "co.uk", "org", "ck", "anything.ck", "xn--55qx5d.cn"])
  func registry(_ name: String) {
    #expect(suffixes.isPublicSuffix(name))
    #expect(suffixes.isListedSuffix(name))
    #expect(!suffixes.isPrivateSuffix(name))
    #expect(suffixes.registrableDomain(of: name) == nil)
  }

  @Test(
    "a host of many tenants is public and private",
    arguments: ["github.io", "s3.amazonaws.com", "cloudfront.net", "herokuapp.com", "pages.dev"])
  func tenants(_ name: String) {
    #expect(suffixes.isPublicSuffix(name))
    #expect(suffixes.isPrivateSuffix(name))
    #expect(suffixes.registrableDomain(of: "a.b.\(name)") == "b.\(name)")
  }

  @Test(
    "what one party registered is no suffix",
    arguments: ["github.com", "www.ck", "example.co.uk", "corp.internal", "amazonaws.com"])
  func registered(_ name: String) {
    #expect(!suffixes.isPublicSuffix(name))
    #expect(!suffixes.isPrivateSuffix(name))
    #expect(suffixes.registrableDomain(of: "x.y.\(name)") == name)
    #expect(suffixes.registrableDomain(of: name) == name)
  }

  @Test("an unknown top-level label is a suffix that the list does not have")
  func unknown() {
    #expect(suffixes.isPublicSuffix("internal"))
    #expect(!suffixes.isListedSuffix("internal"))
    #expect(!suffixes.isPrivateSuffix("internal"))
  }

  @Test(
    "what is no name is nothing",
    arguments: ["", "com\0", "\0", String(repeating: "a.", count: 150) + "com"])
  func noName(_ text: String) {
    #expect(!suffixes.isPublicSuffix(text))
    #expect(!suffixes.isPrivateSuffix(text))
    #expect(suffixes.registrableDomain(of: text) == nil)
  }
}
