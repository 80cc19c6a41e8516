import Configuration
import Testing

@Suite("where the administration is reached") struct AdminPlaceTests {
  @Test(
    "a place is a path, an address with a port, or none",
    arguments: [
      ("none", "none"), ("/run/sluice/admin.sock", "/run/sluice/admin.sock"),
      ("unix:/run/a.sock", "/run/a.sock"), ("admin.sock", "admin.sock"),
      ("127.0.0.1:9090", "127.0.0.1:9090"), ("[::1]:9090", "[::1]:9090"), ("./a:b", "./a:b"),
    ])
  func places(_ text: String, _ shown: String) throws {
    #expect(try AdminPlace.parse(SettingText("--admin", text)).description == shown)
  }

  @Test(
    "what is neither is refused",
    arguments: [":9090", "localhost:9090", "127.0.0.1:0", "[::1]", "", "unix:", "::1:80"])
  func broken(_ text: String) {
    #expect(throws: ConfigurationError.self) {
      try AdminPlace.parse(SettingText("--admin", text))
    }
  }

  @Test("places that do not go together are refused")
  func together() throws {
    func check(_ texts: [String]) throws {
      var settings = Settings()
      settings.allowlists = []
      settings.admin = try texts.map { try AdminPlace.parse(SettingText("--admin", $0)) }
      try settings.validate()
    }
    try check(["/a.sock", "127.0.0.1:1", "[::1]:1"])
    for texts in [
      ["none", "/a"], ["/a", "/b"], ["127.0.0.1:1", "127.0.0.1:1"], ["127.0.0.1:3128"],
      (1...5).map { "127.0.0.1:\($0)" },
    ] {
      #expect(throws: ConfigurationError.self, "\(texts)") { try check(texts) }
    }
  }
}
