internal import Review

extension TrafficReport {
  private static let columns = 120
  private static let rows = 25
  private static let newRows = 200
  private static let unusedRows = 200

  /// The page, a file of its own.
  package var html: String {
    var page = HTMLPage(title: title)
    head(&page)
    overTime(&page)
    refused(&page)
    destinations(&page)
    new(&page)
    unused(&page)
    others(&page)
    return page.document
  }

  private func head(_ page: inout HTMLPage) {
    let counts = statistics
    page.add("<h1>\(HTMLPage.text(title))</h1>")
    let first = String(decoding: counts.first, as: UTF8.self)
    let last = String(decoding: counts.last, as: UTF8.self)
    let span = first.isEmpty ? "no records" : "\(Self.short(first)) to \(Self.short(last)) UTC"
    page.add(
      "<p class=\"quiet\">\(HTMLPage.text(span)), from "
        + "\(HTMLPage.text(sources.joined(separator: ", "), limit: 1000)); made "
        + "\(HTMLPage.text(Self.short(made)))</p>")
    if !conditions.isEmpty {
      page.add(
        "<p class=\"quiet\">Only records with \(HTMLPage.text(conditions, limit: 1000)).</p>")
    }
    for problem in problems {
      page.add("<p class=\"warn\">Left out: \(HTMLPage.text(problem, limit: 1000))</p>")
    }
    if counts.dropped > 0 {
      page.add(
        "<p class=\"warn\">The log says that \(Amount.count(counts.dropped)) records were lost.</p>"
      )
    }
    let tiles = [
      (Amount.count(counts.allowed), "allowed"), (Amount.count(counts.denied), "refused"),
      (Amount.bytes(counts.bytesUp), "sent out"), (Amount.bytes(counts.bytesDown), "received"),
      (Amount.count(counts.environments.distinct), "environments"),
      (Amount.count(counts.records), "records"),
    ]
    page.add("<div class=\"tiles\">")
    for (value, name) in tiles { page.add("<div class=\"tile\"><b>\(value)</b>\(name)</div>") }
    page.add("</div>")
    if counts.reported > 0 {
      page.add(
        "<p>\(Amount.count(counts.reported)) of the allowed requests passed only because their "
          + "environment reports instead of refusing.</p>")
    }
  }

  private func overTime(_ page: inout HTMLPage) {
    let series = statistics.series.slices(limit: Self.columns)
    guard !series.slices.isEmpty else { return }
    page.add("<h2>Over time</h2>")
    let length = series.minutes
    let each = length % 60 == 0 ? "\(length / 60) h" : "\(length) min"
    func key(_ style: String, _ name: String) -> String {
      "<svg class=\"key\" viewBox=\"0 0 1 1\" aria-hidden=\"true\">"
        + "<rect class=\"\(style)\" width=\"1\" height=\"1\"/></svg>\(name)"
    }
    page.add(
      "<h3>Requests, in steps of \(each) \(key("allow", "allowed")) \(key("deny", "refused"))</h3>")
    let requests = TimeChart(
      slices: series.slices.map { ($0.allowed, $0.denied) }, firstMinute: series.first,
      minutesPerSlice: length, lower: ("allow", "allowed"), upper: ("deny", "refused"),
      label: "Requests over time, allowed and refused", amount: Amount.count)
    page.add(requests.markup)
    page.add(
      "<h3>Bytes of what ended, in steps of \(each) \(key("down", "received")) "
        + "\(key("up", "sent out"))</h3>")
    let bytes = TimeChart(
      slices: series.slices.map { ($0.bytesDown, $0.bytesUp) }, firstMinute: series.first,
      minutesPerSlice: length, lower: ("down", "received"), upper: ("up", "sent out"),
      label: "Bytes over time, received and sent out", amount: Amount.bytes)
    page.add(bytes.markup)
  }

  private func refused(_ page: inout HTMLPage) {
    page.add("<h2>Refused, by reason</h2>")
    bars(statistics.reasons, "Reason", style: "deny", &page)
    page.add("<h2>Refused most</h2>")
    bars(statistics.deniedHosts, "Host", style: "deny", &page)
  }

  private func destinations(_ page: inout HTMLPage) {
    let hosts = statistics.hosts
    page.add("<h2>Top destinations</h2>")
    guard hosts.distinct > 0 else { return page.add("<p class=\"quiet\">None.</p>") }
    note(hosts, &page)
    let most = hosts.top(1).first?.counts.count ?? 1
    page.table(
      [("Host", false), ("", false), ("Requests", true), ("Sent out", true), ("Received", true)],
      hosts.top(Self.rows).map { item in
        [
          "<code>\(HTMLPage.text(item.text))</code>", Self.bar(item.counts.count, most, "allow"),
          Amount.count(item.counts.count), Amount.bytes(item.counts.bytesUp),
          Amount.bytes(item.counts.bytesDown),
        ]
      })
    page.add("<h3>Most sent out</h3>")
    page.table(
      [("Host", false), ("Sent out", true), ("Received", true), ("Requests", true)],
      hosts.top(10, by: { $0.bytesUp }).map { item in
        [
          "<code>\(HTMLPage.text(item.text))</code>", Amount.bytes(item.counts.bytesUp),
          Amount.bytes(item.counts.bytesDown), Amount.count(item.counts.count),
        ]
      })
  }

  private func new(_ page: inout HTMLPage) {
    guard let known = destinations else { return }
    page.add("<h2>New destinations</h2>")
    let new = known.new
    let what =
      known.isFirst
      ? "There was no report before this one: every destination is new."
      : "Let through, and in no report before this one."
    page.add("<p>\(Counted.text(new.count, "host")). \(what)</p>")
    if known.untold > 0 {
      page.add(
        "<p class=\"warn\">\(Amount.count(known.untold)) requests went to hosts beyond the "
          + "\(Amount.count(KnownDestinations.limit)) that are remembered.</p>")
    }
    guard !new.isEmpty else { return }
    page.table(
      [("Host", false), ("First", false), ("Requests", true)],
      new.prefix(Self.newRows).map { item in
        [
          "<code>\(HTMLPage.text(item.host))</code>", HTMLPage.text(Self.short(item.first)),
          Amount.count(item.count),
        ]
      })
    rest(new.count, Self.newRows, &page)
  }

  private func unused(_ page: inout HTMLPage) {
    guard !rules.isEmpty else { return }
    page.add("<h2>Unused rules</h2>")
    page.add(
      "<p class=\"quiet\">Rules that decided no request of these records. A rule of another version of "
        + "a list counts for that version only.</p>")
    for list in rules.outcomes(limit: Self.unusedRows) {
      page.add(
        "<h3><code>\(HTMLPage.text(list.label))</code>: \(Amount.count(list.unusedCount)) of "
          + "\(Counted.text(list.ruleCount, "rule")) not used</h3>")
      guard list.unusedCount > 0 else { continue }
      page.table(
        [("Line", true), ("Rule", false)],
        list.unused.map { ["\($0.line)", "<code>\(HTMLPage.text($0.text))</code>"] })
      rest(list.unusedCount, Self.unusedRows, &page)
    }
    let others = rules.others
    guard others.distinct > 0 else { return }
    page.add("<h3>Decisions by rules of lists that were not given</h3>")
    page.table(
      [("List", false), ("Decisions", true)],
      others.top(Self.rows).map {
        ["<code>\(HTMLPage.text($0.text))</code>", Amount.count($0.counts.count)]
      })
  }

  private func others(_ page: inout HTMLPage) {
    page.add("<h2>Environments</h2>")
    traffic(statistics.environments, "Environment", &page)
    page.add("<h2>Clients</h2>")
    traffic(statistics.clients, "Client", &page)
    page.add("<h2>How tunnels and exchanges ended</h2>")
    bars(statistics.ends, "End", style: "down", &page)
  }

  private func traffic(_ items: FrequentItems, _ name: String, _ page: inout HTMLPage) {
    guard items.distinct > 0 else { return page.add("<p class=\"quiet\">None.</p>") }
    note(items, &page)
    page.table(
      [
        (name, false), ("Requests", true), ("Refused", true), ("Sent out", true),
        ("Received", true),
      ],
      items.top(Self.rows).map { item in
        [
          "<code>\(HTMLPage.text(item.text))</code>", Amount.count(item.counts.count),
          Amount.count(item.counts.denied), Amount.bytes(item.counts.bytesUp),
          Amount.bytes(item.counts.bytesDown),
        ]
      })
    rest(items.distinct, Self.rows, &page)
  }

  private func bars(
    _ items: FrequentItems, _ name: String, style: String, _ page: inout HTMLPage
  ) {
    guard items.distinct > 0 else { return page.add("<p class=\"quiet\">None.</p>") }
    note(items, &page)
    let top = items.top(Self.rows)
    let most = top.first?.counts.count ?? 1
    page.table(
      [(name, false), ("", false), ("Count", true)],
      top.map { item in
        [
          "<code>\(HTMLPage.text(item.text))</code>", Self.bar(item.counts.count, most, style),
          Amount.count(item.counts.count),
        ]
      })
    rest(items.distinct, Self.rows, &page)
  }

  private func note(_ items: FrequentItems, _ page: inout HTMLPage) {
    guard !items.isExact else { return }
    page.add(
      "<p class=\"quiet\">There were more than could be told apart: each count may be up to "
        + "\(Amount.count(items.error)) too small.</p>")
  }

  private func rest(_ count: Int, _ shown: Int, _ page: inout HTMLPage) {
    guard count > shown else { return }
    page.add("<p class=\"quiet\">and \(Amount.count(count - shown)) more</p>")
  }

  private static func bar(_ count: Int, _ most: Int, _ style: String) -> String {
    let width = max(1, count * 200 / max(1, most))
    return "<svg class=\"bar\" viewBox=\"0 0 200 10\" aria-hidden=\"true\">"
      + "<rect class=\"\(style)\" width=\"\(width)\" height=\"10\" rx=\"2\"/></svg>"
  }

  /// `2026-11-22 10:00`.
  private static func short(_ time: String) -> String {
    String(time.prefix(16)).replacing("T", with: " ")
  }
}
