import ArgumentParser
import Configuration

struct ConfigSchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of the configuration file, for editors.",
    discussion: """
      An editor with a YAML language server takes it from a first line such as

        # yaml-language-server: $schema=sluice.schema.json
      """)

  @Flag(help: "Print the reference of docs/configuration.md instead.")
  var markdown = false

  func run() throws {
    print(
      markdown ? ConfigurationReference.markdown : ConfigurationSchema.json, terminator: "")
  }
}
