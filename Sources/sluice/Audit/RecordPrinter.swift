import Audit
import Trail

/// Prints records, gathered so that one write takes many. A reader that went away ends the writing
/// without a word.
struct RecordPrinter {
  private let isJSON: Bool
  private var output: [UInt8] = []
  private static let batch = 1 << 16

  init(json: Bool) {
    isJSON = json
    output.reserveCapacity(Self.batch + (1 << 14))
  }

  mutating func add(_ line: Span<UInt8>, _ fields: RecordFields) {
    if isJSON {
      SafeText.append(line, isWide: fields.isWide, to: &output)
      output.append(UInt8(ascii: "\n"))
    } else {
      HumanLine.append(line, fields, to: &output)
    }
    if output.count >= Self.batch { flush() }
  }

  mutating func flush() {
    ListFile.print(output)
    output.removeAll(keepingCapacity: true)
  }
}
