internal import Audit
internal import Review

/// A page that needs nothing but itself: no script, no picture, no font, and a policy that would let
/// none be loaded, whatever a record holds.
struct HTMLPage {
  private let title: String
  private(set) var body = ""

  init(title: String) { self.title = title }

  /// A text of a record or a file name, fit for the inside of an element or of an attribute in double
  /// quotation marks.
  static func text(_ text: String, limit: Int = 255) -> String {
    var result = ""
    for character in PrintableText.line(text, limit: limit) {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.append(character)
      }
    }
    return result
  }

  /// Adds markup, in which all that is not ours went through ``text(_:limit:)``.
  mutating func add(_ markup: String) { body += markup + "\n" }

  /// Adds a table. Cells are markup; columns of numbers are set to the right.
  mutating func table(_ head: [(name: String, isNumber: Bool)], _ rows: [[String]]) {
    add("<div class=\"scroll\"><table><thead><tr>")
    for column in head {
      add("<th scope=\"col\"\(column.isNumber ? " class=\"n\"" : "")>\(column.name)</th>")
    }
    add("</tr></thead><tbody>")
    for row in rows {
      let cells = zip(head, row).map { "<td\($0.isNumber ? " class=\"n\"" : "")>\($1)</td>" }
      add("<tr>\(cells.joined())</tr>")
    }
    add("</tbody></table></div>")
  }

  /// The whole page.
  var document: String {
    let style = Self.style
    let digest = Base64.text(ChainHash().digest(Array(style.utf8).span))
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'sha256-\(digest)'; base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="referrer" content="no-referrer">
      <meta name="color-scheme" content="light dark">
      <title>\(Self.text(title))</title>
      <style>\(style)</style>
      </head>
      <body>
      <main>
      \(body)</main>
      </body>
      </html>

      """
  }

  private static let style = """

    :root { --ground: #ffffff; --ink: #1b1f24; --quiet: #57606a; --line: #d0d7de; --panel: #f6f8fa;
      --allow: #1a7f37; --deny: #cf222e; --up: #8250df; --down: #0969da; }
    @media (prefers-color-scheme: dark) {
      :root { --ground: #0d1117; --ink: #e6edf3; --quiet: #9198a1; --line: #30363d;
        --panel: #161b22; --allow: #3fb950; --deny: #f85149; --up: #bc8cff; --down: #58a6ff; }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--ground); color: var(--ink);
      font: 15px/1.45 system-ui, sans-serif; }
    main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
    h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
    h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--line);
      padding-bottom: .3rem; }
    h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
    p { margin: .4rem 0; }
    .quiet { color: var(--quiet); }
    .warn { border-left: 4px solid var(--deny); background: var(--panel); padding: .5rem .8rem; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .7rem;
      margin: 1rem 0; }
    .tile { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem;
      padding: .6rem .8rem; }
    .tile b { display: block; font-size: 1.35rem; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: .92rem; }
    th, td { text-align: left; padding: .28rem .6rem .28rem 0; border-bottom: 1px solid var(--line);
      vertical-align: top; overflow-wrap: anywhere; }
    th { color: var(--quiet); font-weight: 600; }
    th.n, td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
    code { font: .9em ui-monospace, monospace; }
    svg { display: block; width: 100%; height: auto; }
    .bar { width: 12rem; max-width: 100%; margin-top: .4rem; }
    svg text { fill: var(--quiet); font: 11px system-ui, sans-serif; }
    .axis { stroke: var(--line); }
    .allow { fill: var(--allow); } .deny { fill: var(--deny); }
    .up { fill: var(--up); } .down { fill: var(--down); }
    .key { display: inline-block; width: .75rem; height: .75rem; margin: 0 .3rem 0 .8rem; }
    @media print { main { max-width: none; } h2 { break-after: avoid; } }

    """
}

/// RFC 4648 §4.
enum Base64 {
  static func text(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let piece = Array(bytes[start..<min(start + 3, bytes.count)])
      let word =
        UInt32(piece[0]) << 16 | UInt32(piece.count > 1 ? piece[1] : 0) << 8
        | UInt32(piece.count > 2 ? piece[2] : 0)
      for place in 0..<4 {
        let isPadding = place > piece.count
        let index = Int((word >> UInt32(18 - 6 * place)) & 63)
        text.append(isPadding ? UInt8(ascii: "=") : digits[index])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
