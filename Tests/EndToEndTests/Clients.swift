import Foundation
import Testing

/// What a client test needs: a site behind TLS and plain HTTP, a name server, and the proxy with a
/// list that holds `allowed.test` and not `denied.test` (which the name server would answer for).
struct Street {
  let site: WebSite
  let names: NameServer
  let sluice: SluiceProcess

  /// - Parameters:
  ///   - settings: more of the site's, for TLS.
  ///   - rules: the one rule of the list; `nil`: allowed.test on both ports of the site.
  init(
    settings: String = "", rules: ((WebSite) -> String)? = nil, arguments: [String] = []
  ) throws {
    site = try WebSite(names: ["allowed.test", "denied.test"], settings: settings)
    names = try NameServer([
      "host-record=allowed.test,\(site.address)", "host-record=denied.test,\(site.address)",
    ])
    sluice = try SluiceProcess(
      rules: [rules?(site) ?? "allowed.test :\(site.plainPort),\(site.securePort)"],
      dns: names.port, arguments: arguments)
  }

  func secure(_ path: String, host: String = "allowed.test") -> String {
    "https://\(host):\(site.securePort)/\(path)"
  }

  func plain(_ path: String, host: String = "allowed.test") -> String {
    "http://\(host):\(site.plainPort)/\(path)"
  }

  /// Runs a client with the proxy in its environment.
  func run(_ command: [String], _ more: [String: String] = [:]) throws -> Child.Finished {
    let environment = sluice.clientEnvironment.merging(more) { $1 }
    return try Child.run(command, environment: environment, within: 60)
  }

  /// The sentence that every refusal of denied.test carries.
  static let refusal =
    "Blocked by Sluice: denied.test is not on allowlist \(SluiceProcess.listLabel)"
}

@Suite("real clients through the proxy: what is allowed works, what is denied says why")
struct Clients {
  @Test("curl fetches over CONNECT and plain HTTP, and shows the refusal of a denied name")
  func curl() throws {
    let street = try Street()
    let ca = street.site.authority.authorityFile
    let secure = try street.run(["curl", "-sS", "--cacert", ca, street.secure("hello.txt")])
    #expect(secure.end == .exit(0), "\(secure.text)")
    #expect(secure.output == "hello through the sluice\n")
    let plain = try street.run(["curl", "-sS", street.plain("hello.txt")])
    #expect(plain.output == "hello through the sluice\n", "\(plain.text)")

    let tunnel = try street.run(
      ["curl", "-sSv", "--cacert", ca, street.secure("hello.txt", host: "denied.test")])
    #expect(tunnel.end == .exit(56), "\(tunnel.text)")
    #expect(tunnel.errors.contains("CONNECT tunnel failed, response 403"), "\(tunnel.errors)")
    #expect(tunnel.errors.contains("HTTP/1.1 403 \(Street.refusal)"), "\(tunnel.errors)")
    let refused = try street.run(
      ["curl", "-sS", "-f", street.plain("hello.txt", host: "denied.test")])
    #expect(refused.end == .exit(22), "\(refused.text)")
    #expect(refused.errors.contains("The requested URL returned error: 403"))
    let body = try street.run(["curl", "-sS", street.plain("x", host: "denied.test")])
    #expect(body.output.contains(#""error":"not_allowlisted""#), "\(body.text)")
    #expect(body.output.contains(#""host":"denied.test""#), "\(body.text)")
  }

  @Test("wget fetches over CONNECT and plain HTTP, and prints the refusal of a denied name")
  func wget() throws {
    let street = try Street()
    let wget = [
      "wget", "--no-config", "--tries=1", "-O", "-",
      "--ca-certificate=\(street.site.authority.authorityFile)",
    ]
    let secure = try street.run(wget + [street.secure("hello.txt")])
    #expect(secure.end == .exit(0), "\(secure.text)")
    #expect(secure.output == "hello through the sluice\n")
    let plain = try street.run(wget + [street.plain("hello.txt")])
    #expect(plain.output == "hello through the sluice\n", "\(plain.text)")

    let tunnel = try street.run(wget + [street.secure("hello.txt", host: "denied.test")])
    #expect(tunnel.end == .exit(4), "\(tunnel.text)")
    #expect(
      tunnel.errors.contains("Proxy tunneling failed: \(Street.refusal)"), "\(tunnel.errors)")
    let refused = try street.run(wget + [street.plain("hello.txt", host: "denied.test")])
    #expect(refused.end == .exit(8), "\(refused.text)")
    #expect(refused.errors.contains("ERROR 403: \(Street.refusal)"), "\(refused.errors)")
  }

  @Test("git clones over https, and a denied forge fails with the proxy's 403")
  func git() throws {
    let street = try Street()
    let work = try TemporaryFolder()
    let identity = ["-c", "user.name=Test", "-c", "user.email=test@allowed.test"]
    try work.write("source/file.txt", "through the sluice\n")
    try Child.prepare(["git", "init", "-q", "-b", "main", work.path("source")])
    try Child.prepare(["git", "-C", work.path("source"), "add", "."])
    try Child.prepare(
      ["git", "-C", work.path("source")] + identity + ["commit", "-q", "-m", "first"])
    let bare = street.site.path("repository.git")
    try Child.prepare(["git", "clone", "-q", "--bare", work.path("source"), bare])
    try Child.prepare(["git", "-C", bare, "update-server-info"])

    let clone = [
      "git", "-c", "http.sslCAInfo=\(street.site.authority.authorityFile)", "clone",
    ]
    let allowed = try street.run(clone + [street.secure("repository.git"), work.path("copy")])
    #expect(allowed.end == .exit(0), "\(allowed.text)")
    #expect(textOfFile(work.path("copy/file.txt")) == "through the sluice\n")

    let denied = try street.run(
      clone + [street.secure("repository.git", host: "denied.test"), work.path("no")])
    #expect(denied.end == .exit(128), "\(denied.text)")
    #expect(denied.errors.contains("fatal: unable to access"), "\(denied.errors)")
    #expect(denied.errors.contains("CONNECT tunnel failed, response 403"), "\(denied.errors)")
  }

  @Test("pip downloads from an allowed index, and prints the refusal of a denied one")
  func pip() throws {
    let street = try Street()
    let work = try TemporaryFolder()
    let python = try Tool.python()
    let wheel = "demo-1.0-py3-none-any.whl"
    try street.site.folder.makeFolder("site/simple/demo")
    let recipe = try work.write(
      "wheel.py",
      """
      import sys, zipfile
      with zipfile.ZipFile(sys.argv[1], "w") as wheel:
          wheel.writestr("demo.py", "answer = 42\\n")
          info = "demo-1.0.dist-info/"
          wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n")
          wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\n"
              "Root-Is-Purelib: true\\nTag: py3-none-any\\n")
          wheel.writestr(info + "RECORD", "")

      """)
    try Child.prepare([python, recipe, street.site.path("simple/demo/\(wheel)")])
    try street.site.folder.write(
      "site/simple/demo/index.html", "<!DOCTYPE html><a href=\"\(wheel)\">\(wheel)</a>\n")

    func download(_ host: String) throws -> Child.Finished {
      try street.run(
        [
          python, "-m", "pip", "download", "--no-cache-dir", "--disable-pip-version-check",
          "--no-deps", "--retries", "1", "--cert", street.site.authority.authorityFile,
          "--index-url", street.secure("simple/", host: host), "--dest", work.path("wheels"),
          "demo",
        ], ["PIP_CONFIG_FILE": "/dev/null"])
    }
    let allowed = try download("allowed.test")
    #expect(allowed.end == .exit(0), "\(allowed.text)")
    #expect(FileManager.default.fileExists(atPath: work.path("wheels/\(wheel)")))
    let denied = try download("denied.test")
    #expect(denied.end == .exit(1), "\(denied.text)")
    #expect(
      denied.text.contains("Tunnel connection failed: 403 \(Street.refusal)"), "\(denied.text)")
  }

  @Test("python requests reads an allowed page, and raises ProxyError with the refusal's text")
  func requests() throws {
    let street = try Street()
    let python = try Tool.python()
    let work = try TemporaryFolder()
    let program = try work.write(
      "fetch.py",
      """
      import requests, sys
      try:
          answer = requests.get(sys.argv[1], timeout=20)
          print(answer.status_code, answer.reason, answer.text, end="")
      except requests.exceptions.ProxyError as error:
          print("ProxyError:", error)

      """)
    let ca = ["REQUESTS_CA_BUNDLE": street.site.authority.authorityFile]
    func fetch(_ url: String) throws -> String {
      try street.run([python, program, url], ca).text
    }
    let hello = "200 OK hello through the sluice\n"
    #expect(try fetch(street.secure("hello.txt")) == hello)
    #expect(try fetch(street.plain("hello.txt")) == hello)
    let tunnel = try fetch(street.secure("hello.txt", host: "denied.test"))
    #expect(tunnel.contains("ProxyError"), "\(tunnel)")
    #expect(tunnel.contains("Tunnel connection failed: 403 \(Street.refusal)"), "\(tunnel)")
    let plain = try fetch(street.plain("hello.txt", host: "denied.test"))
    #expect(plain.hasPrefix("403 \(Street.refusal) {"), "\(plain)")
  }

  @Test("node reads through CONNECT, and sees the status and reason of a refusal")
  func node() throws {
    let street = try Street()
    let work = try TemporaryFolder()
    let program = try work.write(
      "fetch.js",
      """
      const http = require("http"), tls = require("tls"), fs = require("fs");
      const proxy = new URL(process.env.https_proxy), target = new URL(process.argv[2]);
      const authority = target.hostname + ":" + target.port;
      const request = http.request({ host: proxy.hostname, port: proxy.port, method: "CONNECT",
        path: authority, headers: { Host: authority } });
      request.on("connect", (answer, socket) => {
        if (answer.statusCode !== 200) {
          console.log(answer.statusCode, answer.statusMessage);
          return socket.destroy();
        }
        const secure = tls.connect({ socket, servername: target.hostname,
          ca: fs.readFileSync(process.argv[3]) }, () => {
          secure.write("GET " + target.pathname + " HTTP/1.1\\r\\nHost: " + authority
            + "\\r\\nConnection: close\\r\\n\\r\\n");
        });
        secure.on("data", (bytes) => process.stdout.write(bytes));
      });
      request.end();

      """)
    let ca = street.site.authority.authorityFile
    let allowed = try street.run(["node", program, street.secure("hello.txt"), ca])
    #expect(allowed.output.hasPrefix("HTTP/1.1 200 OK"), "\(allowed.text)")
    #expect(allowed.output.hasSuffix("\r\n\r\nhello through the sluice\n"), "\(allowed.text)")
    let denied = try street.run(
      ["node", program, street.secure("hello.txt", host: "denied.test"), ca])
    #expect(denied.output == "403 \(Street.refusal)\n", "\(denied.text)")
  }

  @Test("node's own fetch honours the proxy where its version can")
  func nodeFetch() throws {
    let street = try Street()
    let version = try Child.prepare(["node", "-p", "process.versions.node"])
    let major = Int(version.split(separator: ".")[0]) ?? 0
    guard major >= 24 else {
      print("node \(version.dropLast()) has no NODE_USE_ENV_PROXY; the CONNECT test covers node")
      return
    }
    let program =
      "fetch(process.argv[1]).then(a => a.text()).then(t => process.stdout.write(t),"
      + " e => console.log(String(e), String(e.cause)))"
    let settings = [
      "NODE_USE_ENV_PROXY": "1", "NODE_EXTRA_CA_CERTS": street.site.authority.authorityFile,
    ]
    let allowed = try street.run(["node", "-e", program, street.secure("hello.txt")], settings)
    #expect(allowed.output == "hello through the sluice\n", "\(allowed.text)")
    let denied = try street.run(
      ["node", "-e", program, street.secure("hello.txt", host: "denied.test")], settings)
    #expect(denied.output.contains("403"), "\(denied.text)")
  }

  @Test("java reads through https.proxyHost, and its IOException carries the refusal's text")
  func java() throws {
    let street = try Street()
    let work = try TemporaryFolder()
    let program = try work.write(
      "Fetch.java",
      """
      import java.io.*;
      import java.net.*;
      import java.nio.file.*;
      import java.security.*;
      import java.security.cert.*;
      import javax.net.ssl.*;

      public class Fetch {
        public static void main(String[] arguments) throws Exception {
          KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
          store.load(null, null);
          try (InputStream file = Files.newInputStream(Path.of(arguments[0]))) {
            store.setCertificateEntry("ca",
              CertificateFactory.getInstance("X.509").generateCertificate(file));
          }
          TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
          trust.init(store);
          SSLContext context = SSLContext.getInstance("TLS");
          context.init(null, trust.getTrustManagers(), null);
          HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
          for (int i = 1; i < arguments.length; i++) {
            try (InputStream body = new URL(arguments[i]).openStream()) {
              System.out.print(new String(body.readAllBytes()));
            } catch (IOException problem) {
              System.out.println(problem.getMessage());
            }
          }
        }
      }

      """)
    let finished = try street.run([
      "java", "-XX:TieredStopAtLevel=1", "-Dhttps.proxyHost=127.0.0.1",
      "-Dhttps.proxyPort=\(street.sluice.port)", program, street.site.authority.authorityFile,
      street.secure("hello.txt"), street.secure("hello.txt", host: "denied.test"),
    ])
    #expect(finished.end == .exit(0), "\(finished.text)")
    let lines = finished.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "hello through the sluice", "\(finished.text)")
    #expect(lines.count == 2, "\(finished.text)")
    #expect(lines.last?.contains("Unable to tunnel through proxy") == true, "\(finished.text)")
    #expect(lines.last?.contains("403 \(Street.refusal)") == true, "\(finished.text)")
  }

  @Test("apt updates from an allowed mirror, and prints the refusal of a denied one")
  func apt() throws {
    let street = try Street()
    let work = try TemporaryFolder()
    try street.site.folder.write("site/debian/Packages", "")
    for folder in ["state/lists/partial", "cache/archives/partial", "etc/apt.conf.d"] {
      try work.makeFolder(folder)
    }
    try work.write("status", "")
    func update(_ host: String) throws -> Child.Finished {
      let source = try work.write(
        "etc/sources.list", "deb [trusted=yes] \(street.plain("debian", host: host)) ./\n")
      let options = [
        "Dir::Etc=\(work.path("etc"))", "Dir::Etc::SourceList=\(source)",
        "Dir::Etc::SourceParts=/dev/null", "Dir::State=\(work.path("state"))",
        "Dir::State::Status=\(work.path("status"))", "Dir::Cache=\(work.path("cache"))",
        "APT::Sandbox::User=\(NSUserName())", "APT::Get::List-Cleanup=0",
        "Acquire::Languages=none", "Acquire::Retries=0",
        "Acquire::http::Proxy=\(street.sluice.url)",
      ]
      return try street.run(["apt-get", "update"] + options.flatMap { ["-o", $0] })
    }
    let allowed = try update("allowed.test")
    #expect(allowed.end == .exit(0), "\(allowed.text)")
    #expect(street.site.accessLog.contains("/debian/./Packages"), "\(street.site.accessLog)")
    let denied = try update("denied.test")
    #expect(denied.end == .exit(100), "\(denied.text)")
    #expect(denied.text.contains("403  \(Street.refusal)"), "\(denied.text)")
  }
}
