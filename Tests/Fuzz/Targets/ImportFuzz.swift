import Domains
import Review

/// An importer ends, its list is read by the parser (it checks that itself), and its report and its
/// errors are fit for a terminal.
///
/// The first byte: the format, the direction, and which of the options are there. Of a v2fly list what
/// stands behind a byte 1 is the list `other` beside it.
enum ImportFuzz {
  static func complaint(about input: Span<UInt8>) -> String? {
    guard input.count > 0 else { return nil }
    let choice = Int(input[0])
    let formats = ImportFormat.allCases
    let format = formats[choice % formats.count]
    let options = choice / formats.count
    let parts = input.extracting(1...).copy.split(
      separator: 1, maxSplits: 1, omittingEmptySubsequences: false
    ).map(Array.init)
    var request = ImportRequest(
      format: format, file: "source", text: parts.first ?? [], version: "1")
    if format.needsDirection { request.direction = options & 1 == 0 ? .allow : .deny }
    if options & 2 != 0 { request.ports = PortSet("443,8000-8009") }
    switch format {
    case .squid where options & 4 != 0: request.acls = ["good"]
    case .smokescreen where options & 4 != 0: request.service = "service"
    case .v2fly:
      if options & 4 != 0 { request.attributes = AttributeFilter("-ads").map { [$0] } ?? [] }
      let other = parts.count > 1 ? parts[1] : nil
      request.neighbours = ImportNeighbours(
        own: "mine",
        names: { () throws(ImportError) in other == nil ? ["mine"] : ["mine", "other"] },
        read: { (name) throws(ImportError) in name == "other" ? other : nil },
        path: { "data/\($0)" })
    default: break
    }
    do throws(ImportError) {
      let result = try ListImporter.run(request)
      let lines = result.report.text(file: "source").split(separator: "\n")
      guard lines.allSatisfy({ PlainText.isPlain(String($0)) }) else {
        return "a report with control bytes"
      }
      guard PlainText.isPlain(result.report.json(file: "source")) else {
        return "a JSON report with control bytes"
      }
      return nil
    } catch {
      return PlainText.isPlain(error.description) ? nil : "an error with control bytes: \(error)"
    }
  }
}
