import ArgumentParser
import Configuration

struct ConfigShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print every setting that would be in force, and where each comes from.",
    discussion: """
      What is printed is a configuration file that says the same, with nothing left to defaults, \
      bases, flags or variables; the comment behind a value says where it comes from. Takes the \
      flags of `sluice run`.

        sluice config show
        sluice config show sluice.yaml --access none
        sluice config show sluice.yaml --json

      Exit code: 0 done, 2 an error.
      """)

  @Argument(
    help: ArgumentHelp("The configuration file; as --config, and wins over it.", valueName: "file"))
  var file: String?

  @OptionGroup var options: RunOptions

  @Flag(help: "Print one JSON object: the settings, and the origin of each by its path.")
  var json = false

  func run() throws {
    do {
      let loaded = try options.load(file: file)
      let complete = loaded.configuration.resolved()
      print(json ? complete.json : complete.yaml(file: loaded.file), terminator: "")
    } catch {
      throw failure(error)
    }
  }
}
