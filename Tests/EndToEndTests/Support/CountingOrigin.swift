import Foundation

/// A real HTTP server behind the proxy that writes down every request it understands.
protocol CountingOrigin: AnyObject {
  var port: UInt16 { get }
  /// The request line of every request, in order.
  func requests() -> [String]
  /// What the server took for a broken request.
  func complaints() -> [String]
}

/// Python's http.server, which is as lenient as servers come. It knows no chunks, so they are read here.
final class PythonOrigin: CountingOrigin {
  let port: UInt16
  private let folder: TemporaryFolder
  private let child: Child

  init() throws {
    folder = try TemporaryFolder()
    port = try FreePort.take()
    let script = try folder.write(
      "origin.py",
      """
      import http.server, os, sys
      log = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
      class Handler(http.server.BaseHTTPRequestHandler):
          protocol_version = "HTTP/1.1"
          disable_nagle_algorithm = True
          timeout = 10
          def note(self, kind, text):
              os.write(log, (kind + " " + ascii(text) + "\\n").encode())
          def parse_request(self):
              whole = super().parse_request()
              if whole:
                  self.note("request", self.requestline)
              return whole
          def send_error(self, code, *rest):
              self.note("complaint", str(code) + " " + self.requestline)
              super().send_error(code, *rest)
          def body(self):
              if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
                  while True:
                      size = int(self.rfile.readline().strip() or b"0", 16)
                      if size == 0:
                          while self.rfile.readline().strip():
                              pass
                          return
                      self.rfile.read(size)
                      self.rfile.readline()
              else:
                  self.rfile.read(int(self.headers.get("Content-Length", 0)))
          def answer(self):
              self.body()
              self.send_response(200)
              self.send_header("Content-Length", "2")
              self.end_headers()
              if self.command != "HEAD":
                  self.wfile.write(b"ok")
          def __getattr__(self, name):
              if name.startswith("do_"):
                  return self.answer
              raise AttributeError(name)
          def log_message(self, *rest):
              pass
      http.server.ThreadingHTTPServer.request_queue_size = 512
      http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()

      """)
    child = try Child([try Tool.path("python3"), script, "\(port)", folder.path("log")])
    let (server, port) = (child, port)
    try eventually("http.server on port \(port)") {
      if let end = server.poll() {
        throw TroubleError("http.server ended with \(end): \(server.standardError)")
      }
      return try Socket.tryConnect(port) != nil
    }
  }

  private func lines(_ kind: String) -> [String] {
    textOfFile(folder.path("log")).split(separator: "\n").filter { $0.hasPrefix(kind + " ") }
      .map { String($0.dropFirst(kind.count + 1)) }
  }

  func requests() -> [String] { lines("request") }
  func complaints() -> [String] { lines("complaint") }
}

/// nginx. Its log says 400 for what it could not read.
final class NginxOrigin: CountingOrigin {
  private let site: WebSite

  init() throws { site = try WebSite(names: ["allowed.test"]) }

  var port: UInt16 { site.plainPort }

  /// The quoted request line and the status of each line of the access log.
  private func lines() -> [(line: String, status: String)] {
    site.accessLog.split(separator: "\n").compactMap { line in
      guard let start = line.firstIndex(of: "\""), let end = line.range(of: "\" ") else {
        return nil
      }
      return (String(line[start..<end.lowerBound]), String(line[end.upperBound...].prefix(3)))
    }
  }

  func requests() -> [String] { lines().map(\.line) }
  func complaints() -> [String] {
    // nginx takes neither `*` nor a method with other characters than capitals. A body that was cut short
    // is a 400 like one that cannot be read.
    lines().filter { $0.status == "400" && $0.line.contains(#/^"[A-Z]+ \//#) }.map(\.line)
  }
}
