import Domains

/// Reads and compiles a list several times, and keeps the last result and the times.
struct Compiling {
  let list: Allowlist
  let matcher: Matcher
  private let textBytes: Int
  private var parseTimes: [Double] = []
  private var buildTimes: [Double] = []
  private var wallTimes: [Double] = []
  private var checkTimes: [Double] = []

  init(
    _ text: [UInt8], file: String, settings: BenchSettings, progress: (Double) -> Void
  ) throws {
    textBytes = text.count
    let end = Clock.wall() + UInt64(settings.compileMilliseconds * 1e6)
    while true {
      progress(Double(parseTimes.count) / Double(settings.runs))
      let wall = Clock.wall()
      let start = Clock.thread()
      let list = try Allowlist.parse(text, file: file)
      let parsed = Clock.thread()
      let matcher = Matcher([Matcher.Source(list: list)], seed: settings.seed)
      let built = Clock.thread()
      wallTimes.append(Double(Clock.wall() - wall) / 1e6)
      parseTimes.append(Double(parsed - start) / 1e6)
      buildTimes.append(Double(built - parsed) / 1e6)
      let isLate = Clock.wall() >= end
      if parseTimes.count >= settings.runs || parseTimes.count >= 3 && isLate {
        (self.list, self.matcher) = (list, matcher)
        for _ in checkTimes.count..<settings.runs { try checkTimes.append(Self.check(matcher)) }
        return
      }
    }
  }

  func figures(_ subjects: Subjects) -> ListFigures {
    ListFigures(
      rules: subjects.count, textBytes: textBytes, nameBytes: subjects.names.bytes.count,
      parseMilliseconds: Sample(parseTimes), buildMilliseconds: Sample(buildTimes),
      compileWallMilliseconds: Sample(wallTimes), imageBytes: matcher.image.count,
      checkMilliseconds: Sample(checkTimes))
  }

  /// Milliseconds of taking the image of a matcher, which is in memory, and checking all of it.
  private static func check(_ matcher: Matcher) throws -> Double {
    guard let image = ImageMemory(copying: matcher.image) else { return .infinity }
    let start = Clock.thread()
    let loaded = try Matcher(image: image)
    let taken = Clock.thread() - start
    precondition(loaded.ruleCount == matcher.ruleCount)
    return Double(taken) / 1e6
  }
}
