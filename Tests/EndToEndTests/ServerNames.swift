import Foundation
import Testing

/// The SNI guard in front of real clients and a real server. That real hellos pass is what ``Clients``
/// shows with each of its tools; here is what does not.
@Suite("the name in the TLS hello is the one that was asked for")
struct ServerNames {
  /// A site of two names, of which the list has one, and clients that ask for that one.
  private func street(settings: String = "", arguments: [String] = []) throws -> Street {
    try Street(settings: settings, arguments: arguments)
  }

  /// `openssl s_client` through the proxy: asks for allowed.test and names another.
  private func handshake(
    _ street: Street, naming name: String?, _ more: [String] = []
  ) throws -> Child.Finished {
    try street.run(
      [
        "openssl", "s_client", "-proxy", "127.0.0.1:\(street.sluice.port)",
        "-connect", "allowed.test:\(street.site.securePort)",
        "-CAfile", street.site.authority.authorityFile,
      ] + (name.map { ["-servername", $0] } ?? ["-noservername"]) + more)
  }

  private func expectNothingPassed(_ street: Street, _ end: String, raw: String? = nil) throws {
    let close = try #require(try street.sluice.audit("close", count: 1).last)
    #expect(close["end"] == end && close.number("bytes_up") == 0, "\(close.text)")
    #expect(close["target_raw"] == raw, "\(close.text)")
    #expect(street.site.accessLog.isEmpty)
  }

  @Test("openssl is told access denied when it names another server, or none")
  func openssl() throws {
    for (name, end) in [("denied.test", "sni_mismatch"), (nil, "sni_missing")] {
      let street = try street()
      let finished = try handshake(street, naming: name)
      #expect(finished.text.contains("alert access denied"), "\(finished.text)")
      try expectNothingPassed(street, end, raw: name)
    }
    let allowed = try street()
    let finished = try handshake(allowed, naming: "ALLOWED.test")
    #expect(finished.output.contains("Verify return code: 0"), "\(finished.text)")
  }

  @Test("curl is told access denied when its CONNECT and its hello differ")
  func curl() throws {
    let street = try street()
    let port = street.site.securePort
    let finished = try street.run([
      "curl", "-sS", "--cacert", street.site.authority.authorityFile,
      "--connect-to", "denied.test:\(port):allowed.test:\(port)",
      "https://denied.test:\(port)/hello.txt",
    ])
    #expect(finished.end == .exit(35), "\(finished.text)")
    #expect(finished.errors.contains("access denied"), "\(finished.errors)")
    try expectNothingPassed(street, "sni_mismatch", raw: "denied.test")
  }

  @Test("python and node hear of access denied")
  func scripts() throws {
    let work = try TemporaryFolder()
    let python = try work.write(
      "hello.py",
      """
      import socket, ssl, sys
      tunnel = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
      target = sys.argv[2].encode()
      tunnel.sendall(b"CONNECT " + target + b" HTTP/1.1\\r\\nHost: " + target + b"\\r\\n\\r\\n")
      assert tunnel.recv(4096).startswith(b"HTTP/1.1 200")
      context = ssl.create_default_context(cafile=sys.argv[4])
      try:
          with context.wrap_socket(tunnel, server_hostname=sys.argv[3]) as secure:
              print(secure.version())
      except ssl.SSLError as problem:
          print(problem)

      """)
    let node = try work.write(
      "hello.js",
      """
      const net = require("net"), tls = require("tls"), fs = require("fs");
      const [port, target, name, ca] = process.argv.slice(2);
      const tunnel = net.connect(port, "127.0.0.1", () =>
        tunnel.write("CONNECT " + target + " HTTP/1.1\\r\\nHost: " + target + "\\r\\n\\r\\n"));
      tunnel.once("data", () => {
        const secure = tls.connect({ socket: tunnel, servername: name, ca: fs.readFileSync(ca) },
          () => { console.log(secure.getProtocol()); secure.destroy(); });
        secure.on("error", (problem) => console.log(problem.message));
      });

      """)
    for command in [["python3", python], ["node", node]] {
      for (name, expected) in [("allowed.test", "TLSv1.3"), ("denied.test", "access denied")] {
        let street = try street()
        let finished = try street.run(
          command + [
            "\(street.sluice.port)", "allowed.test:\(street.site.securePort)", name,
            street.site.authority.authorityFile,
          ])
        #expect(finished.output.contains(expected), "\(finished.text)")
        if name == "denied.test" {
          try expectNothingPassed(street, "sni_mismatch", raw: "denied.test")
        }
      }
    }
  }

  @Test("java hears of access denied")
  func java() throws {
    let street = try street()
    let work = try TemporaryFolder()
    let program = try work.write(
      "Hello.java",
      """
      import java.io.*;
      import java.net.*;
      import javax.net.ssl.*;

      public class Hello {
        public static void main(String[] arguments) throws Exception {
          Socket tunnel = new Socket("127.0.0.1", Integer.parseInt(arguments[0]));
          tunnel.getOutputStream().write(("CONNECT " + arguments[1] + " HTTP/1.1\\r\\nHost: "
            + arguments[1] + "\\r\\n\\r\\n").getBytes());
          for (int n = 0; n < 4; ) { int c = tunnel.getInputStream().read();
            n = c == 13 || c == 10 ? n + 1 : 0; }
          SSLSocket secure = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault())
            .createSocket(tunnel, "denied.test", 443, true);
          try { secure.startHandshake(); } catch (IOException problem) {
            System.out.println(problem.getMessage());
          }
        }
      }

      """)
    let finished = try street.run([
      "java", "-XX:TieredStopAtLevel=1", program, "\(street.sluice.port)",
      "allowed.test:\(street.site.securePort)",
    ])
    #expect(finished.output.contains("access_denied"), "\(finished.text)")
    try expectNothingPassed(street, "sni_mismatch", raw: "denied.test")
  }

  @Test("a server that asks for a second hello gets it, with the same name")
  func retry() throws {
    let street = try street(settings: "ssl_ecdh_curve secp384r1;")
    let finished = try handshake(
      street, naming: "allowed.test", ["-groups", "X25519:secp384r1", "-msg"])
    #expect(finished.output.contains("Verify return code: 0"), "\(finished.text)")
    let hellos = finished.output.components(separatedBy: ", ClientHello").count - 1
    #expect(hellos == 2, "\(finished.output)")
  }

  @Test("ssh, HTTP and silence end with their own codes, and nothing of them passes")
  func otherProtocols() throws {
    for (text, end) in [
      ("SSH-2.0-OpenSSH_9.2\r\n", "not_tls"),
      ("GET / HTTP/1.1\r\nHost: denied.test\r\n\r\n", "not_tls"),
      ("\u{16}\u{3}\u{1}\u{0}\u{0}", "malformed_hello"),
    ] {
      let street = try street()
      let client = try street.sluice.tunnel("allowed.test:\(street.site.securePort)")
      client.send(text)
      let answer = client.receiveAll(within: 30)
      #expect(answer.last == .end)
      #expect(answer.bytes == (end == "not_tls" ? [] : [0x15, 3, 3, 0, 2, 2, 0x32]))
      try expectNothingPassed(street, end)
    }
  }

  @Test("a real hello that drips in byte by byte passes, and the server answers it")
  func drip() throws {
    let street = try street()
    // openssl's hello, as it is without a proxy.
    let origin = try Origin()
    let client = try Child([
      "openssl", "s_client", "-connect", "127.0.0.1:\(origin.port)", "-servername", "allowed.test",
    ])
    let visitor = try origin.accept()
    let head = try visitor.receive(exactly: 5)
    let hello = try head + visitor.receive(exactly: Int(head[3]) << 8 | Int(head[4]))
    visitor.close()
    _ = try client.wait(within: 10)
    let tunnel = try street.sluice.tunnel("allowed.test:\(street.site.securePort)")
    for byte in hello { tunnel.send([byte]) }
    let answer = try tunnel.receive(exactly: 6)
    #expect(answer[0] == 22 && answer[5] == 2, "\(answer)")
  }

  @Test("--sni off relays what it is given, and a rule's other port is not looked at")
  func off() throws {
    let street = try street(arguments: ["--sni", "off"])
    let finished = try handshake(street, naming: "denied.test")
    #expect(finished.text.contains("Verify return code: 0"), "\(finished.text)")
    let origin = try Origin { socket in
      _ = socket.receive()
      socket.send("SSH-2.0-server\r\n")
    }
    let sluice = try SluiceProcess(
      rules: [], allowAddresses: ["127.0.0.1/32:\(origin.port)"])
    let client = try sluice.tunnel("127.0.0.1:\(origin.port)")
    client.send("SSH-2.0-client\r\n")
    #expect(client.receive() == .bytes(Array("SSH-2.0-server\r\n".utf8)))
  }

  @Test("--sni takes enforce and off, and says so")
  func setting() throws {
    let finished = try Child.run([SluiceProcess.binary, "check", "a.test", "--sni", "maybe"])
    #expect(finished.end == .exit(2))
    #expect(
      finished.errors.contains("--sni 'maybe': not a check of the server name"),
      "\(finished.errors)")
    #expect(finished.errors.contains("write enforce or off"), "\(finished.errors)")
  }
}
