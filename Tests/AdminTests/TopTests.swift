import Testing

@testable import Admin

@Suite("sluice top") struct TopTests {
  private static let before = """
    # HELP sluice_decisions_total x
    # TYPE sluice_decisions_total counter
    sluice_decisions_total{environment="a",verdict="allow",reason="allowlisted"} 100
    sluice_decisions_total{environment="b",verdict="deny",reason="not_allowlisted"} 5
    sluice_connections{environment="a"} 3
    sluice_connections{environment=""} 1
    sluice_connections_max 8192
    process_cpu_seconds_total 1.5
    sluice_connect_duration_seconds_bucket{le="0.001024"} 10
    sluice_connect_duration_seconds_bucket{le="+Inf"} 10
    """
  private static let now = """
    sluice_decisions_total{environment="a",verdict="allow",reason="allowlisted"} 180
    sluice_decisions_total{environment="b",verdict="deny",reason="denied_always"} 2
    sluice_decisions_total{environment="b",verdict="deny",reason="not_allowlisted"} 11
    sluice_transferred_bytes_total{environment="a",direction="up"} 2048
    sluice_transferred_bytes_total{environment="a",direction="down"} 4194304
    sluice_tunnels{environment="a"} 2
    sluice_connections{environment="a"} 4
    sluice_connections{environment=""} 1
    sluice_connections_max 8192
    sluice_policy_generation 7
    process_cpu_seconds_total 1.9
    sluice_connect_duration_seconds_bucket{le="0.001024"} 11
    sluice_connect_duration_seconds_bucket{le="0.002048"} 14
    sluice_connect_duration_seconds_bucket{le="+Inf"} 14
    """

  private func look(_ text: String, _ seconds: UInt64) throws -> TopLook {
    TopLook(try #require(MetricsReading(Array(text.utf8))), time: seconds * 1_000_000_000)
  }

  private func view(
    _ order: TopView.Order = .refused, denials: [TopView.Denial] = []
  ) throws -> TopView {
    try TopView(look(Self.now, 12), after: look(Self.before, 10), order: order, denials: denials)
  }

  @Test("rates are what came between two looks, by time")
  func rates() throws {
    let view = try view()
    #expect(view.rows.map(\.name) == ["b", "a"])
    #expect(view.rows[0].refused == 4 && view.rows[0].reason == "not_allowlisted")
    #expect(view.rows[1].allowed == 40 && view.rows[1].down == 2_097_152)
    #expect(view.rows[1].tunnels == 2 && view.rows[1].connections == 4)
    #expect(view.total.allowed == 40 && view.total.refused == 4 && view.total.connections == 5)
    #expect(view.reasons.map(\.name) == ["not_allowlisted", "denied_always"])
    #expect(view.reasons[0].rate == 3 && view.reasons[0].total == 11)
    #expect(abs(view.rate(of: "process_cpu_seconds_total") - 0.2) < 1e-9)
    #expect(view.quantile(0.5, of: "sluice_connect_duration_seconds") == 0.002048)
    #expect(view.quantile(0.2, of: "sluice_connect_duration_seconds") == 0.001024)
    #expect(view.quantile(0.5, of: "sluice_dns_duration_seconds") == nil)
  }

  @Test("each order has the most first, and the next one comes round to the first")
  func orders() throws {
    #expect(try view(.allowed).rows.first?.name == "a")
    #expect(try view(.bytes).rows.first?.name == "a")
    #expect(try view(.name).rows.map(\.name) == ["a", "b"])
    var order = TopView.Order.refused
    for _ in TopView.Order.allCases { order = order.next }
    #expect(order == .refused)
  }

  @Test("a process that began anew has no rates below nothing")
  func restarted() throws {
    let view = try TopView(look(Self.before, 12), after: look(Self.now, 10), order: .refused)
    #expect(view.total.allowed == 0 && view.total.refused == 0)
    #expect(view.rate(of: "process_cpu_seconds_total") == 0)
  }

  @Test("what is not metrics cannot be read", arguments: ["x", "a{b=\"c\" 1", "a one", "{} \n"])
  func unreadable(text: String) {
    #expect(MetricsReading(Array(text.utf8)) == nil || text.hasPrefix("a{"))
  }

  @Test("the screen fits, whatever the terminal's size is")
  func fits() throws {
    let denials = (0..<30).map {
      TopView.Denial(
        host: "host-\($0).\(String(repeating: "long.", count: 20))example", port: 443,
        environment: "b", reason: "not_allowlisted", count: 30 - $0, rule: "host-\($0).example")
    }
    for denials in [[], denials] {
      let view = try view(denials: denials)
      for (columns, rows) in [(80, 24), (40, 10), (20, 3), (1, 1), (300, 100), (80, 0)] {
        let screen = TopScreen(columns: columns, rows: rows, hasColour: false)
        let lines = screen.lines(view)
        #expect(lines.count == rows, "\(columns)×\(rows)")
        #expect(lines.allSatisfy { $0.count <= columns && !$0.contains("\u{1B}") })
      }
    }
  }

  @Test("80 columns and 24 rows show environments, reasons, names and keys, without colour")
  func small() throws {
    let denial = TopView.Denial(
      host: "evil.example\u{1B}[2J", port: 443, environment: "b", reason: "not_allowlisted",
      count: 12, rule: "evil.example")
    let screen = TopScreen(columns: 80, rows: 24, hasColour: false)
    let lines = screen.lines(try view(denials: [denial]))
    let text = lines.joined(separator: "\n")
    #expect(text.contains("allowed 40.0/s  refused 4.0/s  up 512/s") || text.contains("up 1.0K/s"))
    #expect(lines.contains { $0.hasPrefix("b ") && $0.hasSuffix("not_allowlisted") }, "\(text)")
    #expect(text.contains("REFUSED BECAUSE") && text.contains("REFUSED LATELY"))
    #expect(text.contains("evil.example") && !text.contains("\u{1B}"))
    #expect(lines.last?.hasPrefix("q quits") == true)
    // Nothing that matters is behind the last column.
    #expect(lines.first { $0.hasPrefix("ENVIRONMENT") }?.hasSuffix("MOSTLY") == true)
  }

  @Test("with colour, each line ends it, and trouble stands where the keys stood")
  func colour() throws {
    var screen = TopScreen(columns: 80, rows: 24, hasColour: true)
    screen.trouble = "no running process at /x\u{7}"
    let lines = screen.lines(try view())
    for line in lines where line.contains("\u{1B}") { #expect(line.hasSuffix("\u{1B}[0m")) }
    #expect(lines.last?.contains("no running process at /x") == true)
    #expect(lines.last?.contains("\u{7}") == false)
  }

  @Test(
    "numbers are short and keep their sense",
    arguments: [
      (0.0, "0", "0"), (0.04, "0", "0"), (0.4, "0.4", "0"), (99.94, "99.9", "100"),
      (512, "512", "512"), (1536, "1536", "1.5K"), (2_097_152, "2.1M", "2.0M"),
      (1e10, "10000.0M", "9.3G"),
    ])
  func numbers(value: Double, rate: String, bytes: String) {
    #expect(TopScreen.rate(value) == rate)
    #expect(TopScreen.bytes(value) == bytes)
  }

  @Test("the JSON form says the same of all environments")
  func json() throws {
    let value = try #require(JSONValue(Self.integers(try view().json)))
    #expect(value["seconds"]?.number == 2 && value["generation"]?.number == 7)
    let rows = try #require(value["environments"]?.list)
    #expect(rows.count == 2 && rows[0]["environment"]?.text == "b")
    #expect(rows[1]["allowed_per_second"]?.number == 40 && rows[1]["allowed"]?.number == 180)
    #expect(value["refused"]?.list.first?["reason"]?.text == "not_allowlisted")
  }

  /// The reader of ours knows whole numbers only.
  private static func integers(_ text: String) -> String { text.replacing(/\.\d{3}/, with: "") }

  @Test("refused names are read from the administration's answer; what is none is left out")
  func denials() {
    let body = #"""
      {"forgotten":0,"denials":[{"host":"a.example","port":443,"environment":"e",
      "reason":"not_allowlisted","count":3,"allow":"a.example"},{"host":"b.example"}]}
      """#
    let denials = TopView.Denial.read(body)
    #expect(denials.count == 1 && denials[0].host == "a.example" && denials[0].count == 3)
    #expect(TopView.Denial.read("nonsense").isEmpty)
  }

  @Test("an answer in chunks is put together, and half of one is none")
  func chunks() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    func read(_ text: String) -> String? {
      AdminClient.read(Array(text.utf8)).map { String(decoding: $0.body, as: UTF8.self) }
    }
    #expect(read(head + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n") == "abc0123456789")
    for half in ["", "3", "3\r\nab", "3\r\nabc\r\n", "-1\r\n", "FFFFFFFFFFFFFFFF\r\n", "x\r\n"] {
      #expect(read(head + half) == nil, "\(half)")
    }
    #expect(read("HTTP/1.1 404 Not Found\r\n\r\nbody") == "body")
    #expect(read("HTTP/1.1 200 OK\r\n") == nil)
  }
}
