internal import Domains

/// Two quantities over time as columns upon one another, drawn in SVG.
struct TimeChart {
  let slices: [(lower: Int, upper: Int)]
  /// Of the first slice, since 1970.
  let firstMinute: Int
  let minutesPerSlice: Int
  /// Classes of the columns, and what they stand for.
  let lower: (style: String, name: String)
  let upper: (style: String, name: String)
  let label: String
  let amount: (Int) -> String

  private static let (width, height) = (960, 220)
  private static let (left, right, top, bottom) = (76, 12, 12, 24)

  var markup: String {
    let most = max(1, slices.map { $0.lower + $0.upper }.max() ?? 1)
    let wide = Double(Self.width - Self.left - Self.right)
    let high = Double(Self.height - Self.top - Self.bottom)
    let base = Self.height - Self.bottom
    let step = wide / Double(max(1, slices.count))
    var parts = [
      "<svg viewBox=\"0 0 \(Self.width) \(Self.height)\" role=\"img\" "
        + "aria-label=\"\(HTMLPage.text(label))\">"
    ]
    for share in [0, 1, 2] {
      let y = Self.number(Double(base) - high * Double(share) / 2)
      parts.append(
        "<line class=\"axis\" x1=\"\(Self.left)\" x2=\"\(Self.width - Self.right)\" y1=\"\(y)\" "
          + "y2=\"\(y)\"/>")
      parts.append(
        "<text x=\"\(Self.left - 6)\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">"
          + "\(HTMLPage.text(amount(most * share / 2)))</text>")
    }
    for (index, slice) in slices.enumerated() where slice.lower + slice.upper > 0 {
      let x = Double(Self.left) + step * Double(index)
      let low = high * Double(slice.lower) / Double(most)
      let up = high * Double(slice.upper) / Double(most)
      let tip =
        "\(Self.time(firstMinute + index * minutesPerSlice)): \(amount(slice.lower)) \(lower.name), "
        + "\(amount(slice.upper)) \(upper.name)"
      parts.append("<g><title>\(HTMLPage.text(tip))</title>")
      let columns = [(lower.style, low, 0.0), (upper.style, up, low)]
      for (style, length, below) in columns where length > 0 {
        parts.append(
          "<rect class=\"\(style)\" x=\"\(Self.number(x))\" "
            + "y=\"\(Self.number(Double(base) - below - length))\" "
            + "width=\"\(Self.number(max(step * 0.86, 0.6)))\" "
            + "height=\"\(Self.number(max(length, 0.6)))\"/>")
      }
      parts.append("</g>")
    }
    let span = slices.count * minutesPerSlice
    for (share, anchor) in [(0.0, "start"), (0.5, "middle"), (1.0, "end")] {
      let x = Self.number(Double(Self.left) + wide * share)
      let minute = firstMinute + Int(Double(span) * share)
      parts.append(
        "<text x=\"\(x)\" y=\"\(Self.height - 6)\" text-anchor=\"\(anchor)\">"
          + "\(Self.time(minute))</text>")
    }
    parts.append("</svg>")
    return parts.joined(separator: "\n")
  }

  /// `2026-11-22 10:00`.
  static func time(_ minute: Int) -> String {
    let day = Day(daysSince1970: Int32(clamping: minute / 1440))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(day) \(two(minute % 1440 / 60)):\(two(minute % 60))"
  }

  /// With at most two places behind the point.
  private static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let (whole, part) = (hundredths / 100, hundredths % 100)
    if part == 0 { return "\(whole)" }
    return "\(whole).\(part < 10 ? "0" : "")\(part)"
  }
}
