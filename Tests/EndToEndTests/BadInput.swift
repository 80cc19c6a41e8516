import Foundation
import Testing

/// What people and programs give by mistake instead of a list: one clear message with its place, an
/// exit code that says so, no crash, no half result, and no waiting.
@Suite("Bad input, by the real binary")
struct BadInput {
  private static let header = "sluice-allowlist 1\nname: x\nversion: 1\n"

  private struct Text {
    let what: String
    let bytes: [UInt8]
    let place: String
    let problem: String
    /// Whether `fmt` puts it right, so that for `fmt --check` it is a finding.
    var isRepairable = false
  }

  /// Files that are no lists, and what is said about them.
  private static let texts = [
    Text(what: "nothing at all", bytes: [], place: "1:1: ", problem: "not a Sluice allowlist"),
    Text(
      what: "a list that is cut off", bytes: Array((header + "a.com :").utf8), place: "4:7: ",
      problem: "an empty place in a list of ports"),
    Text(
      what: "a program", bytes: [0x7F] + Array("ELF".utf8) + [2, 1, 1, 0, 0, 0xFF],
      place: "1:10: ", problem: "not UTF-8"),
    Text(
      what: "CR LF", bytes: Array(header.replacing("\n", with: "\r\n").utf8), place: "1:19: ",
      problem: "the line ends in CR LF; save the list with LF line ends", isRepairable: true),
    Text(
      what: "a byte order mark", bytes: [0xEF, 0xBB, 0xBF] + Array(header.utf8), place: "1:1: ",
      problem: "the text starts with a byte order mark", isRepairable: true),
    Text(
      what: "NUL", bytes: Array((header + "a\0.com\n").utf8), place: "4:2: ",
      problem: "a control byte"),
    Text(
      what: "an overlong slash", bytes: Array(header.utf8) + [0x61, 0xC0, 0xAF], place: "4:2: ",
      problem: "not UTF-8"),
    Text(
      what: "a wildcard of everything", bytes: Array((header + "*\n").utf8), place: "4:1: ",
      problem: "a rule for every name"),
  ]

  /// Every command that reads a list, with the exit code for a list that cannot be read.
  private static func commands(
    _ list: String, _ folder: TemporaryFolder
  ) throws -> [(arguments: [String], code: Int32)] {
    let expectations = try folder.write("x.expect", "sluice-expectations 1\nallow a.com\n")
    let log = try folder.write("audit.jsonl", "")
    return [
      (["check", "a.com", "--allowlist", list], 2),
      (["run", "--listen", "127.0.0.1:1", "--allowlist", list], 2),
      (["allowlist", "lint", list], 2), (["allowlist", "fmt", "--check", list], 2),
      (["allowlist", "diff", list, "essential"], 64),
      (["allowlist", "compile", list, "--output", folder.path("out.image")], 2),
      (["allowlist", "test", expectations, "--allowlist", list], 2),
      (["allowlist", "replay", log, "--with", list], 2),
    ]
  }

  private func expectRefusal(
    _ what: String, _ arguments: [String], _ code: Int32, _ problem: String,
    place: String = "", dropping privileges: [String] = []
  ) throws {
    let finished = try Child.run(privileges + [SluiceProcess.binary] + arguments, within: 60)
    let command = arguments.prefix(2).joined(separator: " ")
    #expect(finished.end == .exit(code), "\(command), \(what): \(finished.text.prefix(500))")
    #expect(
      problem.isEmpty || finished.text.contains(problem),
      "\(command), \(what): \(finished.text.prefix(500))")
    #expect(
      place.isEmpty || finished.text.contains(place), "\(command), \(what): \(finished.text)")
    let isPlain = finished.text.unicodeScalars.allSatisfy {
      $0 == "\n" || $0 == "\t" || ($0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value))
    }
    #expect(isPlain, "\(command), \(what): control bytes on the terminal")
    #expect(finished.errors.utf8.count < 2_000, "\(command), \(what): one message, not a flood")
  }

  @Test("every command refuses a file that is no list, at its place")
  func damaged() throws {
    let folder = try TemporaryFolder()
    for (number, text) in Self.texts.enumerated() {
      let list = folder.path("\(number).allow")
      try Data(text.bytes).write(to: URL(filePath: list))
      for (arguments, code) in try Self.commands(list, folder) {
        // For lint the fault is the finding that it is for.
        let isFinding = arguments[1] == "lint" || (arguments[1] == "fmt" && text.isRepairable)
        let saysWhat = arguments[1] != "fmt" || !text.isRepairable
        try expectRefusal(
          text.what, arguments, isFinding ? 1 : code, saysWhat ? text.problem : "",
          place: "\(number).allow" + (saysWhat ? ":\(text.place)" : ""))
      }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.image")))
  }

  @Test("every command refuses what is no file, without waiting for it")
  func noFile() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("folder.allow")
    #expect(mkfifo(folder.path("pipe.allow"), 0o600) == 0)
    for (link, target) in [("circle.allow", "round.allow"), ("round.allow", "circle.allow")] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path(link), withDestinationPath: folder.path(target))
    }
    for (name, problem) in [
      ("folder.allow", "directory"), ("pipe.allow", "pipe"),
      ("circle.allow", "Too many levels of symbolic links"),
      ("absent.allow", "No such file or directory"),
    ] {
      let list = folder.path(name)
      for (arguments, code) in try Self.commands(list, folder) {
        try expectRefusal(name, arguments, code, problem)
      }
      for arguments in [
        ["import", "--from", "plain", "--as", "allow", list], ["test", list], ["suggest", list],
        ["replay", list, "--with", "default"], ["compile", "essential", "--check", list],
      ] {
        try expectRefusal(name, ["allowlist"] + arguments, 2, problem)
      }
    }
  }

  @Test("a line of 100 MB is refused in time, and an import of it")
  func longLine() throws {
    let folder = try TemporaryFolder()
    let list = folder.path("long.allow")
    var text = Data(Self.header.utf8)
    text.append(Data(repeating: UInt8(ascii: "a"), count: 100_000_000))
    try text.write(to: URL(filePath: list))
    for arguments in [
      ["check", "a.com", "--allowlist", list], ["allowlist", "fmt", "--check", list],
      ["allowlist", "compile", list, "-o", folder.path("out.image")],
    ] {
      try expectRefusal(
        "100 MB", arguments, 2, "4:4097: a line of more than 4096 bytes; shorten it")
    }
    try expectRefusal(
      "100 MB", ["allowlist", "test", list], 2, "larger than 16 MiB; split the file")
    // The importers read another form of line, so this one is long from its start on.
    try Data(repeating: UInt8(ascii: "a"), count: 10_000_000).write(to: URL(filePath: list))
    try expectRefusal(
      "10 MB", ["allowlist", "import", "--from", "hosts", "--as", "deny", list], 2,
      "1:65537: a line of more than 65536 bytes; split it")
  }

  @Test("a file that may not be read is said to be one")
  func noPermission() throws {
    let folder = try TemporaryFolder()
    chmod(folder.path, 0o755)
    let list = try folder.write("secret.allow", Self.header, mode: 0o000)
    // Root may read everything: the command runs as nobody.
    let privileges =
      geteuid() == 0
      ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
    let probe = try Child.run(privileges + [SluiceProcess.binary, "--version"], within: 20)
    guard probe.end == .exit(0) else {
      print("skipped: nobody cannot run the binary here")
      return
    }
    for (arguments, code) in try Self.commands(list, folder).prefix(3) {
      try expectRefusal(
        "no permission", arguments, code, "Permission denied", dropping: privileges)
    }
  }

  @Test("an image of which a byte was changed is refused by everything that takes images")
  func damagedImage() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write("x.allow", Self.header + "a.com\n")
    let image = folder.path("x.image")
    try Child.prepare([SluiceProcess.binary, "allowlist", "compile", text, "-o", image])
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: image)))
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(filePath: image))
    for arguments in [
      ["check", "a.com", "--allowlist", image],
      ["run", "--listen", "127.0.0.1:1", "--allowlist", image],
      ["allowlist", "compile", text, "--check", image],
    ] {
      try expectRefusal(
        "a changed image", arguments, 2,
        "damaged: its bytes do not have the check value that it states; compile it again")
    }
    try Data(bytes.prefix(200)).write(to: URL(filePath: image))
    try expectRefusal(
      "an image that is cut off", ["check", "a.com", "--allowlist", image], 2,
      "not a usable compiled list: cut off in its header")
  }
}
