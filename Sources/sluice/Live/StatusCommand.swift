import Admin
import ArgumentParser
import Configuration

/// `--admin` of the commands that ask a running process.
struct AdminOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The administration socket of the running process.",
      discussion: """
        SLUICE_ADMIN. Default: /run/sluice/admin.sock for root, otherwise \
        $XDG_RUNTIME_DIR/sluice/admin.sock.
        """, valueName: "path"))
  var admin: String?

  /// Asks the process; an answer other than 200 is an error, unless it is `otherwise`.
  func ask(
    _ method: String, _ target: String, otherwise: Int? = nil, milliseconds: Int? = nil
  ) throws -> (status: Int, body: String) {
    let texts = Setting.texts(
      "--admin", admin.map { [$0] } ?? [], "SLUICE_ADMIN", separator: ",")
    guard let path = adminPath(try texts.map { try AdminPlace.parse($0) }) else {
      throw ConfigurationError(
        "--admin", "no Unix socket is named, or XDG_RUNTIME_DIR is not set",
        remedy: "name the socket of the running process")
    }
    let answer =
      try milliseconds.map { try AdminClient.ask(method, target, at: path, milliseconds: $0) }
      ?? AdminClient.ask(method, target, at: path)
    guard answer.status / 100 == 2 || answer.status == otherwise else {
      throw ConfigurationError(
        path, "the process answered \(answer.status): \(answer.body.prefix(500))",
        remedy: "see its log")
    }
    return answer
  }
}

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what the running proxy does, and by which policy.")

  @OptionGroup var option: AdminOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    do {
      let body = try option.ask("GET", "/v1/status").body
      if json {
        print(body, terminator: "")
      } else {
        print(try StatusText(body).text)
      }
    } catch {
      throw failure(error)
    }
  }
}
