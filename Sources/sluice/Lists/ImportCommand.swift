import ArgumentParser
import Audit
import CLinux
import Configuration
import Domains
import Glibc
import Review

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make an allowlist of a list in another format.",
    discussion: """
      The new list never lets through more than the source does. What our rules cannot say is \
      narrowed: an allow is left out or made smaller, a deny is made larger; a deny that cannot be \
      made larger refuses the import. The list goes to standard output, a report of all that was \
      narrowed or left out to standard error. docs/importing.md says what each format means.

      Plain lists, hosts files, squid and v2fly lists do not say whether their names are allowed or \
      denied: --as says it. The denies of a list are written so that no rule of another list lifts \
      them, except where the source has exceptions itself.

        sluice allowlist import --from plain --as allow domains.txt > team.allow
        sluice allowlist import --from hosts --as deny --output block.allow /etc/hosts.block
        sluice allowlist import --from squid --as allow --acl allowed squid.conf
        sluice allowlist import --from v2fly --as allow --attribute -ads data/google
        sluice allowlist import --from smokescreen --service builder acl.yaml

      Exit code: 0 done, 1 with --strict something was narrowed, 2 an error, or nothing to import.
      """)

  @Option(
    help: ArgumentHelp(
      "\(ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "format"))
  var from: String

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("allow or deny: what the names of the list are for.", valueName: "verdict"))
  var direction: String?

  @Option(help: ArgumentHelp("The ports of every allow. Default: 80 and 443.", valueName: "ports"))
  var ports: String?

  @Option(help: ArgumentHelp("An ACL of a squid.conf. Give it again for more.", valueName: "name"))
  var acl: [String] = []

  @Option(help: ArgumentHelp("The service of a Smokescreen file.", valueName: "name"))
  var service: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Of a v2fly list, only the entries with this attribute; -NAME: without it. Give it again for "
        + "more.", valueName: "name"))
  var attribute: [String] = []

  @Option(help: ArgumentHelp("The name of the new list.", valueName: "name"))
  var name = "imported"

  @Option(
    help: ArgumentHelp(
      "The version of the new list. Default: today's date and -1.", valueName: "version"))
  var version: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Write the list to this new file instead.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("How many places the report shows of each kind.", valueName: "count"))
  var show = 5

  @Flag(help: "Exit with 1 if anything was narrowed.")
  var strict = false

  @Flag(help: "Write the report as one JSON object.")
  var json = false

  @Argument(help: ArgumentHelp("The list; - is standard input.", valueName: "file"))
  var file: String

  func run() throws {
    let result: ImportResult
    let called: String
    do {
      var request = try makeRequest()
      let input = try InputFile(file)
      called = input.name
      request.file = called
      request.text = try input.readAll(limit: Allowlist.textLimit)
      let watch = Watch("reading \(PrintableText.line(called))", total: request.text.count)
      request.progress = { watch.update($0) }
      result = try ListImporter.run(request)
    } catch {
      throw failure(error)
    }
    let report = result.report
    printError(json ? report.json(file: called) : "sluice: " + report.text(file: called))
    guard let text = result.text else {
      let denies = report.count(.refused)
      printError(
        denies > 0
          ? "sluice: \(called): nothing was imported, because "
            + "\(Counted.text(denies, "entry", "entries")) would have to be denied in a way that no "
            + "rule can say; take out of the source what you can do without"
          : "sluice: \(called): nothing to import; is it a list of this format?")
      throw ExitCode(2)
    }
    do {
      if let output { try OutputFile.write(text, to: output) } else { ListFile.print(text) }
    } catch {
      throw failure(error)
    }
    if strict, report.count(.narrowed) > 0 { throw ExitCode(1) }
  }

  /// What the flags say; the file is still to come.
  private func makeRequest() throws(ConfigurationError) -> ImportRequest {
    guard let format = ImportFormat(rawValue: from) else {
      throw ConfigurationError(
        "--from '\(PrintableText.line(from))'", "not a format",
        remedy: "write one of \(ImportFormat.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    var request = ImportRequest(
      format: format, file: file, text: [], version: version ?? ListStamp.version())
    if let direction {
      request.direction = ImportDirection(rawValue: direction)
      guard request.direction != nil else {
        throw ConfigurationError(
          "--as '\(PrintableText.line(direction))'", "not a verdict", remedy: "write allow or deny")
      }
    }
    if let ports {
      request.ports = PortSet(ports)
      guard request.ports != nil else {
        throw ConfigurationError(
          "--ports '\(PrintableText.line(ports))'", "not a set of ports",
          remedy: "write 443, or 443,8443, or 9000-9003, or *")
      }
    }
    for text in attribute {
      guard let filter = AttributeFilter(text) else {
        throw ConfigurationError(
          "--attribute '\(PrintableText.line(text))'", "not an attribute",
          remedy: "write ads, or -ads")
      }
      request.attributes.append(filter)
    }
    guard (0...1_000_000).contains(show) else {
      throw ConfigurationError(
        "--show '\(show)'", "not a number of places", remedy: "write 0 to 1000000")
    }
    request.name = name
    request.acls = acl
    request.service = service
    request.placesShown = show
    if format == .v2fly, file != "-" { request.neighbours = V2flyDirectory.neighbours(of: file) }
    return request
  }
}

/// Today, for the lists that commands write.
enum ListStamp {
  static func today() -> Day { Day(unixSeconds: Int64(cl_realtime_us() / 1_000_000)) }

  /// `2026.11.22-1`.
  static func version() -> String {
    today().description.split(separator: "-").joined(separator: ".") + "-1"
  }
}

/// A progress line that a closure can move on, and that goes away with it.
final class Watch {
  private var progress: Progress
  private let total: Int

  init(_ what: String, total: Int) {
    progress = Progress(what)
    self.total = total
  }

  func update(_ done: Int) { progress.update(done, of: total) }

  deinit { progress.finish() }
}
