import Configuration
import Foundation
import Testing

@Suite("docs/configuration.md") struct ConfigurationDocumentTests {
  private func page() throws -> String {
    var folder = URL(filePath: #filePath)
    for _ in 0..<4 { folder.deleteLastPathComponent() }
    return try String(contentsOf: folder.appending(path: "docs/configuration.md"), encoding: .utf8)
  }

  @Test("has the reference that the program prints")
  func reference() throws {
    let start = "## Reference\n"
    let text = try page()
    let place = try #require(text.range(of: start))
    let hasReference = text[place.upperBound...].hasSuffix("\n\n" + ConfigurationReference.markdown)
    #expect(
      hasReference, "put the output of `sluice config schema --markdown` behind the last heading")
  }

  @Test("has examples, each of which the program takes")
  func examples() throws {
    let parts = try page().components(separatedBy: "```yaml\n").dropFirst()
    #expect(parts.count >= 4)
    for part in parts {
      let text = part.components(separatedBy: "```")[0]
      let folder = try TemporaryFolder()
      let path = try folder.write(text, to: "sluice.yaml")
      _ = try folder.write(
        "sluice-allowlist 1\nname: team\nversion: 1\n\na.com\n", to: "team.allow")
      let file = try ConfigurationFile.read(path: path)
      #expect(file.listComplaints(file: path) == nil)
      let snapshot = try file.settings(file: path).makeSnapshot(generation: 1)
      #expect(!snapshot.environments.isEmpty)
    }
  }

  @Test("the schema is JSON and has every key of the reference")
  func schema() throws {
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(ConfigurationSchema.json.utf8))
        as? [String: Any])
    let properties = try #require(object["properties"] as? [String: Any])
    for key in ["listeners", "environments", "floor", "audit", "limits", "timeouts", "workers"] {
      #expect(properties[key] != nil, "\(key)")
    }
    #expect(object["additionalProperties"] as? Bool == false)
  }
}
