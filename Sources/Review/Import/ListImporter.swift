internal import Domains

/// Makes an allowlist of a list in another format. **An import never widens**: a host that the new
/// list allows is allowed by the source as well, and one that the source denies is denied whatever
/// other lists say. Where our rules cannot say what an entry means, an allow is left out or made
/// smaller, a deny is made larger; a deny for which there is no larger one refuses the whole import.
/// Each such entry is in the report.
///
/// The formats are read in the extensions of this type, one file each.
package struct ListImporter {
  let request: ImportRequest
  var draft: ImportDraft

  /// Reads the text of `request`, or says why it cannot be read at all.
  package static func run(_ request: ImportRequest) throws(ImportError) -> ImportResult {
    var importer = ListImporter(request)
    try importer.check()
    try importer.read()
    return try importer.finish()
  }

  private init(_ request: ImportRequest) {
    self.request = request
    draft = ImportDraft(placeLimit: max(0, request.placesShown))
  }

  /// Refuses options that make no sense together: nothing is guessed.
  private func check() throws(ImportError) {
    let format = request.format
    func refuse(_ problem: String, _ remedy: String) throws(ImportError) {
      throw ImportError(request.file, problem, remedy: remedy)
    }
    if format.needsDirection, request.direction == nil {
      try refuse(
        "\(format.rawValue) lists do not say whether their names are allowed or denied",
        "say it with --as allow or --as deny")
    }
    if !format.needsDirection, request.direction != nil {
      try refuse("\(format.rawValue) says itself what it allows and denies", "leave --as out")
    }
    if !ListWord.isName(request.name) {
      try refuse("the name of the new list is not one", ListWord.remedy)
    }
    if !ListWord.isVersion(request.version) {
      try refuse("the version of the new list is not one", ListWord.remedy)
    }
    if !request.acls.isEmpty, format != .squid {
      try refuse("only squid has ACLs", "leave --acl out")
    }
    if request.service != nil, format != .smokescreen {
      try refuse("only smokescreen has services", "leave --service out")
    }
    if !request.attributes.isEmpty, format != .v2fly {
      try refuse("only v2fly has attributes", "leave --attribute out")
    }
  }

  private mutating func read() throws(ImportError) {
    if request.format == .v2fly { return try readV2fly() }
    let source = try SourceText(request.text, file: request.file)
    draft.begin(source: request.file, section: "\(request.format.rawValue) \(request.file)")
    switch request.format {
    case .plain: try readPlain(source)
    case .hosts: try readHosts(source)
    case .squid: try readSquid(source)
    case .dnsmasq: try readDnsmasq(source)
    case .adguard: try readAdGuard(source)
    case .smokescreen: try readSmokescreen(source)
    case .v2fly: break
    }
  }

  private consuming func finish() throws(ImportError) -> ImportResult {
    RuleTiers.resolve(&draft)
    RuleTiers.harden(&draft, deniesUnlisted: request.format == .smokescreen)
    guard draft.report.count(.refused) == 0, !draft.rules.isEmpty else {
      return ImportResult(text: nil, report: draft.report)
    }
    draft.report.rules = draft.rules.count
    let text = ImportedListText.render(draft, request)
    // What was written is read again as the proxy would read it: a wrong name or version is found
    // here, and no other fault may be.
    do throws(AllowlistError) {
      let list = try Allowlist.parse(text, file: "\(request.file) (imported)")
      precondition(list.rules.count == draft.rules.count, "each rule is written once")
    } catch {
      throw ImportError(
        error.file, line: error.position.line, column: error.position.column, error.problem,
        remedy: error.remedy)
    }
    return ImportResult(text: text, report: draft.report)
  }

  // MARK: - For the readers

  /// Whether the names of this source are denied; only for formats that do not say it themselves.
  var denies: Bool { request.direction == .deny }

  /// Each line of a text with its number; tells the watcher how far it is.
  func forEachLine(
    of source: SourceText,
    _ body: (Int, ArraySlice<UInt8>) throws(ImportError) -> Void
  ) throws(ImportError) {
    try source.forEachLine { (number, line) throws(ImportError) in
      if number & 0xFFF == 0 { request.progress?(line.startIndex) }
      try body(number, line)
    }
  }

  mutating func note(
    _ fate: ImportReport.Fate, _ remark: ImportRemark, _ number: Int, _ text: ArraySlice<UInt8>
  ) {
    draft.report.note(
      fate, remark, file: draft.sources.last ?? request.file, line: number, text)
  }

  /// An entry that no rule can say: an allow is left out, a deny refuses the import.
  mutating func lose(
    _ remark: ImportRemark, isDeny: Bool, _ number: Int, _ text: ArraySlice<UInt8>
  ) {
    note(isDeny ? .refused : .narrowed, remark, number, text)
  }

  /// The name in `word`, or `nil` after the report knows why there is none.
  mutating func name(
    _ word: ArraySlice<UInt8>, isDeny: Bool, _ number: Int
  ) -> Hostname? {
    switch NameReading(word) {
    case .name(let name): return name
    case .never: note(.ignored, .neverAName, number, word)
    case .unsayable(let remark): lose(remark, isDeny: isDeny, number, word)
    }
    return nil
  }
}
