import ArgumentParser
import Audit
import Configuration
import Review
import Trail

struct AuditVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that no record was removed, changed or moved.",
    discussion: """
      Give all files of a log, the oldest first. The numbers of the records must follow one another; \
      where they are chained (audit.chain), each link must fit the record and the link before. What \
      does not fit is said with its file and line.

      The chain has no secret: who can write all of the files can make it anew. Against that, and \
      against records removed at the end, compare its head with one that was kept elsewhere: \
      `sluice status` and the process's last message show it, and --head checks that it is in the log.

        sluice audit verify audit.jsonl.2.gz audit.jsonl.1 audit.jsonl
        sluice audit verify --head 9f2c…e1 audit.jsonl

      Exit code: 0 all is in order, 1 something is not, 2 an error.
      """)

  @Argument(
    help: ArgumentHelp(
      "Audit logs, the oldest first; - is standard input. Default: the log that is written here by "
        + "default.", valueName: "audit-log"))
  var logs: [String] = []

  @Option(
    help: ArgumentHelp(
      "A link that must be in the log: 64 hexadecimal digits.", valueName: "link"))
  var head: String?

  func run() throws {
    do {
      var wanted: ChainLink?
      if let head {
        guard let link = ChainLink(hexadecimal: Array(head.utf8).span) else {
          throw ConfigurationError(
            "--head '\(PrintableText.line(head))'", "not a link",
            remedy: "write 64 lower-case hexadecimal digits, as `sluice status` shows them")
        }
        wanted = link
      }
      var check = ChainCheck()
      var input = AuditLogInput(goesOn: true)
      var isFound = false
      for file in try DefaultLog.files(logs) {
        check.begin(file: file == "-" ? "standard input" : file.printable)
        try input.read([file]) { line, fields in
          check.add(line, fields)
          if let wanted, check.head == wanted { isFound = true }
        }
      }
      for note in check.notes.prefix(20) { print(note) }
      for finding in check.findings { print(finding) }
      let more = check.findingCount - check.findings.count
      if more > 0 { print("and \(Counted.text(more, "more finding"))") }
      print(Self.summary(check))
      if wanted != nil, !isFound { print("the link that --head names is in no record") }
      if input.reportProblems() { throw ExitCode(2) }
      if check.findingCount > 0 || (wanted != nil && !isFound) { throw ExitCode(1) }
    } catch let code as ExitCode {
      throw code
    } catch {
      throw failure(error)
    }
  }

  private static func summary(_ check: ChainCheck) -> String {
    guard let first = check.firstSequence, let last = check.lastSequence else {
      return "no records"
    }
    var text = "\(Counted.text(check.records, "record")), seq \(first) to \(last), "
    text += check.linked > 0 ? "\(check.linked) with a link that fits" : "not chained"
    text +=
      ": " + (check.findingCount == 0 ? "in order" : Counted.text(check.findingCount, "finding"))
    if let head = check.head { text += "\nhead \(head.hexadecimal)" }
    return text
  }
}
