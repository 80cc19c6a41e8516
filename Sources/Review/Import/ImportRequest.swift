package import Domains

/// What is to be imported, and as what.
package struct ImportRequest {
  package var format: ImportFormat
  /// Required exactly where ``ImportFormat/needsDirection`` says so.
  package var direction: ImportDirection?
  /// The file as it was named, for messages and the section's name.
  package var file: String
  package var text: [UInt8]

  /// `name:` and `version:` of the new list.
  package var name = "imported"
  package var version: String
  /// For every allow rule; `nil` leaves the format's default, 80 and 443.
  package var ports: PortSet?
  /// Of a squid.conf: the ACLs to read.
  package var acls: [String] = []
  /// Of a Smokescreen file: the service to read.
  package var service: String?
  /// Of a v2fly list: only the entries that pass all of these.
  package var attributes: [AttributeFilter] = []
  /// Of a v2fly list: the lists beside it.
  package var neighbours: ImportNeighbours?
  /// How many places of each remark the report keeps.
  package var placesShown = 5
  /// Is told how many bytes of ``text`` are done, now and then.
  package var progress: ((Int) -> Void)?

  package init(format: ImportFormat, file: String, text: [UInt8], version: String) {
    self.format = format
    self.file = file
    self.text = text
    self.version = version
  }
}

/// The files beside the one that is imported, given by the caller: this room opens none. Only names
/// that ``V2flyName/isValid(_:)`` takes are ever asked for.
package struct ImportNeighbours {
  /// The list that the file itself is, in lower case.
  package let own: String
  /// The names of all files there.
  package let names: () throws(ImportError) -> [String]
  /// The bytes of one, `nil` if there is none of this name.
  package let read: (String) throws(ImportError) -> [UInt8]?
  /// How messages call one.
  package let path: (String) -> String

  package init(
    own: String, names: @escaping () throws(ImportError) -> [String],
    read: @escaping (String) throws(ImportError) -> [UInt8]?, path: @escaping (String) -> String
  ) {
    self.own = own
    self.names = names
    self.read = read
    self.path = path
  }
}

/// Why nothing was imported: where, what is wrong, what to do.
package struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  package let file: String
  /// 1-based; `nil` where the whole file is meant.
  package let line: Int?
  /// 1-based, in bytes.
  package let column: Int
  package let problem: String
  package let remedy: String

  package init(
    _ file: String, line: Int? = nil, column: Int = 1, _ problem: String, remedy: String
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.problem = problem
    self.remedy = remedy
  }

  /// `FILE:LINE:COLUMN: problem; remedy`
  package var description: String {
    let place = line.map { "\(file):\($0):\(column)" } ?? file
    return "\(place): \(problem); \(remedy)"
  }
}

/// A list that was made, or why it could not be, and what was left out on the way.
package struct ImportResult {
  /// The text of the list; `nil` when ``ImportReport/refused`` is not empty or nothing was left.
  package let text: [UInt8]?
  package let report: ImportReport
}
