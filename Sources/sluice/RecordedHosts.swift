import Configuration
import Domains

/// Host names that somebody wrote down, one a line.
struct RecordedHosts {
  private(set) var names: [(canonical: String, raw: [UInt8])] = []
  /// Lines that are no host names, and the first of them; from 1.
  private var refused = 0
  private var firstRefused: (line: Int, why: HostnameError)?
  private var isCut = false
  private let file: String

  /// The most bytes of a file, and the most names that are taken from it.
  private static let byteLimit = 256 << 20
  private static let nameLimit = 1_000_000

  /// Reads a file; throws when it cannot be read or has no host name in it.
  init(file: String) throws(ConfigurationError) {
    self.file = file
    let text: [UInt8]
    do throws(OpenFile.Failure) {
      text = try OpenFile(file).readAll(limit: Self.byteLimit)
    } catch {
      switch error {
      case .tooLarge:
        throw ConfigurationError(
          "--hosts", "the file is larger than \(Self.byteLimit >> 20) MiB",
          remedy: "take a part of it")
      case .system, .directory, .namedPipe:
        throw ConfigurationError(
          "--hosts '\(file)'", error.description, remedy: "check the path and its permissions")
      }
    }
    take(text)
    if names.isEmpty {
      let place = firstRefused.map { "--hosts, line \($0.line)" } ?? "--hosts"
      throw ConfigurationError(
        place, firstRefused?.why.message ?? "no host names are in the file",
        remedy: "write one host name a line")
    }
  }

  private mutating func take(_ text: [UInt8]) {
    var line = 0
    for part in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      line += 1
      guard let first = part.first, first != UInt8(ascii: "#") else { continue }
      guard names.count < Self.nameLimit else {
        isCut = true
        return
      }
      let raw = Array(part)
      do throws(HostnameError) {
        names.append((try Hostname(bytes: raw.span).text, raw))
      } catch {
        refused += 1
        if firstRefused == nil { firstRefused = (line, error) }
      }
    }
  }

  /// What was not taken, for people; `nil`: everything was.
  var note: String? {
    var parts: [String] = []
    if let firstRefused {
      parts.append(
        "Lines of the hosts that are left out: \(refused). The first is line \(firstRefused.line): \(firstRefused.why)."
      )
    }
    if isCut { parts.append("Only the first \(Self.nameLimit) hosts were taken.") }
    return parts.isEmpty ? nil : parts.joined(separator: "\n")
  }
}
