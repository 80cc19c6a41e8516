import FoundationEssentials
import MatcherBench

/// A report that was written earlier.
struct Stored: Decodable {
  struct Sample: Decodable {
    let median: Double
    let least: Double
  }

  struct Contender: Decodable {
    let name: String
    let ns: Sample
  }

  struct Stream: Decodable {
    let stream: String
    let contenders: [Contender]
  }

  struct List: Decodable {
    let rules: Int
    let parse: Sample
    let build: Sample
    let imageBytes: Int
    let check: Sample
    let streams: [Stream]

    private enum CodingKeys: String, CodingKey {
      case rules, streams
      case parse = "parse_ms"
      case build = "build_ms"
      case imageBytes = "image_bytes"
      case check = "check_ms"
    }
  }

  struct Machine: Decodable {
    let processor: String
    let commit: String
  }

  let layout: String
  let machine: Machine
  let date: String
  let seed: String
  let lists: [List]

  /// No report has as many bytes.
  private static let byteLimit = 16 << 20

  init(path: String) throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw Problem(text: "\(path): cannot be read; write the path of a matcher.json")
    }
    guard data.count <= Self.byteLimit else {
      throw Problem(text: "\(path): too large for a report")
    }
    do {
      self = try JSONDecoder().decode(Stored.self, from: data)
    } catch {
      throw Problem(text: "\(path): no report of scripts/bench matcher (\(error))")
    }
    guard layout == Report.layout else {
      throw Problem(
        text: "\(path): its layout is '\(layout)', not '\(Report.layout)'; measure anew")
    }
  }
}
