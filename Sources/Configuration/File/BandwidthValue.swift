package import Policy

/// A bandwidth as people write it: `10MiB/s`, `10MiB/s burst 20MiB`.
package struct BandwidthValue: Hashable, Sendable {
  private let rate: Rate
  /// A bandwidth without one has none worth mentioning, whereas a ``Policy/Rate`` has a second's worth.
  private let hasBurst: Bool

  package var bandwidth: Bandwidth {
    Bandwidth(bytesPerSecond: rate.amount, burst: hasBurst ? rate.burst : 0)
  }

  init(_ text: SettingText) throws(ConfigurationError) {
    do throws(RateError) {
      rate = try Rate(text.text, .bytes)
    } catch {
      throw text.error(error.problem, remedy: error.remedy)
    }
    guard rate.period == .second else {
      throw text.error(
        "a bandwidth that is not one of a second",
        remedy: "write it as 10MiB/s; for the bytes of a day there is quota")
    }
    hasBurst = text.text.contains("burst")
  }

  /// As it is read.
  var text: String {
    let rate = rate.description
    // A rate leaves out what comes in a second.
    return hasBurst && !rate.contains("burst") ? "\(rate) burst \(rate.dropLast(2))" : rate
  }
}

extension TextKind<BandwidthValue> {
  static var bandwidth: TextKind {
    TextKind(
      .text(
        "`1B/s` to `10GiB/s`, and a burst: `10MiB/s burst 20MiB`",
        pattern: "^[1-9][0-9]{0,8}([KMG]i)?B/s( burst [1-9][0-9]{0,8}([KMG]i)?B)?$"),
      parse: { (text: SettingText) throws(ConfigurationError) in try BandwidthValue(text) },
      text: { $0.text })
  }
}
