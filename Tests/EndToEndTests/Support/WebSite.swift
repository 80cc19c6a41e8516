import Foundation

/// nginx with one folder of files, over plain HTTP and over TLS by a throw-away authority.
///
/// TLS is on 8443, a port on which Sluice looks at the client's hello, of a loopback address of its own.
final class WebSite {
  let address: String
  let plainPort: UInt16
  let securePort: UInt16
  let authority: CertificateAuthority
  let folder: TemporaryFolder
  private let child: Child

  var accessLog: String { textOfFile(folder.path("access.log")) }
  func path(_ name: String) -> String { folder.path("site/\(name)") }

  /// - Parameter settings: more of nginx's, for TLS.
  init(names: [String], settings: String = "") throws {
    folder = try TemporaryFolder()
    plainPort = try FreePort.take()
    securePort = 8443
    address = "127.88.\(plainPort >> 8).\(plainPort & 255)"
    authority = try CertificateAuthority(in: folder, names: names)
    try folder.write("site/hello.txt", "hello through the sluice\n")
    let place = folder.path
    let scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map { "\($0)_temp_path \(place)/\($0);" }.joined(separator: "\n  ")
    let configuration = try folder.write(
      "nginx.conf",
      """
      daemon off;
      master_process off;
      pid \(folder.path)/nginx.pid;
      error_log \(folder.path)/error.log;
      events { worker_connections 512; }
      http {
        access_log \(folder.path)/access.log;
        \(scratch)
        server {
          listen 127.0.0.1:\(plainPort);
          listen \(address):\(plainPort);
          listen \(address):\(securePort) ssl;
          \(settings)
          ssl_protocols TLSv1.2 TLSv1.3;
          ssl_certificate \(authority.certificateFile);
          ssl_certificate_key \(authority.keyFile);
          root \(folder.path)/site;
          autoindex on;
        }
      }

      """)
    let server = try Child([
      "nginx", "-p", folder.path, "-c", configuration, "-e", folder.path("error.log"),
    ])
    child = server
    let port = plainPort
    try eventually("nginx on port \(port)") {
      if let end = server.poll() {
        throw TroubleError("nginx ended with \(end): \(server.standardError)")
      }
      return try Socket.tryConnect(port) != nil
    }
  }
}
