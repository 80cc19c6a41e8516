import Foundation
import Testing

/// The reviews that the documents show are carried out again: the changes that a page has are made in
/// a working copy, its commands are run there, and what they print is what the page says.
@Suite("Recordings in the documents")
struct Recordings {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The code blocks of a page between two headings, without their indentation.
  private func blocks(_ page: String, from start: String, to end: String) throws -> [[String]] {
    let text = textOfFile("\(Self.root)/\(page)")
    let part = try #require(text.components(separatedBy: start).dropFirst().first, "\(start)")
    var blocks: [[String]] = [[]]
    for line in part.components(separatedBy: end)[0].components(separatedBy: "\n") {
      if line.hasPrefix("    ") {
        blocks[blocks.count - 1].append(String(line.dropFirst(4)))
      } else if line.isEmpty, !blocks[blocks.count - 1].isEmpty {
        blocks[blocks.count - 1].append("")
      } else {
        blocks.append([])
      }
    }
    return blocks.filter { !$0.isEmpty }
  }

  /// A working copy with a branch `main` that has the lists of this tree.
  private func workingCopy() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["default.allow", "default.expect"] {
      try folder.write("allowlists/\(name)", textOfFile("\(Self.root)/allowlists/\(name)"))
    }
    let git = ["git", "-c", "user.name=t", "-c", "user.email=t@a.test"]
    for command in [["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "lists"]] {
      try Child.prepare(git + command, workingFolder: folder.path)
    }
    return folder
  }

  private func revert(_ folder: TemporaryFolder) throws {
    try Child.prepare(["git", "checkout", "-q", "main", "--", "."], workingFolder: folder.path)
  }

  /// Makes a change as a page shows it: `-` takes the line out, `+` puts one behind the line that was
  /// named last (by ` ` or `-`), or at the end of the expectations.
  private func apply(_ change: [String], in folder: TemporaryFolder) throws {
    let isList = change.contains { $0.hasPrefix("@@") || $0.hasPrefix("-") }
    let name = "allowlists/default." + (isList ? "allow" : "expect")
    var lines = textOfFile(folder.path(name)).components(separatedBy: "\n")
    var place = isList ? 0 : lines.count - 1
    for line in change where !line.isEmpty && !line.hasPrefix("@@") {
      let text = String(line.dropFirst())
      if line.hasPrefix("+") {
        lines.insert(text, at: place)
        place += 1
      } else {
        let found = try #require(lines.firstIndex(of: text), "no line `\(text)` in \(name)")
        if line.hasPrefix("-") { lines.remove(at: found) }
        place = line.hasPrefix("-") ? found : found + 1
      }
    }
    try folder.write(name, lines.joined(separator: "\n"))
  }

  /// Runs the commands of a block and compares what they print.
  private func play(_ block: [String], in folder: TemporaryFolder) throws -> Int {
    var commands: [(command: String, output: [String])] = []
    for line in block {
      if line.hasPrefix("$ ") {
        commands.append((String(line.dropFirst(2)), []))
      } else if !commands.isEmpty {
        commands[commands.count - 1].output.append(line)
      }
    }
    var code: Int32 = 0
    for (command, recorded) in commands {
      if command == "echo $?" {
        #expect(["\(code)"] == recorded.filter { !$0.isEmpty }, "exit code")
        continue
      }
      let words = command.split(separator: " ").map(String.init)
      #expect(words[0] == "sluice", "\(command)")
      let finished = try Child.run(
        [SluiceProcess.binary] + words.dropFirst(), workingFolder: folder.path, within: 20)
      if case .exit(let number) = finished.end { code = number }
      let printed = (finished.output + finished.errors).components(separatedBy: "\n")
      #expect(Self.holds(recorded, printed), "`\(command)` prints:\n\(finished.text)")
    }
    return commands.count
  }

  /// Whether lines are the recorded ones, where a line `…` stands for any number of lines. Days are
  /// those of the recording.
  private static func holds(_ recorded: [String], _ printed: [String]) -> Bool {
    func pruned(_ lines: [String]) -> [String] {
      let lines = lines.map { $0.replacing(/\d{4}-\d\d-\d\d/, with: "DAY") }
      return Array(lines.reversed().drop { $0.isEmpty }.reversed())
    }
    return matches(pruned(recorded)[...], pruned(printed)[...])
  }

  private static func matches(_ recorded: ArraySlice<String>, _ printed: ArraySlice<String>) -> Bool
  {
    guard let first = recorded.first else { return printed.isEmpty }
    guard first == "…" else {
      return printed.first == first && matches(recorded.dropFirst(), printed.dropFirst())
    }
    return (printed.startIndex...printed.endIndex).contains {
      matches(recorded.dropFirst(), printed[$0...])
    }
  }

  /// Plays the blocks of a page in their order; blocks of changes are made.
  private func play(_ blocks: [[String]], in folder: TemporaryFolder) throws -> Int {
    var count = 0
    for block in blocks {
      // A change may stand in front of the commands.
      let change = Array(block.prefix { !$0.hasPrefix("$ ") })
      if change.allSatisfy({ $0.isEmpty || "+- @".contains($0.first!) }) {
        try apply(change, in: folder)
      }
      count += try play(Array(block.dropFirst(change.count)), in: folder)
    }
    return count
  }

  @Test("the worked review prints what docs/reviewing-lists.md says, step by step")
  func workedReview() throws {
    let page = "docs/reviewing-lists.md"
    let folder = try workingCopy()
    let first = try blocks(
      page, from: "### The first attempt", to: "### The change that was merged")
    #expect(try play(first, in: folder) == 6)
    try revert(folder)
    let merged = try blocks(
      page, from: "### The change that was merged", to: "## How to read a diff")
    #expect(try play(merged, in: folder) == 6)
    let rules = try blocks(page, from: "## Why is this host allowed, or not?", to: "## In CI")
    #expect(try play(rules, in: folder) == 2)
  }

  @Test("README.md and docs/expectations.md print what they say about the same review")
  func others() throws {
    let folder = try workingCopy()
    let broken = try blocks(
      "docs/expectations.md", from: "## What comes out", to: "## What is worth")
    try apply(["@@", " api.bitbucket.org", "++.githubusercontent.com"], in: folder)
    #expect(try play(broken, in: folder) == 1)
    try revert(folder)
    try apply(
      ["@@", " registry.yarnpkg.com", "+npm.pkg.github.com :443 ticket=PLAT-412"], in: folder)
    try apply(
      [
        "+allow npm.pkg.github.com", "+deny npm.pkg.github.com:80 reason=port_not_allowed",
        "+deny maven.pkg.github.com",
      ], in: folder)
    let review = try blocks(
      "README.md", from: "## Lists that people can review", to: "| `sluice allowlist …` |")
    #expect(try play(review, in: folder) == 2)
  }
}
