import ArgumentParser
import Configuration
import Domains
import Policy
import Review

struct SuggestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suggest",
    abstract: "Make a list for review of what an audit log shows to be missing.",
    discussion: """
      From the requests that were refused because no rule names their host, or not their port, or no \
      longer: the smallest rules that would let them through, exact names with the ports that were \
      asked for, by the domain that one party registered, with counts and times as comments. With \
      --with, what those lists already say is left out, and rules of theirs that nothing asked for \
      are listed as comments.

      Names that look random are shown and not suggested: data is carried out in such names. Nothing \
      is resolved. A suggestion is what somebody tried to reach, not what they should: review each.

        sluice allowlist suggest audit.jsonl --with default > suggested.allow
        sluice allowlist suggest audit.jsonl --with team.allow --until 2027-03-31 --ticket SEC-9
        sluice allowlist suggest audit.jsonl --wildcard-at 5

      Exit code: 0 done, 2 an error.
      """)

  @Argument(help: ArgumentHelp("Audit logs; - is standard input.", valueName: "audit-log"))
  var logs: [String]

  @Option(
    help: ArgumentHelp(
      "A list in force: default, essential, or a file. Give it again for more.",
      valueName: "name|file"))
  var with: [String] = []

  @Option(
    help: ArgumentHelp(
      "Suggest *.parent instead of this many names or more below one parent, never above what one "
        + "party registered.", valueName: "count"))
  var wildcardAt: Int?

  @Option(help: ArgumentHelp("The last day of every suggested rule.", valueName: "yyyy-mm-dd"))
  var until: String?

  @Option(help: ArgumentHelp("The ticket of every suggested rule.", valueName: "ticket"))
  var ticket: String?

  @Option(help: ArgumentHelp("The name of the list that is written.", valueName: "name"))
  var name = "suggested"

  @Option(
    help: ArgumentHelp("Its version. Default: today's date and -1.", valueName: "version"))
  var version: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Write the list to this new file instead.", valueName: "file"))
  var output: String?

  func run() throws {
    do {
      let lists = try ListLoader.load(with)
      try Settings.refuseTooMuch(lists, of: "--with")
      var suggestion = Suggestion(
        lists: lists, options: try options(), seed: MatcherSeed.random(),
        isSpecial: { host in
          var key = HostKey()
          return key.load(Array(host.text.utf8).span) != nil || SpecialUseName.isSpecial(key)
        })
      try AuditLogInput.readEntries(logs) { suggestion.add($0) }
      let outcome = try suggestion.write(on: ListStamp.today())
      if let output {
        try OutputFile.write(outcome.text, to: output)
      } else {
        ListFile.print(outcome.text)
      }
      printError(
        "sluice: \(Counted.text(outcome.suggested, "rule")) suggested for "
          + "\(Counted.text(suggestion.denials, "refused request")), "
          + "\(Counted.text(outcome.unused, "rule was", "rules were")) not used, "
          + "\(Counted.text(outcome.withheld, "name looks", "names look")) random, "
          + "\(Counted.text(outcome.skipped, "is", "are")) no matter for a suggestion")
      if suggestion.untold > 0 {
        printError(
          "sluice: \(Counted.text(suggestion.untold, "refused request was", "refused requests were")) "
            + "not looked at, because the logs have "
            + "more than \(Suggestion.pairLimit) different hosts and ports")
      }
    } catch {
      throw failure(error)
    }
  }

  private func options() throws(ConfigurationError) -> Suggestion.Options {
    var options = Suggestion.Options(version: version ?? ListStamp.version())
    for (flag, isRight) in [
      ("--name", ListWord.isName(name)), ("--version", ListWord.isVersion(options.version)),
    ] where !isRight {
      throw ConfigurationError(flag, "not a word for a list", remedy: ListWord.remedy)
    }
    options.name = name
    if let wildcardAt {
      guard wildcardAt >= 2 else {
        throw ConfigurationError(
          "--wildcard-at '\(wildcardAt)'", "not a number of names", remedy: "write 2 or more")
      }
      options.wildcardAt = wildcardAt
    }
    if let until {
      options.until = Day(until)
      guard options.until != nil else {
        throw ConfigurationError(
          "--until '\(PrintableText.line(until))'", "not a day", remedy: "write it as 2027-03-31")
      }
    }
    if let ticket {
      guard ListWord.isValue(ticket) else {
        throw ConfigurationError(
          "--ticket", "not a value of a rule",
          remedy: "write at most 200 bytes on one line, without quotation marks")
      }
      options.ticket = ticket
    }
    return options
  }
}
