import Configuration
import Review

/// Audit logs given on a command line, read one after the other: of any size, a piece at a time.
enum AuditLogInput {
  private static let piece = 1 << 18

  /// Gives each record to `body`, in the order of the files. Says on standard error what of them was
  /// left out.
  static func read(_ files: [String], _ body: (AuditEntry) -> Void) throws {
    guard files.filter({ $0 == "-" }).count <= 1 else {
      throw ConfigurationError("-", "standard input twice", remedy: "give it once")
    }
    var reader = AuditLogReader()
    for file in files {
      let input = try InputFile(file)
      var progress = Progress("reading \(PrintableText.line(input.name))")
      defer { progress.finish() }
      var done = 0
      reader.begin(file: input.name)
      while true {
        let bytes = try input.read(piece)
        if bytes.isEmpty { break }
        try reader.read(bytes, body)
        done += bytes.count
        progress.update(done, of: input.size)
      }
      try reader.finish(body)
    }
    for place in reader.brokenLastLines {
      printError("sluice: left out, a broken last line: \(place)")
    }
    if reader.laterVersions > 0 {
      printError(
        "sluice: left out: \(Counted.text(reader.laterVersions, "record")) of a later version of the "
          + "audit log")
    }
  }
}
