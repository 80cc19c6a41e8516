import Configuration

enum OpenFileContents {
  static func read(_ path: String) throws -> [UInt8] { try OpenFile(path).readAll(limit: 1 << 30) }
}
