import CEndToEnd
import Foundation

/// A process that a test started: its output goes to two files, it inherits no descriptor but the
/// standard three, and it is killed, by its own process id, when the test lets go of it.
final class Child: @unchecked Sendable {
  enum End: Equatable, CustomStringConvertible {
    case exit(Int32)
    case signal(Int32)

    var description: String {
      switch self {
      case .exit(let code): "exit \(code)"
      case .signal(let number): "signal \(number)"
      }
    }
  }

  let pid: pid_t
  let name: String
  private let folder: TemporaryFolder
  private var end: End?

  var standardOutput: String { textOfFile(folder.path("stdout")) }
  var standardError: String { textOfFile(folder.path("stderr")) }

  /// - Parameters:
  ///   - command: the program (looked up in a fixed PATH) and its arguments.
  ///   - environment: all that the program gets besides PATH, HOME and LC_ALL: nothing of the
  ///     proxy settings of whoever runs the tests comes through.
  init(
    _ command: [String], environment: [String: String] = [:], workingFolder: String? = nil
  ) throws {
    folder = try TemporaryFolder()
    name = (command[0] as NSString).lastPathComponent
    let program = try Tool.path(command[0])

    var variables = ["PATH": Tool.searchPath, "HOME": folder.path, "LC_ALL": "C.UTF-8"]
    variables.merge(environment) { $1 }
    var arguments = ([program] + command.dropFirst()).map { strdup($0) } + [nil]
    var words = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer {
      for word in arguments + words { free(word) }
    }
    var child: pid_t = 0
    let failure = e2e_spawn(
      &child, program, &arguments, &words, workingFolder ?? folder.path, folder.path("stdout"),
      folder.path("stderr"))
    guard failure == 0 else {
      throw TroubleError("cannot start \(program): \(String(cString: strerror(failure)))")
    }
    pid = child
  }

  deinit {
    if poll() == nil {
      kill(pid, SIGKILL)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
    }
  }

  /// How it ended, nil while it runs.
  @discardableResult
  func poll() -> End? {
    if let end { return end }
    var status: Int32 = 0
    guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
    let number = status & 0x7f
    end = number == 0 ? .exit((status >> 8) & 0xff) : .signal(number)
    return end
  }

  var isRunning: Bool { poll() == nil }

  func send(_ signal: Int32) {
    if poll() == nil { kill(pid, signal) }
  }

  /// Waits for the end; kills the process and throws when it does not come in time.
  func wait(within seconds: Double = 30) throws -> End {
    do {
      try eventually("end of \(name)", within: seconds) { poll() != nil }
    } catch {
      send(SIGKILL)
      throw TroubleError("\(error)\n\(standardOutput)\n\(standardError)")
    }
    return end!
  }

  struct Finished {
    let end: End
    let output: String
    let errors: String
    /// Both streams, for clients that are free to choose.
    var text: String { output + errors }
  }

  /// Runs a command to its end.
  static func run(
    _ command: [String], environment: [String: String] = [:], workingFolder: String? = nil,
    within seconds: Double = 30
  ) throws -> Finished {
    let child = try Child(command, environment: environment, workingFolder: workingFolder)
    let end = try child.wait(within: seconds)
    return Finished(end: end, output: child.standardOutput, errors: child.standardError)
  }

  /// Runs a command that has to succeed: part of a test's preparation.
  @discardableResult
  static func prepare(
    _ command: [String], workingFolder: String? = nil, within seconds: Double = 30
  ) throws -> String {
    let finished = try run(command, workingFolder: workingFolder, within: seconds)
    guard finished.end == .exit(0) else {
      throw TroubleError("\(command.joined(separator: " ")): \(finished.end)\n\(finished.text)")
    }
    return finished.output
  }
}
