import Admin
import ArgumentParser
import Configuration

struct ReloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload",
    abstract: "Have the running proxy read its configuration and lists again.",
    discussion: """
      Waits for the result. Exit 0: the new configuration is in force. Exit 1: it was refused, nothing \
      has changed, and the reason is printed.
      """)

  @OptionGroup var option: AdminOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    var isDone = false
    do {
      let answer = try option.ask("POST", "/v1/reload", otherwise: 422)
      isDone = answer.status == 200
      if json {
        print(answer.body, terminator: "")
      } else {
        let value = try StatusText.parse(answer.body)
        let generation = value["generation"]?.number ?? 0
        if isDone {
          let rest = value["restart_needed"]?.list.compactMap(\.text) ?? []
          print("generation \(generation) is in force")
          if !rest.isEmpty { print("restart needed for: \(rest.joined(separator: ", "))") }
        } else {
          printError("sluice: not taken up, generation \(generation) goes on")
          printError(value["error"]?.text ?? answer.body)
        }
      }
    } catch {
      throw failure(error)
    }
    if !isDone { throw ExitCode(1) }
  }
}
