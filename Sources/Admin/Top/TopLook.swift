/// One reading of `/metrics`, and when it was.
package struct TopLook: Sendable {
  package let reading: MetricsReading
  /// Monotonic nanoseconds.
  package let time: UInt64

  package init(_ reading: MetricsReading, time: UInt64) {
    self.reading = reading
    self.time = time
  }
}

extension TopView.Denial {
  /// Those of an answer of `GET /v1/denials`; what has not the form of one is left out.
  package static func read(_ body: String) -> [TopView.Denial] {
    (JSONValue(body)?["denials"]?.list ?? []).compactMap { value in
      guard let host = value["host"]?.text, let port = value["port"]?.number,
        let count = value["count"]?.number
      else { return nil }
      return TopView.Denial(
        host: host, port: port, environment: value["environment"]?.text ?? "",
        reason: value["reason"]?.text ?? "", count: count, rule: value["allow"]?.text ?? "")
    }
  }
}
