/// The control groups that environments name, by their paths: sorted, in one piece of memory. A lookup
/// allocates nothing.
struct CgroupTable: ~Copyable, Sendable {
  struct Row: BitwiseCopyable, Sendable {
    var start: Int32
    var length: Int32
    var environment: Int32
  }

  private let texts: FixedTable<UInt8>
  private let rows: FixedTable<Row>

  init(_ cgroups: [ClientRules.Cgroup]) {
    var texts: [UInt8] = []
    var rows: [Row] = []
    let paths = cgroups.map { (Array($0.path.utf8), $0.environment) }
    var former: [UInt8]?
    for (path, environment) in paths.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
      precondition(path != former, "a control group of two environments")
      former = path
      rows.append(
        Row(
          start: Int32(texts.count), length: Int32(path.count), environment: Int32(environment)))
      texts += path
    }
    self.texts = FixedTable(texts)
    self.rows = FixedTable(rows)
  }

  var isEmpty: Bool { rows.count == 0 }

  /// The environment of the longest path that is `path` or above it; -1: of none.
  func environment(of path: Span<UInt8>) -> Int32 {
    var length = path.count
    while length > 0 {
      let found = find(path, length)
      if found >= 0 { return found }
      // One part less; of `/a` the root is left.
      length -= 1
      while length > 0, path[length] != UInt8(ascii: "/") { length -= 1 }
      if length == 0 { return path.count > 1 ? find(path, 1) : -1 }
    }
    return -1
  }

  /// The environment of the path that is the first `length` bytes of `path`.
  private func find(_ path: Span<UInt8>, _ length: Int) -> Int32 {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      let order = order(rows[middle], path, length)
      if order == 0 { return rows[middle].environment }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return -1
  }

  /// Below 0 if the row's path stands before the other, 0 if they are the same.
  private func order(_ row: Row, _ path: Span<UInt8>, _ length: Int) -> Int {
    var index = 0
    while index < min(Int(row.length), length) {
      let difference = Int(texts[Int(row.start) + index]) - Int(path[index])
      if difference != 0 { return difference }
      index += 1
    }
    return Int(row.length) - length
  }
}
