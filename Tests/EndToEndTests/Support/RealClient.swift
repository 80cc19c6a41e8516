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
  /// What it asks the site for, and what puts it there.
  var page = "hello.txt"
  var publish: @Sendable (WebSite) throws -> Void = { _ in }
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

  /// All of them; cargo where there is one.
  static let all = everywhere + [cargo].compactMap(\.self)

  private static let everywhere = [
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
      environment: ["GIT_TERMINAL_PROMPT": "0"], page: "repository.git",
      publish: { site in
        // A bare repository with one branch, as plain files.
        let id = String(repeating: "5", count: 40)
        try site.folder.write("site/repository.git/HEAD", "ref: refs/heads/main\n")
        try site.folder.write("site/repository.git/info/refs", "\(id)\trefs/heads/main\n")
      },
      takesSeveral: false, success: "refs/heads/main",
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
    RealClient(
      testDescription: "pip",
      command: {
        [
          try Tool.python(), "-m", "pip", "--no-cache-dir", "--disable-pip-version-check",
          "--retries", "0", "--cert", $0.ca, "download", "--no-deps", "--dest", "wheels",
        ]
      },
      environment: ["PIP_CONFIG_FILE": "/dev/null"], page: "demo-1.0-py3-none-any.whl",
      publish: { site in
        try Child.prepare([
          try Tool.python(), "-c", ClientPrograms.wheel, site.path("demo-1.0-py3-none-any.whl"),
        ])
      },
      takesSeveral: false, success: "Successfully downloaded demo",
      denied: Sight(
        tunnel: "Tunnel connection failed: 403 \(why)", plain: "403 Client Error: \(why)"),
      locked: Sight(
        tunnel: "Tunnel connection failed: 407 \(wanted)", plain: "407 Client Error: \(wanted)")),
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

  /// A registry of files needs a cargo that speaks the sparse protocol, 1.68 (Debian 12 has 0.66).
  private static let cargo: RealClient? = {
    // rustup's cargo looks for its toolchains in the home of whoever runs the tests.
    let home = ProcessInfo.processInfo.environment["HOME"] ?? "/nonexistent"
    let rustup = [
      "RUSTUP_HOME": ProcessInfo.processInfo.environment["RUSTUP_HOME"] ?? "\(home)/.rustup"
    ]
    let version = (try? Child.run(["cargo", "--version"], environment: rustup))?.output ?? ""
    guard let minor = version.firstMatch(of: /cargo 1\.(\d+)/).flatMap({ Int($0.1) }), minor >= 68
    else {
      print("no cargo 1.68 or later: it is not asked")
      return nil
    }
    return RealClient(
      testDescription: "cargo",
      prepare: { folder in
        try folder.write(
          "Cargo.toml",
          """
          [package]
          name = "visitor"
          version = "0.1.0"
          [dependencies]
          demo = { version = "1", registry = "site" }

          """)
        try folder.write("src/lib.rs", "")
      },
      command: { place in
        // CARGO_HOME is empty in each run, and there is no lock file.
        let script = """
          export CARGO_HOME=$(mktemp -d ./cargo-XXXXXX) CARGO_REGISTRIES_SITE_INDEX="sparse+$1"
          cp -r "$0" project && cd project && cargo fetch
          """
        return [
          "env", "CARGO_HTTP_PROXY=\(place.proxy)", "CARGO_HTTP_CAINFO=\(place.ca)",
          "CARGO_NET_RETRY=0", "sh", "-c", script, place.folder.path,
        ]
      },
      environment: rustup, page: "index/",
      publish: { site in
        try site.folder.write("crate/demo-1.0.0/src/lib.rs", "")
        try site.folder.write(
          "crate/demo-1.0.0/Cargo.toml", "[package]\nname = \"demo\"\nversion = \"1.0.0\"\n")
        try site.folder.makeFolder("site/index/de/mo")
        let archive = site.path("demo.crate")
        try Child.prepare(["tar", "-C", site.folder.path("crate"), "-czf", archive, "demo-1.0.0"])
        let sum = try Child.prepare(["sha256sum", archive]).prefix(64)
        try site.folder.write(
          "site/index/config.json",
          #"{"dl":"https://allowed.test:\#(site.securePort)/{crate}.crate"}"#)
        try site.folder.write(
          "site/index/de/mo/demo",
          #"{"name":"demo","vers":"1.0.0","deps":[],"cksum":"\#(sum)","features":{},"yanked":false}"#
        )
      },
      takesSeveral: false, success: "Downloaded demo v1.0.0",
      denied: Sight(
        tunnel: "CONNECT tunnel failed, response 403",
        plain: "denied.test is not on allowlist \(SluiceProcess.listLabel)."),
      locked: Sight(
        tunnel: "CONNECT tunnel failed, response 407", plain: "a proxy credential is required."))
  }()
}
