import Foundation
import Testing

/// A proxy with its administration on a Unix socket and on TCP, and a web site behind `site.test`.
final class AdministeredProxy {
  let folder: TemporaryFolder
  let names: NameServer
  let site: WebSite
  let port: UInt16
  let adminPort: UInt16
  let token: String
  let credential: String
  private(set) var child: Child?

  var adminPath: String { folder.path("admin.sock") }
  var auditPath: String { folder.path("audit.jsonl") }
  var configuration: String { folder.path("sluice.yaml") }

  init(_ more: [String] = []) throws {
    folder = try TemporaryFolder()
    names = try NameServer(["host-record=site.test,127.0.0.1", "host-record=denied.test,127.0.0.1"])
    site = try WebSite(names: ["site.test"])
    port = try FreePort.take()
    adminPort = try FreePort.take()
    let made = try Child.run([SluiceProcess.binary, "token", "new", "--admin", "ops", "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: String]
    token = try #require(object?["token"])
    credential = try #require(object?["credential"])
    try folder.write(
      "sluice.yaml",
      """
      listeners: [{proxy: "127.0.0.1:\(port)"}]
      admin: ["\(adminPath)", "127.0.0.1:\(adminPort)"]
      admin_tokens: [{name: ops, credential: "\(credential)"}]
      admin_names: [sluice.test]
      dns: ["127.0.0.1:\(names.port)"]
      workers: 2
      drain: 5s
      audit: {file: "\(auditPath)"}
      environments:
        default:
          allowlists: []
          sni: "off"
          allow: ["site.test :\(site.plainPort)"]
          allow_addresses: ["127.0.0.0/8:1-65535"]
        open:
          access: full
          clients: [127.0.0.2]
          allow: ["site.test :1-65535"]
          allow_addresses: ["127.0.0.0/8:1-65535"]

      """)
    try start(more)
  }

  func start(_ more: [String] = []) throws {
    let child = try Child([SluiceProcess.binary, "run", "--config", configuration] + more)
    try eventually("`listening on`; it said: \(child.standardError)", within: 20) {
      if let end = child.poll() { throw TroubleError("\(end): \(child.standardError)") }
      return child.standardError.contains("listening on 127.0.0.1:\(port)")
    }
    self.child = child
  }

  func stop() throws {
    child?.send(SIGTERM)
    _ = try child?.wait()
  }

  /// Sockets that the process has open.
  func socketCount() throws -> Int {
    guard let child else { return 0 }
    let folder = "/proc/\(child.pid)/fd"
    return try FileManager.default.contentsOfDirectory(atPath: folder).count { name in
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
      return target?.hasPrefix("socket:") == true
    }
  }

  struct Answer {
    let status: Int
    let head: String
    let body: String
    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }
  }

  /// Asks by TCP with the token, unless `fields` are given in its place.
  func ask(
    _ method: String, _ target: String, _ fields: [String]? = nil, host: String? = nil,
    body: String = ""
  ) throws -> Answer {
    try ask(
      try Socket.connect(adminPort), method, target,
      fields ?? ["Authorization: Bearer \(token)"], host: host, body: body)
  }

  /// Asks by the Unix socket.
  func askLocally(_ method: String, _ target: String, body: String = "") throws -> Answer {
    try ask(try Socket.connect(unix: adminPath), method, target, [], host: "sluice", body: body)
  }

  private func ask(
    _ socket: Socket, _ method: String, _ target: String, _ fields: [String], host: String?,
    body: String
  ) throws -> Answer {
    let lines =
      ["\(method) \(target) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(adminPort)")"] + fields
      + ["Content-Length: \(body.utf8.count)", "", body]
    socket.send(lines.joined(separator: "\r\n"))
    let all = socket.receiveAll(within: 30).bytes
    let text = String(decoding: all, as: UTF8.self)
    let parts = text.components(separatedBy: "\r\n\r\n")
    guard parts.count > 1, let status = Int(text.dropFirst(9).prefix(3)) else {
      throw TroubleError("no answer to \(method) \(target): \(text)")
    }
    return Answer(
      status: status, head: parts[0], body: parts.dropFirst().joined(separator: "\r\n\r\n"))
  }

  /// A request of a client through the proxy: the status of its answer.
  func get(_ host: String, port: UInt16? = nil) throws -> Int {
    let authority = "\(host):\(port ?? site.plainPort)"
    let client = try Socket.connect(self.port)
    client.send(
      "GET http://\(authority)/hello.txt HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n\r\n"
    )
    return Int(try client.receiveHead().dropFirst(9).prefix(3)) ?? 0
  }

  /// A tunnel to the site.
  func tunnel() throws -> Socket {
    let authority = "site.test:\(site.plainPort)"
    let client = try Socket.connect(port)
    client.send("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n")
    let head = try client.receiveHead()
    guard head.hasPrefix("HTTP/1.1 200 ") else { throw TroubleError("no tunnel: \(head)") }
    return client
  }
}

extension Socket {
  /// Connects to 127.0.0.1:port from an address of loopback.
  static func connect(_ port: UInt16, from source: String) throws -> Socket {
    let socket = Socket(descriptor: try open())
    var address = sockaddr_in()
    address.sin_family = UInt16(AF_INET)
    address.sin_addr.s_addr = inet_addr(source)
    let bound = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0 else { throw TroubleError("bind to \(source): errno \(errno)") }
    let result = withLoopback(port) { Glibc.connect(socket.descriptor, $0, $1) }
    guard result == 0 || errno == EINPROGRESS else {
      throw TroubleError("connect to \(port): errno \(errno)")
    }
    return socket
  }
}
