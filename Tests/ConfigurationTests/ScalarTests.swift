import Configuration
import Policy
import Testing

/// Runs `body` and gives the text of the error it throws; `nil` if it throws none.
func complaint(_ body: () throws(ConfigurationError) -> Void) -> String? {
  do throws(ConfigurationError) {
    try body()
    return nil
  } catch {
    return error.description
  }
}

@Suite("times, numbers and words") struct ScalarTests {
  @Test(
    "a time is a whole number and a unit",
    arguments: [
      ("1ms", 1), ("500ms", 500), ("30s", 30_000), ("2m", 120_000), ("1h", 3_600_000),
      ("0s", 0), ("24h", 86_400_000), ("86400s", 86_400_000),
    ])
  func time(_ text: String, _ milliseconds: Int) throws {
    let value = try SettingParser.milliseconds(
      SettingText("--drain", text), in: Settings.drainRange)
    #expect(value == milliseconds)
  }

  @Test(
    "what is not a time says how one is written",
    arguments: [
      "", "30", "s", "-1s", "+1s", "1.5s", " 30s", "30 s", "30S", "30sec", "1h30m", "٣s", "1e3s",
    ])
  func notATime(_ text: String) throws {
    let message = complaint { () throws(ConfigurationError) in
      _ = try SettingParser.milliseconds(SettingText("--drain", text), in: Settings.drainRange)
    }
    let found = try #require(message)
    #expect(
      found == "--drain '\(text)': not a time; write a number and ms, s, m or h, as in 30s"
        || found == "--drain '\(text)': out of range; write a time from 0ms to 24h")
  }

  @Test(
    "a time out of range says the range",
    arguments: [
      "25h", "86401s", "86400001ms", "1441m", "999999999h", "99999999999999999999s", "030s",
    ])
  func timeOutOfRange(_ text: String) {
    let message = complaint { () throws(ConfigurationError) in
      _ = try SettingParser.milliseconds(SettingText("--drain", text), in: Settings.drainRange)
    }
    #expect(message == "--drain '\(text)': out of range; write a time from 0ms to 24h")
  }

  @Test("a number in range is taken", arguments: [("1", 1), ("256", 256), ("32", 32)])
  func count(_ text: String, _ value: Int) throws {
    #expect(try SettingParser.count(SettingText("--workers", text), in: 1...256) == value)
  }

  @Test(
    "any other number says the range",
    arguments: [
      "", "0", "257", "-1", "+1", "01", "1.0", "0x10", "four", "1 ", "9999999999999999999",
    ])
  func badCount(_ text: String) {
    let message = complaint { () throws(ConfigurationError) in
      _ = try SettingParser.count(SettingText("--workers", text), in: Settings.workersRange)
    }
    #expect(
      message == "--workers '\(text)': not a number in range; write a number from 1 to 256")
  }

  @Test("an access level is one of three words, in lower case")
  func access() throws {
    for level in AccessLevel.allCases {
      #expect(try SettingParser.access(SettingText("--access", level.rawValue)) == level)
    }
    for text in ["", "Full", "all", "limited "] {
      let message = complaint { () throws(ConfigurationError) in
        _ = try SettingParser.access(SettingText("--access", text))
      }
      #expect(
        message == "--access '\(text)': not an access level; write none, limited or full")
    }
  }

  @Test("an error stays on one line and short, whatever the setting holds")
  func printable() throws {
    let text = "a\nb\u{1B}[31m" + String(repeating: "x", count: 1000)
    let message = try #require(
      complaint { () throws(ConfigurationError) in
        _ = try SettingParser.access(SettingText("--access", text))
      })
    #expect(message.hasPrefix("--access 'a?b?[31mxxx"))
    #expect(message.utf8.count < 200)
    #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 })
  }
}
