import ArgumentParser
import Configuration
import Review

struct FormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt",
    abstract: "Rewrite allowlists in their canonical form.",
    discussion: """
      What a list allows never changes: the result is read again and compared rule by rule before \
      the file is replaced, all of it or nothing.

      Names become lower case and lose a dot at their end; international names get their xn-- form, \
      and a comment keeps the form that people read. One space between words, two in front of a \
      comment, one blank line in front of a section; ports sorted, then until, then the other keys; \
      LF. Comments and the order of rules stay. Every other fault is an error with its place, and \
      the file is left alone.

        sluice allowlist fmt team.allow
        sluice allowlist fmt --check lists/*.allow
        sluice allowlist fmt --sort < team.allow > sorted.allow

      --sort orders the rules between blank lines by name, from the last label to the first. A \
      comment stays with the rule below it.

      Exit code: 0 done (with --check: nothing would change), 1 --check found files that would \
      change, 2 an error.
      """)

  @Argument(
    help: ArgumentHelp(
      "Files. None, or -: standard input, to standard output.", valueName: "file"))
  var files: [String] = []

  @Flag(help: "Change nothing; print the names of the files that would change.")
  var check = false

  @Flag(help: "Sort rules inside sections.")
  var sort = false

  func run() throws {
    var hasFailed = false
    var hasDifference = false
    for argument in files.isEmpty ? ["-"] : files {
      do {
        if try !format(argument) { hasDifference = true }
      } catch let refusal as ListFormat.Refusal {
        hasFailed = true
        let name = argument == "-" ? "standard input" : argument
        for problem in refusal.problems { printError("sluice: \(problem.description(in: name))") }
      } catch {
        hasFailed = true
        printError("sluice: \(error)")
      }
    }
    if hasFailed { throw ExitCode(2) }
    if hasDifference { throw ExitCode(1) }
  }

  /// Whether all is well: it is in form, or it has been brought into form.
  private func format(_ argument: String) throws -> Bool {
    let file = try ListFile(argument, isFile: true)
    guard argument == "-" || check || file.isReplaceable else {
      throw ConfigurationError(
        "'\(argument)'", "not a file that can be rewritten",
        remedy: "give the path of a file, or the text on standard input")
    }
    var progress = Progress("formatting \(InternationalName.printable(file.name))")
    progress.update(0, of: 0)
    defer { progress.finish() }
    let result = try ListFormat.format(
      file.text, file: file.name, order: sort ? .sorted : .kept)
    progress.finish()
    if check {
      if result != file.text { print(InternationalName.printable(file.name)) }
      return result == file.text
    }
    if argument == "-" {
      ListFile.print(result)
    } else if result != file.text {
      try file.replace(with: result)
    }
    return true
  }
}
