import Configuration
import Policy
import Testing

@Suite("bandwidth in the configuration") struct BandwidthKeyTests {
  private func treatment(_ limits: String) throws -> Treatment {
    let file = try configuration("environments: { default: { limits: { \(limits) } } }")
    return file.settings(file: "sluice.yaml").environments[0].treatment
  }

  @Test("says bytes a second, each way apart, and what may go at once")
  func taken() throws {
    let treatment = try treatment("upload: 100KiB/s, download: 10MiB/s burst 20MiB")
    #expect(treatment.upload == Bandwidth(bytesPerSecond: 102_400))
    #expect(treatment.download == Bandwidth(bytesPerSecond: 10 << 20, burst: 20 << 20))
    #expect(treatment.download.slack == 2_000_000_000)
    #expect(try self.treatment("connections: 5").download == .unlimited)
    let own = try self.treatment("per_client: { download: 1MiB/s, upload: 1KiB/s burst 1MiB }")
    #expect(own.clientDownload == Bandwidth(bytesPerSecond: 1 << 20) && own.isPaced)
    #expect(own.clientUpload == Bandwidth(bytesPerSecond: 1024, burst: 1 << 20))
  }

  @Test("a burst that is written counts, even one of a second's worth")
  func burst() throws {
    #expect(try treatment("upload: 1MiB/s burst 1MiB").upload.slack == 1_000_000_000)
    #expect(try treatment("upload: 1MiB/s").upload.slack == Bandwidth.slackMin)
  }

  @Test(
    "what is none is refused with its place and what to write",
    arguments: [
      ("10MB/s", "no unit of bytes"), ("10", "not a rate"), ("10MiB/min", "not one of a second"),
      ("0KiB/s", "no whole number"), ("11GiB/s", "more than can be kept"), ("\"\"", "not a rate"),
      ("10MiB/s burst", "not a rate"),
    ])
  func refused(text: String, problem: String) throws {
    let errors = try #require(throws: ConfigurationErrors.self) {
      try configuration("environments:\n  default:\n    limits:\n      upload: \(text)\n")
    }
    #expect("\(errors)".contains(problem), "\(errors)")
    #expect("\(errors)".contains(":4:"), "\(errors)")
  }

  @Test("a lifetime of tunnels is none, or a time, of an environment its own")
  func lifetime() throws {
    let file = try configuration(
      "timeouts: { lifetime: 1h }\nenvironments: { default: { timeouts: { lifetime: 5m } } }")
    #expect(file.limits.limits.tunnelLifetime == 3_600_000_000_000)
    let own = file.settings(file: "sluice.yaml").environments[0].treatment.timeLimits
    #expect(own.lifetime == 300_000_000_000)
    #expect(try configuration("{}").limits.limits.tunnelLifetime == 0)
    #expect(try configuration("limits: { half_open: 9 }").limits.limits.halfOpenPerSource == 9)
  }
}
