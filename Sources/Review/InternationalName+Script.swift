/// Labels that look like others: of mixed scripts, or of letters that look like ASCII. After UTS #39
/// (Unicode Security Mechanisms), by a small table of the scripts that names are registered in.
extension InternationalName {
  /// A script, as far as names need to be told apart.
  package enum Script: String, Hashable, Sendable {
    case latin = "Latin"
    case greek = "Greek"
    case cyrillic = "Cyrillic"
    case armenian = "Armenian"
    case hebrew = "Hebrew"
    case arabic = "Arabic"
    case georgian = "Georgian"
    case cherokee = "Cherokee"
    case thai = "Thai"
    case lao = "Lao"
    case han = "Han"
    case hiragana = "Hiragana"
    case katakana = "Katakana"
    case bopomofo = "Bopomofo"
    case hangul = "Hangul"
    case devanagari = "Devanagari"
    case bengali = "Bengali"
    case gurmukhi = "Gurmukhi"
    case gujarati = "Gujarati"
    case oriya = "Oriya"
    case tamil = "Tamil"
    case telugu = "Telugu"
    case kannada = "Kannada"
    case malayalam = "Malayalam"
    case sinhala = "Sinhala"
    case tibetan = "Tibetan"
    case myanmar = "Myanmar"
    case ethiopic = "Ethiopic"
    case khmer = "Khmer"
    /// Letters of blocks that the table does not have.
    case other = "another script"
  }

  /// The scripts of a label's letters, in the order in which they first stand. Digits, hyphens and
  /// marks belong to none.
  package static func scripts(of label: String) -> [Script] {
    var found: [Script] = []
    for scalar in label.unicodeScalars {
      guard let script = script(of: scalar), !found.contains(script) else { continue }
      found.append(script)
    }
    return found
  }

  /// Whether scripts are found together in the names of one language: one alone, or Latin with
  /// those of Chinese, Japanese or Korean (UTS #39 §5.2, "highly restrictive").
  package static func isUsual(_ scripts: [Script]) -> Bool {
    let set = Set(scripts)
    if set.count <= 1 { return true }
    let companies: [Set<Script>] = [
      [.latin, .han, .hiragana, .katakana], [.latin, .han, .bopomofo], [.latin, .han, .hangul],
    ]
    return companies.contains { set.isSubset(of: $0) }
  }

  /// The ASCII label that a label looks like, or `nil` if one of its letters looks like none.
  package static func lookalike(of label: String) -> String? {
    var result = ""
    for scalar in label.unicodeScalars {
      if scalar.isASCII {
        result.unicodeScalars.append(scalar)
      } else if let twin = twins[scalar] {
        result += twin
      } else {
        return nil
      }
    }
    return result
  }

  private static func script(of scalar: Unicode.Scalar) -> Script? {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: break
    default: return nil
    }
    // The Japanese length mark and the ideographic iteration mark go with what they stand in.
    if scalar.value == 0x30FC || scalar.value == 0x3005 { return nil }
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if scalar.value > ranges[middle].last {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < ranges.count, scalar.value >= ranges[low].first else { return .other }
    return ranges[low].script
  }

  /// Blocks by their first and last code point, ascending.
  private static let ranges: [(first: UInt32, last: UInt32, script: Script)] = [
    (0x41, 0x24F, .latin), (0x250, 0x2AF, .latin), (0x2B0, 0x2FF, .latin), (0x370, 0x3FF, .greek),
    (0x400, 0x52F, .cyrillic), (0x530, 0x58F, .armenian), (0x590, 0x5FF, .hebrew),
    (0x600, 0x6FF, .arabic), (0x750, 0x77F, .arabic), (0x8A0, 0x8FF, .arabic),
    (0x900, 0x97F, .devanagari), (0x980, 0x9FF, .bengali), (0xA00, 0xA7F, .gurmukhi),
    (0xA80, 0xAFF, .gujarati), (0xB00, 0xB7F, .oriya), (0xB80, 0xBFF, .tamil),
    (0xC00, 0xC7F, .telugu), (0xC80, 0xCFF, .kannada), (0xD00, 0xD7F, .malayalam),
    (0xD80, 0xDFF, .sinhala), (0xE00, 0xE7F, .thai), (0xE80, 0xEFF, .lao),
    (0xF00, 0xFFF, .tibetan), (0x1000, 0x109F, .myanmar), (0x10A0, 0x10FF, .georgian),
    (0x1100, 0x11FF, .hangul), (0x1200, 0x139F, .ethiopic), (0x13A0, 0x13FF, .cherokee),
    (0x1780, 0x17FF, .khmer), (0x1C80, 0x1C8F, .cyrillic), (0x1C90, 0x1CBF, .georgian),
    (0x1D00, 0x1D25, .latin), (0x1D26, 0x1D2A, .greek), (0x1D2B, 0x1D2B, .cyrillic),
    (0x1D2C, 0x1D7F, .latin), (0x1E00, 0x1EFF, .latin), (0x1F00, 0x1FFF, .greek),
    (0x2C60, 0x2C7F, .latin), (0x2D00, 0x2D2F, .georgian), (0x2D80, 0x2DDF, .ethiopic),
    (0x2DE0, 0x2DFF, .cyrillic), (0x2E80, 0x2FDF, .han), (0x3005, 0x3007, .han),
    (0x3040, 0x309F, .hiragana), (0x30A0, 0x30FF, .katakana), (0x3100, 0x312F, .bopomofo),
    (0x3130, 0x318F, .hangul), (0x31A0, 0x31BF, .bopomofo), (0x31F0, 0x31FF, .katakana),
    (0x3400, 0x4DBF, .han), (0x4E00, 0x9FFF, .han), (0xA640, 0xA69F, .cyrillic),
    (0xA720, 0xA7FF, .latin), (0xA960, 0xA97F, .hangul), (0xAB30, 0xAB6F, .latin),
    (0xAB70, 0xABBF, .cherokee), (0xAC00, 0xD7FF, .hangul), (0xF900, 0xFAFF, .han),
    (0x20000, 0x323AF, .han),
  ]

  /// Lower-case letters beyond ASCII that common typefaces draw like ASCII.
  private static let twins: [Unicode.Scalar: String] = {
    let table: [(letters: String, twin: String)] = [
      ("аɑα", "a"), ("ьЬ", "b"), ("сϲⅽ", "c"), ("ԁɗ", "d"), ("еєҽ", "e"), ("ғƒ", "f"),
      ("ɡցգ", "g"), ("һհ", "h"), ("іıιⅰ", "i"), ("јϳյ", "j"), ("кκĸ", "k"), ("ӏⅼǀ", "l"),
      ("мⅿ", "m"), ("пոռη", "n"), ("оοօσ", "o"), ("рρϱ", "p"), ("ԛզգ", "q"), ("гѓ", "r"),
      ("ѕꜱ", "s"), ("тτ", "t"), ("υսц", "u"), ("ѵνⅴ", "v"), ("ԝѡաɯω", "w"), ("хχⅹ", "x"),
      ("уүγყ", "y"), ("ᴢʐ", "z"), ("з", "3"), ("б", "6"), ("ʟ", "l"),
    ]
    var twins: [Unicode.Scalar: String] = [:]
    for row in table {
      for scalar in row.letters.unicodeScalars where twins[scalar] == nil {
        twins[scalar] = row.twin
      }
    }
    return twins
  }()
}
