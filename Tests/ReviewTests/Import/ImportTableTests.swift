import Testing

@testable import Domains
@testable import Review

/// One line of a source, and what it becomes.
struct ImportRow: CustomTestStringConvertible, Sendable {
  let format: ImportFormat
  let direction: ImportDirection?
  let source: String
  let rules: [String]
  let remarks: [String]

  init(
    _ format: ImportFormat, _ direction: ImportDirection?, _ source: String, _ rules: [String],
    _ remarks: [String] = []
  ) {
    self.format = format
    self.direction = direction
    self.source = source
    self.rules = rules
    self.remarks = remarks
  }

  var testDescription: String {
    "\(format) \(direction.map { "as \($0) " } ?? "")`\(source)`: \(rules) \(remarks)"
  }
}

@Suite("Imports, entry by entry")
struct ImportTableTests {
  static let plain: [ImportRow] = [
    ImportRow(.plain, .allow, "example.com", ["example.com"]),
    ImportRow(.plain, .allow, "Example.COM.", ["example.com"]),
    ImportRow(.plain, .allow, "*.example.com", ["*.example.com"]),
    ImportRow(.plain, .allow, ".example.com", ["*.example.com"], ["narrowed leading_dot"]),
    ImportRow(.plain, .allow, "bücher.de", ["xn--bcher-kva.de"]),
    ImportRow(.plain, .allow, "a.com\na.com", ["a.com"]),
    ImportRow(.plain, .allow, "https://a.com/", [], ["narrowed url_or_port"]),
    ImportRow(.plain, .allow, "a.com:8080", [], ["narrowed url_or_port"]),
    ImportRow(.plain, .allow, "192.0.2.1", [], ["narrowed address"]),
    ImportRow(.plain, .allow, "a b", [], ["narrowed not_a_name"]),
    ImportRow(.plain, .allow, "a..com", [], ["ignored never_a_name"]),
    ImportRow(.plain, .allow, "api-*.a.com", [], ["narrowed wildcard_inside"]),
    ImportRow(.plain, .deny, "example.com", ["!example.com"]),
    ImportRow(.plain, .deny, "*.example.com", ["!!example.com"], ["narrowed apex_too"]),
    ImportRow(.plain, .deny, ".example.com", ["!!example.com"], ["narrowed leading_dot"]),
    ImportRow(.plain, .deny, "a.com/x", [], ["refused url_or_port"]),
    ImportRow(.plain, .deny, "a.com,b.com", [], ["refused not_a_name"]),
    ImportRow(.plain, .deny, "a..com", [], ["ignored never_a_name"]),
  ]

  static let hosts: [ImportRow] = [
    ImportRow(.hosts, .deny, "0.0.0.0 a.com b.com", ["!a.com", "!b.com"]),
    ImportRow(.hosts, .deny, "127.0.0.1\tA.com#x", ["!a.com"]),
    ImportRow(.hosts, .deny, ":: a.com", ["!a.com"]),
    ImportRow(.hosts, .deny, "fe80::1%lo0 a.com", ["!a.com"]),
    ImportRow(.hosts, .deny, "0.0.0.0 0.0.0.0", [], ["ignored never_a_name"]),
    ImportRow(
      .hosts, .deny, "127.0.0.1 localhost\n0.0.0.0 a.com", ["!a.com"], ["ignored machine_name"]),
    ImportRow(.hosts, .allow, "0.0.0.0 a.com", ["a.com"]),
    ImportRow(.hosts, .allow, "192.0.2.1 a.com", ["a.com"], ["ignored address_of_name"]),
  ]

  static let squid: [ImportRow] = [
    ImportRow(.squid, .allow, "a.com .b.com", ["a.com", "+.b.com"]),
    ImportRow(.squid, .allow, "# x\n-n\na.com", ["a.com"]),
    ImportRow(.squid, .deny, "-n --\n.a.com", ["!!a.com"]),
    ImportRow(.squid, .allow, "*.a.com", [], ["narrowed wildcard_inside"]),
    ImportRow(.squid, .deny, "a.com\n.b.com", ["!a.com", "!!b.com"]),
    ImportRow(.squid, .deny, "*.a.com", [], ["refused wildcard_inside"]),
    ImportRow(
      .squid, .allow, "http_port 3128\nacl ok dstdomain -n a.com .b.com\nacl me src 10.0.0.0/8",
      ["a.com", "+.b.com"], ["ignored other_setting", "ignored other_list"]),
  ]

  static let dnsmasq: [ImportRow] = [
    ImportRow(.dnsmasq, nil, "server=/a.com/192.0.2.1", ["+.a.com"]),
    ImportRow(.dnsmasq, nil, "server=/a.com/b.com/192.0.2.1#5353", ["+.a.com", "+.b.com"]),
    ImportRow(.dnsmasq, nil, "server=/a.com/#", ["+.a.com"]),
    ImportRow(.dnsmasq, nil, "server=/.a.com/#", ["+.a.com"]),
    ImportRow(.dnsmasq, nil, "server=/*.a.com/#", ["*.a.com"]),
    ImportRow(.dnsmasq, nil, "server=/*a.com/#", ["+.a.com"], ["narrowed part_of_label"]),
    ImportRow(.dnsmasq, nil, "server=192.0.2.1", [], ["narrowed every_name"]),
    ImportRow(.dnsmasq, nil, "server=/a.com/", ["!!a.com"]),
    ImportRow(.dnsmasq, nil, "local=/a.com/", ["!!a.com"]),
    ImportRow(.dnsmasq, nil, "address=/a.com/", ["!!a.com"]),
    ImportRow(.dnsmasq, nil, "address=/a.com/0.0.0.0", ["!!a.com"]),
    ImportRow(.dnsmasq, nil, "address=/a.com/192.0.2.1", ["!!a.com"], ["narrowed redirect"]),
    ImportRow(.dnsmasq, nil, "address=/*a.com/", [], ["refused part_of_label"]),
    ImportRow(.dnsmasq, nil, "server=//", [], ["refused unqualified"]),
    ImportRow(
      .dnsmasq, nil, "address=/#/\nserver=/a.com/192.0.2.1", ["+.a.com"],
      ["ignored everything_else"]),
    // The deny has an allow inside, so it cannot be a hard one.
    ImportRow(
      .dnsmasq, nil, "address=/a.com/\nserver=/b.a.com/#", ["!+.a.com", "+.b.a.com"]),
    ImportRow(.dnsmasq, nil, "no-resolv\nserver=/a.com/#", ["+.a.com"], ["ignored other_setting"]),
  ]

  static let v2fly: [ImportRow] = [
    ImportRow(.v2fly, .allow, "a.com", ["+.a.com"]),
    ImportRow(.v2fly, .allow, "domain:a.com @ads # x", ["+.a.com"]),
    ImportRow(.v2fly, .allow, "full:a.com#x", ["a.com"]),
    ImportRow(.v2fly, .allow, "keyword:google", [], ["narrowed keyword"]),
    ImportRow(.v2fly, .allow, #"regexp:^a\.com$"#, [], ["narrowed regular_expression"]),
    ImportRow(.v2fly, .deny, "a.com\nfull:b.com", ["!!a.com", "!b.com"]),
    ImportRow(.v2fly, .deny, "keyword:google", [], ["refused keyword"]),
    ImportRow(.v2fly, .deny, "regexp:x", [], ["refused regular_expression"]),
  ]

  static let adguard: [ImportRow] = [
    ImportRow(.adguard, nil, "! Title: x\n||a.com^", ["!!a.com"]),
    ImportRow(.adguard, nil, "[Adblock Plus 2.0]\n||A.com^", ["!!a.com"]),
    ImportRow(.adguard, nil, "@@||a.com^", ["+.a.com"]),
    ImportRow(.adguard, nil, "||*.a.com^", ["!!a.com"], ["narrowed apex_too"]),
    ImportRow(.adguard, nil, "||a.com^$third-party", ["!!a.com"], ["narrowed condition"]),
    ImportRow(.adguard, nil, "||a.com/ads/", ["!!a.com"], ["narrowed condition"]),
    ImportRow(.adguard, nil, "||a.com^$removeparam=x", [], ["ignored no_blocking"]),
    ImportRow(.adguard, nil, "@@||a.com^$document", [], ["narrowed conditional"]),
    ImportRow(.adguard, nil, "@@||a.com/x", [], ["narrowed part_of_host"]),
    ImportRow(.adguard, nil, "@@||a.com^|", [], ["narrowed part_of_host"]),
    ImportRow(
      .adguard, nil, "||ad*.a.com^", ["!!a.com"], ["narrowed below_too", "narrowed apex_too"]),
    ImportRow(.adguard, nil, "||a.com", [], ["refused open_end"]),
    ImportRow(.adguard, nil, "@@||a.com", [], ["narrowed open_end"]),
    ImportRow(.adguard, nil, "||a.*^", [], ["refused wildcard_inside"]),
    ImportRow(.adguard, nil, "ads.js", [], ["refused substring"]),
    ImportRow(.adguard, nil, "/ads[0-9]/", [], ["refused regular_expression"]),
    ImportRow(
      .adguard, nil, "a.com##.ad\n##.ad\n||b.com^", ["!!b.com"],
      [
        "ignored cosmetic", "ignored cosmetic",
      ]),
    ImportRow(.adguard, nil, "||a.com/x##y", ["!!a.com"], ["narrowed condition"]),
    ImportRow(.adguard, nil, "0.0.0.0 a.com", ["!a.com"]),
    ImportRow(.adguard, nil, "0.0.0.0 a.com ##ads", ["!a.com"]),
    ImportRow(.adguard, nil, "||a.com^ ##ads", ["!!a.com"], ["narrowed condition"]),
    ImportRow(.adguard, nil, "|https://a.com^", ["!a.com"], ["narrowed scheme"]),
    ImportRow(.adguard, nil, "@@|https://a.com^", ["a.com :443"], ["narrowed scheme"]),
    // An exception beats a block, whatever their names.
    ImportRow(.adguard, nil, "@@||a.com^\n||x.a.com^", ["+.a.com"], ["ignored overruled"]),
    ImportRow(.adguard, nil, "||a.com^\n@@||x.a.com^", ["!+.a.com", "+.x.a.com"]),
    ImportRow(
      .adguard, nil, "||a.com^$important\n@@||x.a.com^", ["!!a.com"], ["ignored overruled"]),
    ImportRow(
      .adguard, nil, "||a.com^$important\n@@||x.a.com^$important", ["!+.a.com", "+.x.a.com"]),
    ImportRow(
      .adguard, nil, "||a.com^\n||a.com^$badfilter\n||b.com^", ["!!b.com"],
      ["ignored disabled", "ignored disabled"]),
    // A platform's own badfilter turns no block off, and a platform's own exception is none of ours.
    ImportRow(
      .adguard, nil, "||a.com^\n!#if (adguard)\n||a.com^$badfilter\n@@||b.com^\n!#endif",
      ["!!a.com"],
      ["ignored disabled", "narrowed conditional"]),
  ]

  @Test("an entry becomes the rule that says no more than it", arguments: plain + hosts + squid)
  func simple(_ row: ImportRow) throws { try check(row) }

  @Test("an entry becomes the rule that says no more than it", arguments: dnsmasq + v2fly)
  func lists(_ row: ImportRow) throws { try check(row) }

  @Test("a filter becomes rules that block no less and allow no more", arguments: adguard)
  func filters(_ row: ImportRow) throws { try check(row) }

  private func check(_ row: ImportRow) throws {
    let result = try importing(row.format, row.source, as: row.direction)
    #expect(result.rules == row.rules)
    #expect(result.remarks.sorted() == row.remarks.sorted())
    #expect((result.text == nil) == row.rules.isEmpty)
  }

  @Test("comments in front of a rule and behind it stay, and say where a section comes from")
  func comments() throws {
    let result = try importing(
      .plain, "# Build\r\na.com  # the site\r\n\r\n#####\r\nb.com\r\n", as: .allow)
    #expect(
      result.string == """
        sluice-allowlist 1
        name: imported
        version: 1
        description: Imported from plain

        [plain source]
        # Build
        a.com  # the site
        b.com

        """)
  }

  @Test("a comment cannot bring control characters or a line of its own into the list")
  func hostileComments() throws {
    let result = try importing(.plain, "a.com # \u{202E}moc.live\u{85}evil.com", as: .allow)
    #expect(result.rules == ["a.com"])
    #expect(result.string.contains("a.com  # ?moc.live?evil.com\n"))
  }

  @Test("ports that are given stand on every allow and on no deny")
  func ports() throws {
    let allow = try importing(.plain, "a.com", as: .allow) { $0.ports = PortSet("443,8443") }
    #expect(allow.rules == ["a.com :443,8443"])
    let deny = try importing(.plain, "a.com", as: .deny) { $0.ports = PortSet("443") }
    #expect(deny.rules == ["!a.com"])
  }

  @Test("the report keeps the first places of each kind and counts all")
  func report() throws {
    let source = (0..<9).map { "keyword:k\($0)" }.joined(separator: "\n") + "\na.com"
    let result = try importing(.v2fly, source, as: .allow) { $0.placesShown = 2 }
    let entry = try #require(result.report.entries.first)
    #expect(entry.count == 9)
    #expect(entry.places.map(\.line) == [1, 2])
    #expect(result.report.text(file: "x").contains("… and 7 more"))
    #expect(result.report.json(file: "x").contains(#""narrowed":9"#))
  }
}
