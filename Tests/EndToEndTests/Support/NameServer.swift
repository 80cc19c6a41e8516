import Foundation

/// dnsmasq on a port of its own, answering only what the test tells it, with its query log.
final class NameServer {
  let port: UInt16
  private let child: Child
  private let folder: TemporaryFolder

  /// - Parameter records: dnsmasq options without the dashes, e.g. `host-record=a.test,127.0.0.1`.
  init(_ records: [String]) throws {
    folder = try TemporaryFolder()
    port = try FreePort.take()
    let log = folder.path("queries")
    let user = getuid() == 0 ? ["--user=root", "--group=root"] : []
    child = try Child(
      [
        "dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
        "--no-poll", "--listen-address=127.0.0.1", "--bind-interfaces", "--port=\(port)",
        "--pid-file=", "--cache-size=0", "--log-queries", "--log-facility=\(log)",
      ] + user + records.map { "--\($0)" })
    // The log's first line comes once the sockets are bound.
    try eventually("dnsmasq on port \(port): \(child.standardError)") {
      if let end = child.poll() {
        throw TroubleError("dnsmasq ended with \(end): \(child.standardError)")
      }
      return textOfFile(log).contains("started, version")
    }
  }

  /// Every question that arrived, as "A allowed.test".
  var questions: [String] {
    textOfFile(folder.path("queries")).split(separator: "\n").compactMap { line in
      guard let range = line.range(of: ": query[") else { return nil }
      let words = line[range.upperBound...].split(separator: " ")
      guard words.count >= 2 else { return nil }
      return "\(words[0].dropLast()) \(words[1])"
    }
  }

  func questions(about name: String) -> [String] {
    questions.filter { $0.hasSuffix(" \(name)") }
  }
}
