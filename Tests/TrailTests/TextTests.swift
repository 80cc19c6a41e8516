import Testing
import Trail

@testable import Audit

@Suite("Records on a terminal")
struct TextTests {
  private func human(_ line: String) throws -> String {
    var output: [UInt8] = []
    let bytes = Array(line.utf8)
    HumanLine.append(bytes.span, try fields(line), to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  private func json(_ line: String) throws -> String {
    var output: [UInt8] = []
    let bytes = Array(line.utf8)
    SafeText.append(bytes.span, isWide: try fields(line).isWide, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  @Test("a decision on one line")
  func decision() throws {
    #expect(
      try human(record("github.com", rule: "default@1:31"))
        == "2026-11-22 10:00:00.123 allow  vm-7       10.0.7.2     CONNECT github.com:443 allowlisted "
        + "by default@1:31\n")
  }

  @Test("an end with its bytes")
  func close() throws {
    let line =
      #"{"v":1,"time":"2026-11-22T10:00:00.123456Z","event":"close","host":"::1","port":443,"bytes_up":1822,"bytes_down":90122,"duration_us":1230412,"end":"client_eof"}"#
    #expect(try human(line).contains("[::1]:443 client_eof up 1.8 KiB, down 88 KiB, 1.2 s"))
  }

  @Test("nothing of a record acts on the terminal, in neither form")
  func controls() throws {
    for text in ["\u{1b}[31m", "\u{9b}31m", "\u{7f}", "\u{202e}", "\u{2028}", "\u{0}", "\r"] {
      let escaped = text.unicodeScalars.map { scalar in
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
      for form in [text, escaped] where form.unicodeScalars.first!.value >= 0x20 {
        let line = record("a.b", more: #","detail":"x\#(form)y""#)
        for shown in [try human(line), try json(line)] {
          #expect(
            !shown.unicodeScalars.contains { scalar in
              scalar != "\n"
                && (scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
                  || [0x202e, 0x2028].contains(scalar.value))
            }, "\(shown.debugDescription)")
        }
      }
    }
  }

  @Test("a record with letters of any language is printed as it is")
  func letters() throws {
    let line = record("a.b", more: #","detail":"naïve 日本 🙂""#)
    #expect(try json(line) == line)
    #expect(try human(line).contains("naïve 日本 🙂"))
  }
}
