import Admin
import CLinux
import Configuration

/// Where `sluice top` looks: the administration of a running process.
struct TopSource {
  private let option: AdminOption
  let milliseconds: Int

  /// An answer takes milliseconds; longer, and the process is in trouble.
  static let answerMilliseconds = 5000
  /// Refused names that are asked for.
  static let denialsMax = 20

  init(_ option: AdminOption, milliseconds: Int) {
    self.option = option
    self.milliseconds = milliseconds
  }

  /// What the process says now.
  func look() throws -> TopLook {
    let body = try option.ask("GET", "/metrics", milliseconds: Self.answerMilliseconds).body
    guard let reading = MetricsReading(Array(body.utf8)) else { throw StatusText.Unreadable() }
    return TopLook(reading, time: cl_monotonic_ns())
  }

  /// Names that were refused lately; none, if the process does not say.
  func denials() -> [TopView.Denial] {
    let target = "/v1/denials?limit=\(Self.denialsMax)"
    guard
      let answer = try? option.ask(
        "GET", target, otherwise: 404, milliseconds: Self.answerMilliseconds),
      answer.status == 200
    else { return [] }
    return TopView.Denial.read(answer.body)
  }
}
