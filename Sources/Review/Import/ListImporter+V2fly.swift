internal import Domains

/// A list of v2fly/domain-list-community: `domain:name` (or the bare name) is the name and everything
/// below it, `full:name` the name alone; `include:list` takes another list in, with `@attribute` only
/// the entries that have it and with `@-attribute` only those that do not; `&list` behind an entry puts
/// it into that list too. Lists are the files of one directory, and no other file is read.
extension ListImporter {
  /// How deep lists may include each other, and how many are taken in at all.
  private static let depthLimit = 32
  private static let visitLimit = 20_000

  /// What the walk over the lists knows.
  private struct Walk {
    /// The lists on the way to the current one.
    var path: [String] = []
    /// Lists that were read under the same conditions before add nothing.
    var visited: Set<String> = []
    /// For each list, the entries of others that belong to it too.
    var affiliated: [String: [(file: String, entry: V2flyEntry)]] = [:]
    /// The entries of the lists that were read, which are asked for under several conditions.
    var entries: [String: [V2flyEntry]] = [:]
  }

  mutating func readV2fly() throws(ImportError) {
    var walk = Walk()
    let own = request.neighbours?.own ?? "list"
    let source = try SourceText(request.text, file: request.file)
    walk.entries[own] = try v2flyEntries(source, reports: true)
    try collectAffiliations(&walk, own: own)
    try addV2fly(own, file: request.file, request.attributes, &walk)
  }

  private func v2flyEntries(
    _ source: SourceText, reports: Bool
  ) throws(ImportError) -> [V2flyEntry] {
    var entries: [V2flyEntry] = []
    try source.forEachLine { (number, line) throws(ImportError) in
      if reports, number & 0xFFF == 0 { request.progress?(line.startIndex) }
      do throws(V2flyEntry.Problem) {
        if let entry = try V2flyEntry.parse(line, number) { entries.append(entry) }
      } catch {
        throw ImportError(source.file, line: number, error.text, remedy: error.remedy)
      }
    }
    return entries
  }

  /// Looks through all lists beside this one for entries that name others. A file there that is no
  /// list has none.
  private func collectAffiliations(_ walk: inout Walk, own: String) throws(ImportError) {
    func collect(_ entries: [V2flyEntry], _ file: String) {
      for entry in entries {
        for list in entry.affiliations {
          walk.affiliated[list, default: []].append((file, entry))
        }
      }
    }
    collect(walk.entries[own] ?? [], request.file)
    guard let neighbours = request.neighbours else { return }
    let names = try neighbours.names().filter(V2flyName.isValid).sorted()
    guard names.count <= Self.visitLimit else {
      throw ImportError(
        request.file, "more than \(Self.visitLimit) files beside it",
        remedy: "move the lists into a directory of their own")
    }
    for name in names where name != own {
      guard let bytes = try neighbours.read(name), bytes.contains(UInt8(ascii: "&")) else {
        continue
      }
      let path = neighbours.path(name)
      collect(try v2flyEntries(try SourceText(bytes, file: path), reports: false), path)
    }
  }

  private mutating func addV2fly(
    _ list: String, file: String, _ filters: [AttributeFilter], _ walk: inout Walk
  ) throws(ImportError) {
    let condition = Set(filters.map { "\($0.isWanted ? "" : "-")\($0.attribute)" }).sorted()
    guard walk.visited.insert("\(list) \(condition.joined(separator: " "))").inserted else {
      return
    }
    guard walk.visited.count <= Self.visitLimit else {
      throw ImportError(file, "too many includes", remedy: "include each list once")
    }
    walk.path.append(list)
    defer { walk.path.removeLast() }
    draft.begin(source: file, section: "v2fly \(list)")
    for entry in walk.entries[list] ?? [] {
      guard case .include(let more) = entry.kind else {
        try addV2fly(entry, filters)
        continue
      }
      try include(entry, filters + more, file: file, &walk)
      draft.begin(source: file, section: "v2fly \(list)")
    }
    for (file, entry) in walk.affiliated[list] ?? [] {
      draft.begin(source: file, section: "v2fly \(list)")
      try addV2fly(entry, filters)
    }
  }

  private mutating func include(
    _ entry: V2flyEntry, _ filters: [AttributeFilter], file: String, _ walk: inout Walk
  ) throws(ImportError) {
    let list = entry.value.text.lowercased()
    func failure(_ problem: String, _ remedy: String) -> ImportError {
      ImportError(file, line: entry.line, problem, remedy: remedy)
    }
    guard !walk.path.contains(list) else {
      throw failure(
        "`\(list)` includes itself by way of \(walk.path.joined(separator: ", "))",
        "remove one of the includes")
    }
    guard walk.path.count < Self.depthLimit else {
      throw failure(
        "includes more than \(Self.depthLimit) deep", "include the inner lists directly")
    }
    guard let neighbours = request.neighbours else {
      throw failure("an include, and no directory to look in", "import the file by its path")
    }
    let path = neighbours.path(list)
    if walk.entries[list] == nil {
      if let bytes = try neighbours.read(list) {
        walk.entries[list] = try v2flyEntries(try SourceText(bytes, file: path), reports: false)
      } else if walk.affiliated[list] == nil {
        throw failure(
          "no list `\(list)` beside this one", "put it there, or remove the include")
      }
    }
    try addV2fly(list, file: path, filters, &walk)
  }

  private mutating func addV2fly(
    _ entry: V2flyEntry, _ filters: [AttributeFilter]
  ) throws(ImportError) {
    guard filters.allSatisfy({ $0.admits(entry.attributes) }) else { return }
    let isDeny = denies
    let comment = Array(entry.attributes.map { "@\($0)" }.joined(separator: " ").utf8)[...]
    switch entry.kind {
    case .include: preconditionFailure("an include is no rule")
    case .keyword: lose(.keyword, isDeny: isDeny, entry.line, entry.text)
    case .regexp: lose(.regularExpression, isDeny: isDeny, entry.line, entry.text)
    case .domain, .full:
      guard let host = name(entry.value, isDeny: isDeny, entry.line) else { return }
      let pattern: Pattern = entry.kind == .full ? .exact(host) : .apexAndBelow(host)
      try draft.add(pattern, isDeny: isDeny, line: entry.line, comment: comment)
    }
  }
}
