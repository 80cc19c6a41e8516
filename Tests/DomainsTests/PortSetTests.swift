import Testing

@testable import Domains

@Suite("Port sets")
struct PortSetTests {
  @Test(
    "a set is held sorted and merged",
    arguments: [
      ("443", "443"), ("8443,443", "443,8443"), ("9000-9003", "9000-9003"), ("*", "*"),
      ("80,81,82", "80-82"), ("82,80-81", "80-82"), ("1-65535", "*"), ("1,65535", "1,65535"),
      ("2-65535,1", "*"),
    ])
  func canonical(_ text: String, _ canonical: String) throws {
    let set = try #require(PortSet(text))
    #expect(set.description == canonical)
    #expect(PortSet(canonical) == set)
  }

  @Test(
    "what is no set of ports is refused",
    arguments: [
      "", ",", "443,", ",443", "443,,80", "0", "65536", "0443", "+443", "443 ", " 443", "a", "-",
      "80-",
      "-80", "80-80", "81-80", "80-90-100", "80,80", "80-90,85", "80-90,90-95", "*,80", "80,*",
      "**",
      ":443", "443;80", "99999-100000",
    ])
  func refused(_ text: String) {
    #expect(PortSet(text) == nil)
  }

  @Test("a set holds its ports and no others")
  func contains() throws {
    let set = try #require(PortSet("443,9000-9003"))
    let held = (1...65535).filter { set.contains(Port(UInt16($0))!) }
    #expect(held == [443, 9000, 9001, 9002, 9003])
    #expect((1...65535).filter { PortSet.standard.contains(Port(UInt16($0))!) } == [80, 443])
    #expect((1...65535).allSatisfy { PortSet.all.contains(Port(UInt16($0))!) })
  }

  @Test("a set of more parts than the limit is refused")
  func limit() {
    let parts = (1...PortSet.partLimit).map { String($0 * 2) }
    #expect(PortSet(parts.joined(separator: ",")) != nil)
    #expect(PortSet((parts + ["9999"]).joined(separator: ",")) == nil)
  }
}

@Suite("Days")
struct DayTests {
  @Test(
    "a day is counted from 1970",
    arguments: [
      ("1970-01-01", 0), ("1970-12-31", 364), ("1972-02-29", 789), ("2000-02-29", 11016),
      ("2000-03-01", 11017), ("2026-11-22", 20779), ("2026-12-31", 20818), ("2100-03-01", 47541),
      ("9999-12-31", 2_932_896),
    ])
  func counts(_ text: String, _ days: Int) throws {
    let day = try #require(Day(text))
    #expect(Int(day.daysSince1970) == days)
    #expect(day.description == text)
  }

  @Test(
    "what is no day is refused",
    arguments: [
      "", "2026", "2026-1-1", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "2026-04-31",
      "2026-02-29", "2100-02-29", "1900-01-01", "1969-12-31", "26-01-01", "2026/01/01",
      "2026-01-01 ",
      "2026-01-01T00:00:00Z", "+026-01-01", "2026-0a-01",
    ])
  func refused(_ text: String) {
    #expect(Day(text) == nil)
  }

  @Test("every day of four centuries has a text that reads back, and follows the day before")
  func calendar() throws {
    for number in 0..<Int32(146_097) {
      let day = Day(daysSince1970: number)
      #expect(Day(day.description) == day)
    }
  }

  @Test("a Unix time falls on its day")
  func unixSeconds() {
    #expect(Day(unixSeconds: 0).description == "1970-01-01")
    #expect(Day(unixSeconds: 86_399).description == "1970-01-01")
    #expect(Day(unixSeconds: 86_400).description == "1970-01-02")
    #expect(Day(unixSeconds: -1) < Day(unixSeconds: 0))
  }
}
