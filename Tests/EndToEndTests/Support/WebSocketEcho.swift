import Foundation

/// A WebSocket server (RFC 6455) that sends every short frame back.
final class WebSocketEcho {
  let port: UInt16
  private let folder: TemporaryFolder
  private let child: Child

  init() throws {
    folder = try TemporaryFolder()
    port = try FreePort.take()
    let script = try folder.write(
      "echo.py",
      """
      import base64, hashlib, socketserver, sys
      class Echo(socketserver.StreamRequestHandler):
          def handle(self):
              key = b""
              while line := self.rfile.readline().strip():
                  if line.lower().startswith(b"sec-websocket-key:"):
                      key = line.split(b":")[1].strip()
              proof = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
              self.wfile.write(b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\n"
                  b"Connection: Upgrade\\r\\nSec-WebSocket-Accept: "
                  + base64.b64encode(proof) + b"\\r\\n\\r\\n")
              while len(head := self.rfile.read(2)) == 2:
                  size, mask = head[1] & 127, self.rfile.read(4)
                  data = self.rfile.read(size)
                  data = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
                  self.wfile.write(bytes([head[0], size]) + data)
      class Server(socketserver.ThreadingTCPServer):
          allow_reuse_address = daemon_threads = True
      Server(("127.0.0.1", int(sys.argv[1])), Echo).serve_forever()

      """)
    child = try Child([try Tool.path("python3"), script, "\(port)"])
    let (server, port) = (child, port)
    try eventually("the WebSocket server on port \(port)") {
      if let end = server.poll() {
        throw TroubleError("the WebSocket server ended with \(end): \(server.standardError)")
      }
      return try Socket.tryConnect(port) != nil
    }
  }
}
