/// The list of hostile inputs that concern the host and port of a request: each as the target of a request
/// and of a CONNECT. The environment allows `allowed.example`, on 80 and 443, and nothing else.
extension HostileRequests {
  /// What is asked for, the reason of the refusal and its status.
  private static let authorities: [(String, String, Int)] = [
    // Label boundaries.
    ("evilallowed.example", "not_allowlisted", 403),
    ("evil-allowed.example", "not_allowlisted", 403),
    ("allowed.example.evil.test", "not_allowlisted", 403),
    ("sub.allowed.example", "not_allowlisted", 403),
    ("example", "not_allowlisted", 403),
    (".allowed.example", "malformed_authority", 400),
    ("allowed.example..", "malformed_authority", 400),
    ("a..allowed.example", "malformed_authority", 400),
    ("*.allowed.example", "malformed_authority", 400),
    ("*", "malformed_authority", 400),
    ("", "malformed_authority", 400),
    // Control characters and escapes.
    ("evil.test\u{0}.allowed.example", "malformed_request", 400),
    ("evil.test%00.allowed.example", "malformed_authority", 400),
    ("evil.test\u{1}allowed.example", "malformed_request", 400),
    ("evil.test\u{7f}allowed.example", "malformed_request", 400),
    ("evil.test\tallowed.example", "malformed_request", 400),
    ("evil.test allowed.example", "malformed_request", 400),
    ("evil.test\r\nX: allowed.example", "version_not_supported", 505),
    ("evil%2etest", "malformed_authority", 400),
    ("%61llowed.example", "malformed_authority", 400),
    ("evil.test%2f.allowed.example", "malformed_authority", 400),
    ("evil.test\\.allowed.example", "malformed_request", 400),
    ("a]b[c", "malformed_authority", 400),
    // User information.
    ("allowed.example@evil.test", "malformed_authority", 400),
    ("allowed.example:80@evil.test", "malformed_authority", 400),
    ("evil.test#@allowed.example", "malformed_request", 400),
    ("evil.test\\@allowed.example", "malformed_request", 400),
    // Brackets.
    ("[allowed.example]", "malformed_authority", 400),
    ("[[allowed.example]]", "malformed_authority", 400),
    ("[::1", "malformed_authority", 400),
    ("::1]", "malformed_authority", 400),
    ("::1", "malformed_authority", 400),
    ("[]", "malformed_authority", 400),
    ("[::1%25eth0]", "malformed_authority", 400),
    ("[fe80::1%eth0]", "malformed_authority", 400),
    ("[::ffff:1.2.3.4%25x.allowed.example]", "malformed_authority", 400),
    // IPv4 in other spellings.
    ("2130706433", "malformed_authority", 400),
    ("0x7f000001", "malformed_authority", 400),
    ("0x7f.1", "malformed_authority", 400),
    ("0177.0.0.1", "malformed_authority", 400),
    ("127.1", "malformed_authority", 400),
    ("127.0.1", "malformed_authority", 400),
    ("127.000.000.001", "malformed_authority", 400),
    ("2852039166", "malformed_authority", 400),
    ("0", "malformed_authority", 400),
    ("1.2.3.4.", "malformed_authority", 400),
    ("1.2.3.256", "malformed_authority", 400),
    ("1.2.3.4.5", "malformed_authority", 400),
    ("\u{ef}\u{bc}\u{91}\u{ef}\u{bc}\u{92}\u{ef}\u{bc}\u{97}.0.0.1", "malformed_request", 400),
    ("\u{e2}\u{91}\u{a0}27.0.0.1", "malformed_request", 400),
    // Addresses that are well formed.
    ("127.0.0.1", "address_literal_denied", 403),
    ("0.0.0.0", "address_literal_denied", 403),
    ("0.1.2.3", "address_literal_denied", 403),
    ("255.255.255.255", "address_literal_denied", 403),
    ("10.0.0.1", "address_literal_denied", 403),
    ("100.64.0.1", "address_literal_denied", 403),
    ("169.254.169.254", "address_literal_denied", 403),
    ("168.63.129.16", "address_literal_denied", 403),
    ("100.100.100.200", "address_literal_denied", 403),
    ("[::1]", "address_literal_denied", 403),
    ("[::]", "address_literal_denied", 403),
    ("[::ffff:127.0.0.1]", "address_literal_denied", 403),
    ("[::ffff:7f00:1]", "address_literal_denied", 403),
    ("[::127.0.0.1]", "address_literal_denied", 403),
    ("[64:ff9b::7f00:1]", "address_literal_denied", 403),
    ("[64:ff9b:1::a00:1]", "address_literal_denied", 403),
    ("[2002:7f00:1::]", "address_literal_denied", 403),
    ("[2001:0:53aa:64c::1]", "address_literal_denied", 403),
    ("[fe80::1]", "address_literal_denied", 403),
    ("[fec0::1]", "address_literal_denied", 403),
    ("[fd00:ec2::254]", "address_literal_denied", 403),
    ("[::5efe:10.0.0.1]", "address_literal_denied", 403),
    // Names that are none, and names that only look like ours.
    (String(repeating: "a", count: 64) + ".example", "malformed_authority", 400),
    (String(repeating: "a.", count: 126) + "aa", "malformed_authority", 400),
    ("-allowed.example", "not_allowlisted", 403),
    ("xn--\u{d0}\u{b0}.example", "malformed_request", 400),
    ("xn--.example", "not_allowlisted", 403),
    ("xn--a.example", "not_allowlisted", 403),
    ("g\u{d1}\u{96}thub.example", "malformed_request", 400),
    ("allowed.e\u{e2}\u{84}\u{aa}ample", "malformed_request", 400),
    ("\u{c4}\u{b1}allowed.example", "malformed_request", 400),
    ("allowed\u{e3}\u{80}\u{82}example", "malformed_request", 400),
    ("allowed\u{c2}\u{ad}.example", "malformed_request", 400),
    ("allowed\u{e2}\u{80}\u{8d}.example", "malformed_request", 400),
    ("stra\u{c3}\u{9f}e.example", "malformed_request", 400),
  ]

  /// Behind `allowed.example:`.
  private static let ports: [(String, String, Int)] = [
    ("", "malformed_authority", 400), ("0", "malformed_authority", 400),
    ("080", "malformed_authority", 400), ("0443", "malformed_authority", 400),
    ("65536", "malformed_authority", 400), ("65616", "malformed_authority", 400),
    ("65979", "malformed_authority", 400), ("4294967376", "malformed_authority", 400),
    ("18446744073709551696", "malformed_authority", 400),
    ("+80", "malformed_authority", 400), ("-1", "malformed_authority", 400),
    ("0x50", "malformed_authority", 400), ("80:80", "malformed_authority", 400),
    ("443:80", "malformed_authority", 400), ("https", "malformed_authority", 400),
    (" 443", "malformed_request", 400), ("80\u{0}", "malformed_request", 400),
    ("22", "port_not_allowed", 403), ("3128", "port_not_allowed", 403),
  ]

  static let hosts: [HostileRequest] =
    authorities.flatMap { host, reason, status in
      [
        target("http://\(host)/", reason, host: host, status: status),
        tunnel("\(host):443", reason, status: status),
      ]
    }
    + ports.flatMap { port, reason, status in
      [
        target(
          "http://allowed.example:\(port)/", reason, host: "allowed.example:\(port)",
          status: status),
        tunnel("allowed.example:\(port)", reason, status: status),
      ]
    }
}
