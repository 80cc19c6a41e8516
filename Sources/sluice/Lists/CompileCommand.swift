import ArgumentParser
import Configuration
import Domains
import Review

struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile allowlists into one image, which loads in a fraction of the time.",
    discussion: """
      The image holds the rules of all the lists, composed as an environment would compose them, and \
      the name, version and SHA-256 of each. `run`, `check` and of `allowlist` the commands test, explain \
      and replay take it as their only allowlist, without the texts:

        sluice allowlist compile team.allow vendor.allow -o lists.image
        sluice run --allowlist lists.image

      An image is checked when it is loaded: a damaged or foreign one is refused. Whether it says what \
      the texts say is shown by compiling them again, with the seed of the image:

        sluice allowlist compile team.allow vendor.allow --check lists.image

      The texts stay what people review; an image belongs to one format version of Sluice and is not \
      meant to be kept. docs/matcher-image.md describes it.

      Exit code: 0 done, or the same; 1 the image is not that of these lists; 2 an error.
      """)

  @Argument(help: ArgumentHelp("A list: default, essential, or a file.", valueName: "list"))
  var lists: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where the image goes; an image there is replaced, any other file is left alone.",
      valueName: "image"))
  var output: String?

  @Option(help: ArgumentHelp("Compare with this image and write nothing.", valueName: "image"))
  var check: String?

  func validate() throws {
    if (output == nil) == (check == nil) {
      throw ValidationError("give either --output or --check")
    }
  }

  func run() throws {
    var isSame = true
    do {
      if let check {
        isSame = try compare(check)
      } else if let output {
        try compile(to: output)
      }
    } catch {
      throw failure(error)
    }
    if !isSame { throw ExitCode(1) }
  }

  private func compile(to path: String) throws(ConfigurationError) {
    try OutputFile.checkImagePath(path)
    var progress = Progress("compiling")
    var settings = Settings()
    settings.allowlists = lists
    let sources = try settings.sources()
    progress.update(1, of: 2)
    let matcher = Matcher(sources, seed: MatcherSeed.random())
    progress.finish()
    try OutputFile.replaceImage(matcher.image, at: path)
    let labels = matcher.lists.map(\.label).joined(separator: ", ")
    printError(
      "sluice: \(Counted.text(matcher.ruleCount, "rule")) of \(labels), "
        + "\(matcher.image.count) bytes, in \(path)")
  }

  private func compare(_ path: String) throws(ConfigurationError) -> Bool {
    guard let image = try ListLoader.image(path) else {
      // What cannot be opened is said to be that.
      _ = try InputFile(path)
      throw ConfigurationError(
        "--check '\(path)'", "not a compiled list", remedy: "give an image that `compile` wrote")
    }
    var settings = Settings()
    settings.allowlists = lists
    let sources = try settings.sources()
    for (index, source) in sources.enumerated() {
      let stated = index < image.lists.count ? image.lists[index] : nil
      guard stated?.label == source.list.label, stated?.digest == source.list.digest else {
        let was = stated.map { "\($0.label) sha256:\($0.digest)" } ?? "no such list"
        print(
          "differs: \(source.list.file) is \(source.list.label) "
            + "sha256:\(source.list.digest), in the image: \(was)")
        return false
      }
    }
    guard sources.count == image.lists.count else {
      print(
        "differs: the image is of \(Counted.text(image.lists.count, "list")), "
          + "here \(sources.count == 1 ? "is" : "are") \(sources.count)")
      return false
    }
    // A file may stand elsewhere now; what counts is what it says.
    let files = image.lists.map(\.file)
    let again = Matcher(sources, seed: image.seed, files: files)
    guard again.image.isSame(as: image.image) else {
      print("differs: the same texts compile to other bytes")
      return false
    }
    print(
      "the same: \(Counted.text(image.ruleCount, "rule")) of "
        + "\(image.lists.map(\.label).joined(separator: ", "))")
    return true
  }
}
