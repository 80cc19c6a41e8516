import Configuration
import Proxy
import Testing

@testable import Admin

@Suite("what status and reload say") struct StatusTests {
  @Test("JSON is read as it was written, and nothing else is JSON")
  func json() {
    let text = #" {"a":[1,-2,true,null,"x\n\"\u0041"],"b":{}} "#
    #expect(
      JSONValue(text)
        == .object([
          "a": .list([.number(1), .number(-2), .bool(true), .null, .text("x\n\"A")]),
          "b": .object([:]),
        ]))
    for broken in ["", "{", "[1,]", #"{"a":1,"a":2}"#, "1.5", "tru", "[1] 2", "\"\u{1}\"", "{1:2}"]
    {
      #expect(JSONValue(broken) == nil, "\(broken)")
    }
    #expect(JSONValue(String(repeating: "[", count: 100_000)) == nil)
  }

  @Test("rates are those of the last minute and a little, from samples that are never too close")
  func rates() {
    func sample(_ seconds: UInt64, _ allowed: UInt64, _ refused: UInt64 = 0) -> RecentRates.Sample {
      RecentRates.Sample(time: seconds * 1_000_000_000, allowed: allowed, refused: refused)
    }
    let rates = RecentRates(sample(100, 0))
    #expect(rates.recent(sample(103, 30, 3)) == (3000, 30, 3))
    rates.note(sample(104, 1_000_000))
    for second in stride(from: 110 as UInt64, through: 300, by: 10) {
      rates.note(sample(second, second))
    }
    #expect(rates.recent(sample(305, 305)) == (65_000, 65, 0))
    // Nothing was sampled for long, because the process stood still.
    rates.note(sample(1000, 1000))
    #expect(rates.recent(sample(1001, 1001)) == (701_000, 701, 0))
  }

  @Test("a text of the process cannot act on a terminal")
  func controls() {
    #expect(JSONValue(#""a\u001b[31mb""#)?.text == "a?[31mb")
  }

  @Test("settings that count only after a restart are named")
  func restart() throws {
    let started = Settings()
    var new = Settings()
    #expect(started.restartNeeded(for: new) == [])
    new.allowlists = ["essential"]
    new.graceMilliseconds = 5
    #expect(started.restartNeeded(for: new) == [])
    new.workers = 7
    new.limits.headBytes = 8192
    new.listen = [try Endpoint.listener(SettingText("--listen", "127.0.0.1:1"))]
    #expect(started.restartNeeded(for: new) == ["listeners", "workers", "limits"])
  }

  @Test("a listener keeps its environment by its address, whatever its place")
  func listeners() throws {
    func endpoint(_ text: String) throws -> Endpoint {
      try Endpoint.listener(SettingText("--listen", text))
    }
    var running = Settings()
    running.listen = [try endpoint("127.0.0.1:1"), try endpoint("127.0.0.1:2")]
    running.listenerEnvironments = ["a", "b"]
    running.environments = ["a", "b"].map { EnvironmentSettings(name: $0) }
    var new = running
    new.listen = [try endpoint("127.0.0.1:3"), try endpoint("127.0.0.1:1")]
    new.listenerEnvironments = ["b", "b"]
    let settings = try new.on(running)
    #expect(settings.listen == running.listen)
    #expect(settings.listenerEnvironments == ["b", "b"])
    new.environments = [EnvironmentSettings(name: "a")]
    new.listenerEnvironments = ["a", "a"]
    #expect(throws: ConfigurationError.self) { try new.on(running) }
  }

  @Test("a socket that the service manager passed keeps the environment that is written for it")
  func passedSockets() throws {
    var running = Settings()
    running.inherited = ["web", "old"]
    running.environments = ["locked", "open"].map { EnvironmentSettings(name: $0) }
    running.listenerEnvironments = [nil, "open", "open"]
    var new = running
    new.inherited = ["web"]
    new.listenerEnvironments = [nil, "locked"]
    let settings = try new.on(running)
    #expect(settings.inherited == ["web", "old"])
    #expect(settings.listenerEnvironments == [nil, "locked", "open"])
    #expect(running.restartNeeded(for: new) == ["listeners"])
    // The next change starts from what is in force, not from what the process was started with.
    #expect(try new.on(settings).listenerEnvironments == [nil, "locked", "open"])
    running.listenerEnvironments = []
    #expect(try new.on(running).listenerEnvironments == [nil, "locked", nil])
  }
}
