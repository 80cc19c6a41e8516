import Foundation
import Testing

/// A client that people use: how it is run, and what of a refusal it shows them. What stands here was
/// recorded from it, and docs/clients.md says the same.
struct RealClient: Sendable, CustomTestStringConvertible {
  /// What a command is made from, and where it may leave files.
  struct Place {
    let folder: TemporaryFolder
    let ca: String
    let proxy: String
  }

  /// What is seen of a refusal of an `https` and of an `http` URL.
  struct Sight: Sendable {
    let tunnel: String
    let plain: String
  }

  var testDescription: String
  /// Writes and compiles what has to be, once.
  var prepare: @Sendable (TemporaryFolder) throws -> Void = { _ in }
  /// The command, behind which URLs are written.
  let command: @Sendable (Place) throws -> [String]
  var environment: [String: String] = [:]
  /// Whether one run takes several URLs.
  var takesSeveral = true
  /// What is seen of a page that came.
  var success = "hello through the sluice"
  /// What is seen of a name that is not allowed.
  let denied: Sight
  /// What is seen where a credential is missing.
  let locked: Sight
  /// Whether credentials are sent only after a 407.
  var asksFirst = false
  /// What is seen when the hello names another server, for a client that can be made to.
  var mismatch: String?
}

extension RealClient {
  private static let wanted = "Sluice: a proxy credential is required"
  private static let why = Street.refusal

  static let all = [
    RealClient(
      testDescription: "curl", command: { ["curl", "-sS", "--cacert", $0.ca] },
      denied: Sight(
        tunnel: "curl: (56) CONNECT tunnel failed, response 403", plain: #""not_allowlisted""#),
      locked: Sight(
        tunnel: "curl: (56) CONNECT tunnel failed, response 407", plain: #""credential_required""#)),
    RealClient(
      testDescription: "wget",
      command: {
        ["wget", "--no-config", "--tries=1", "-O", "-", "--ca-certificate=\($0.ca)"]
      },
      denied: Sight(tunnel: "Proxy tunneling failed: \(why)", plain: "ERROR 403: \(why)"),
      locked: Sight(tunnel: "Proxy tunneling failed: \(wanted)", plain: "ERROR 407: \(wanted)")),
    RealClient(
      testDescription: "git",
      command: {
        let settings = ["http.sslCAInfo=\($0.ca)", "protocol.version=0"]
        return ["git"] + settings.flatMap { ["-c", $0] } + ["ls-remote"]
      },
      environment: ["GIT_TERMINAL_PROMPT": "0"], takesSeveral: false,
      success: "refs/heads/main",
      denied: Sight(
        tunnel: "CONNECT tunnel failed, response 403", plain: "requested URL returned error: 403"),
      locked: Sight(
        tunnel: "CONNECT tunnel failed, response 407", plain: "requested URL returned error: 407"),
      asksFirst: true),
    RealClient(
      testDescription: "apt",
      command: { place in
        let settings = [
          "Acquire::http::Proxy=\(place.proxy)", "Acquire::https::CaInfo=\(place.ca)",
          "Acquire::Retries=0", "APT::Sandbox::User=\(NSUserName())",
        ]
        return ["sh", "-c", "/usr/lib/apt/apt-helper \"$@\" file && cat file", "apt"]
          + settings.flatMap { ["-o", $0] } + ["download-file"]
      },
      takesSeveral: false,
      denied: Sight(
        tunnel: "Invalid response from proxy: HTTP/1.1 403 \(why)", plain: "403  \(why)"),
      locked: Sight(
        tunnel: "Invalid response from proxy: HTTP/1.1 407 \(wanted)", plain: "407  \(wanted)")),
    python("requests", error: "Tunnel connection failed: ", mismatch: "access denied"),
    python("httpx", error: "ProxyError "),
    python("aiohttp", error: "ClientHttpProxyError ", between: ", message='"),
    RealClient(
      testDescription: "undici (node's fetch with ProxyAgent)",
      prepare: { try $0.write("fetch.js", ClientPrograms.undici) },
      command: { ["node", $0.folder.path("fetch.js"), $0.ca] },
      // Where Debian keeps libraries for node.
      environment: ["NODE_PATH": "/usr/share/nodejs"],
      denied: Sight(tunnel: "fetch failed", plain: "fetch failed"),
      locked: Sight(tunnel: "fetch failed", plain: "fetch failed"),
      mismatch: "access denied"),
    RealClient(
      testDescription: "go",
      prepare: {
        try $0.write("fetch.go", ClientPrograms.go)
        // HOME of a child is a folder of its own: so is the cache.
        try Child.prepare(
          ["go", "build", "-o", $0.path("fetch"), $0.path("fetch.go")], within: 300)
      },
      command: { [$0.folder.path("fetch"), $0.ca] },
      denied: Sight(
        tunnel: #"Get "https://denied.test:8443/hello.txt": \#(why)"#, plain: "403 \(why)"),
      locked: Sight(
        tunnel: #"Get "https://allowed.test:8443/hello.txt": \#(wanted)"#, plain: "407 \(wanted)"),
      mismatch: "access denied"),
    RealClient(
      testDescription: "java.net.http.HttpClient",
      prepare: {
        try $0.write("Fetch.java", ClientPrograms.java)
        try Child.prepare(["javac", $0.path("Fetch.java")], within: 120)
      },
      command: {
        [
          "java", "-XX:TieredStopAtLevel=1", "-cp", $0.folder.path,
          "-Djdk.http.auth.tunneling.disabledSchemes=", "Fetch", $0.ca,
        ]
      },
      denied: Sight(tunnel: "Tunnel failed, got: 403", plain: #"403 {"error":"not_allowlisted""#),
      locked: Sight(tunnel: "407 null", plain: #"407 {"error":"credential_required""#),
      asksFirst: true),
  ]

  private static func python(
    _ library: String, error: String, between: String = " ", mismatch: String? = nil
  ) -> RealClient {
    RealClient(
      testDescription: library,
      prepare: { try $0.write("fetch.py", ClientPrograms.python) },
      command: { [try Tool.python(library), $0.folder.path("fetch.py"), $0.ca] },
      environment: ["LIBRARY": library],
      denied: Sight(tunnel: "\(error)403\(between)\(why)", plain: "403 \(why) {"),
      locked: Sight(tunnel: "\(error)407\(between)\(wanted)", plain: "407 \(wanted) {"),
      mismatch: mismatch)
  }
}
