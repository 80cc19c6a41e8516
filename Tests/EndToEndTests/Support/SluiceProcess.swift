import Foundation

/// The proxy under test: the real binary, with its list, its audit file and its port.
final class SluiceProcess {
  let port: UInt16
  let auditPath: String
  let child: Child
  private let folder: TemporaryFolder

  /// The list's name and version as they stand in refusals and records.
  static let listLabel = "e2e@2026.1"

  /// The binary: `SLUICE_BINARY`, else the product that was built beside these tests.
  static let binary: String = {
    if let path = ProcessInfo.processInfo.environment["SLUICE_BINARY"], !path.isEmpty {
      return path
    }
    let tests = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    var place = tests as NSString
    for _ in 0..<5 {
      place = place.deletingLastPathComponent as NSString
      let candidate = place.appendingPathComponent("sluice")
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder),
        !isFolder.boolValue
      {
        return candidate
      }
    }
    return ".build/debug/sluice"
  }()

  static func list(_ rules: [String]) -> String {
    let head = "sluice-allowlist 1\nname: e2e\nversion: 2026.1\n\n[Test]\n"
    return head + rules.map { $0 + "\n" }.joined()
  }

  /// Starts `sluice run` and waits until it says that it listens.
  ///
  /// - Parameters:
  ///   - rules: the lines of the one allowlist.
  ///   - allowAddresses: nil leaves the loopback closed, as by default.
  ///   - audit: an audit file of an earlier process, to go on with it.
  init(
    rules: [String], dns: UInt16? = nil, allowAddresses: [String] = ["127.0.0.0/8"],
    audit: String? = nil, arguments: [String] = [], environment: [String: String] = [:]
  ) throws {
    folder = try TemporaryFolder()
    port = try FreePort.take()
    auditPath = audit ?? folder.path("audit.jsonl")
    let list = try folder.write("e2e.allow", SluiceProcess.list(rules))
    var command = [
      SluiceProcess.binary, "run", "--listen", "127.0.0.1:\(port)", "--allowlist", list,
      "--audit", auditPath, "--workers", "1", "--admin", "none",
    ]
    for range in allowAddresses { command += ["--allow-address", range] }
    if let dns { command += ["--dns", "127.0.0.1:\(dns)"] }
    child = try Child(command + arguments, environment: environment)
    let started = child
    try eventually("`sluice: listening on` on standard error; it said: \(started.standardError)") {
      if let end = started.poll() {
        throw TroubleError("sluice ended with \(end): \(started.standardError)")
      }
      return started.standardError.contains("listening on 127.0.0.1:\(port)")
    }
  }

  var url: String { "http://127.0.0.1:\(port)" }

  /// What a client's environment holds when it is told to use this proxy.
  var clientEnvironment: [String: String] {
    ["http_proxy": url, "https_proxy": url, "HTTP_PROXY": url, "HTTPS_PROXY": url]
  }

  // MARK: Speaking to it

  /// A connection to the proxy.
  func connect() throws -> Socket { try Socket.connect(port) }

  /// A tunnel to `authority`, past its 200.
  func tunnel(_ authority: String) throws -> Socket {
    let client = try connect()
    client.send("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n")
    let head = try client.receiveHead()
    guard head.hasPrefix("HTTP/1.1 200 ") else {
      throw TroubleError("no tunnel to \(authority): \(head)\(client.receiveAll(within: 1).bytes)")
    }
    return client
  }

  /// Sends raw bytes on a connection of their own and returns all that came back and how it ended.
  func exchange(_ raw: [UInt8], within seconds: Double = 10) throws -> Answer {
    let client = try connect()
    // Bytes go out in pieces with a look at the answer between them: a refusal may come, and the
    // connection be closed, long before a hostile megabyte has been sent.
    var received: [UInt8] = []
    var sent = 0
    while sent < raw.count {
      let piece = raw[sent..<min(sent + 16_384, raw.count)]
      let count = client.send(piece, within: 2)
      sent += count
      if count < piece.count { break }
      if case .bytes(let early) = client.receive(within: 0) {
        received += early
        break
      }
    }
    let rest = client.receiveAll(within: seconds)
    return Answer(bytes: received + rest.bytes, last: rest.last)
  }

  func exchange(_ text: String, within seconds: Double = 10) throws -> Answer {
    try exchange(Array(text.utf8), within: seconds)
  }

  // MARK: Looking at it

  func audit() throws -> [AuditLine] { try auditLines(auditPath) }

  /// The records once there are `count` of this event.
  func audit(_ event: String, count: Int, within seconds: Double = 10) throws -> [AuditLine] {
    var found: [AuditLine] = []
    do {
      try eventually("\(count) \(event) records", within: seconds) {
        found = try audit().filter { $0.event == event }
        return found.count >= count
      }
    } catch {
      throw TroubleError("\(error); the audit log holds:\n\(textOfFile(auditPath))")
    }
    return found
  }

  /// The memory that is this process's own, in bytes: what of its proportional set size is anonymous.
  /// Pages of files are left out, because those of the program are shared with the other proxies that
  /// run at the same time, and their share changes when one of these ends.
  func ownMemory() throws -> Int {
    for line in textOfFile("/proc/\(child.pid)/smaps_rollup").split(separator: "\n")
    where line.hasPrefix("Pss_Anon:") {
      let words = line.split(separator: " ")
      if words.count >= 2, let kibibytes = Int(words[1]) { return kibibytes * 1024 }
    }
    throw TroubleError("no Pss_Anon line in /proc/\(child.pid)/smaps_rollup: Linux 5.4 or later")
  }

  func openDescriptors() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(child.pid)/fd").count) ?? 0
  }
}

/// What came back on one connection.
struct Answer {
  let bytes: [UInt8]
  let last: Socket.Received

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var statusLine: String { String(text.prefix { $0 != "\r" && $0 != "\r\n" }) }
  var status: Int {
    let words = statusLine.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1.") else { return 0 }
    return Int(words[1]) ?? 0
  }
  /// How many final or interim status lines are in the bytes.
  var statusLines: Int { text.matches(of: #/HTTP/1\.1 \d\d\d /#).count }
  /// The first value of a field in the first head.
  func field(_ name: String) -> String? {
    let head = text.components(separatedBy: "\r\n\r\n")[0]
    for line in head.components(separatedBy: "\r\n").dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == name.lowercased() {
        return parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }
  var body: String {
    let parts = text.components(separatedBy: "\r\n\r\n")
    return parts.dropFirst().joined(separator: "\r\n\r\n")
  }
  var json: [String: Any]? {
    (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any]
  }
}
