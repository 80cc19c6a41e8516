/// Why a text is no rate, in the words of a complaint: what is wrong, and what to write instead.
package struct RateError: Error, Hashable, Sendable {
  package let problem: String
  package let remedy: String
}

// Rates as people write them: `50/s`, `50/s burst 100`, `3000/min`, `10MiB/s burst 20MiB`. One spelling
// for each thing, so that two people read the same.
extension Rate: CustomStringConvertible {
  /// Reads a rate of `unit`.
  ///
  /// A number is whole, of at most nine digits; bytes have their unit behind it (`B`, `KiB`, `MiB`, `GiB`).
  package init(_ text: String, _ unit: Unit) throws(RateError) {
    let example = unit == .count ? "50/s or 50/s burst 100" : "10MiB/s or 10MiB/s burst 20MiB"
    let form = RateError(problem: "not a rate", remedy: "write one as \(example)")
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 1 || words.count == 3 && words[1] == "burst" else { throw form }
    let parts = words[0].split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw form }
    guard let period = Period.allCases.first(where: { $0.name == parts[1] }) else {
      throw RateError(
        problem: "no rate in a time that there is",
        remedy: "write s, min, h or day behind the slash, as in \(example)")
    }
    let amount = try Self.quantity(parts[0], unit)
    var burst: UInt64?
    if words.count == 3 { burst = try Self.quantity(words[2], unit) }
    guard amount <= Self.amountMax(per: period, unit) else {
      throw RateError(
        problem: "more than can be kept",
        remedy: "write at most \(unit == .count ? "1000000/s" : "10GiB/s"), or leave the limit out")
    }
    guard burst ?? 1 <= Self.burstMax(amount, period) else {
      throw RateError(
        problem: "a burst that takes longer than a year to come back",
        remedy: "write a smaller burst or a higher rate")
    }
    guard let rate = Rate(amount, per: period, unit: unit, burst: burst) else { throw form }
    self = rate
  }

  /// As it is read. The burst is left out where it is what comes in the period.
  package var description: String {
    let rate = "\(Self.text(amount, unit))/\(period.name)"
    return burst == amount ? rate : "\(rate) burst \(Self.text(burst, unit))"
  }

  private static let units: [(name: String, shift: UInt64)] = [
    ("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0),
  ]

  private static func quantity(_ text: Substring, _ unit: Unit) throws(RateError) -> UInt64 {
    let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
    let rest = String(text[digits.endIndex...])
    guard (1...9).contains(digits.count), digits.first != 0x30,
      let number = UInt64(String(text[..<digits.endIndex]))
    else {
      throw RateError(
        problem: "no whole number above 0 of at most nine digits",
        remedy: "write one, without sign and leading zeros")
    }
    switch unit {
    case .count:
      guard rest.isEmpty else {
        throw RateError(
          problem: "a unit where things are counted", remedy: "write a number alone, as in 50/s")
      }
      return number
    case .bytes:
      guard let unit = units.first(where: { $0.name == rest }) else {
        throw RateError(
          problem: "no unit of bytes", remedy: "write B, KiB, MiB or GiB, as in 10MiB/s")
      }
      return number << unit.shift
    }
  }

  private static func text(_ quantity: UInt64, _ unit: Unit) -> String {
    guard unit == .bytes else { return "\(quantity)" }
    // The largest unit that divides it; a smaller one would have more digits than are read.
    let fit = units.first { quantity & ((1 << $0.shift) - 1) == 0 }
    return "\(quantity >> (fit?.shift ?? 0))\(fit?.name ?? "B")"
  }
}
