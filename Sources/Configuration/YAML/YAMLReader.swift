import Domains

/// Makes a tree of a YAML text, within bounds, and without the parts of YAML that let a text mean
/// something else than it says. What is refused: anchors, aliases and merge keys, tags, directives,
/// several documents, keys that are no plain text, a key twice.
package struct YAMLReader: ~Copyable {
  /// The largest text, in bytes: 10,000 environments of some hundred rules each.
  package static let textLimit = 16 << 20
  /// Mappings and lists inside each other; what there is to say needs five.
  package static let depthLimit = 16
  /// Values, of all kinds together; bounds the memory, some 80 bytes each.
  package static let nodeLimit = 1 << 20

  /// The tree, and the keys that stand twice, of which the first is in the tree.
  ///
  /// A text without a value is refused: it is what a broken write leaves behind.
  package static func read(
    _ bytes: [UInt8], textLimit: Int = textLimit, nodeLimit: Int = nodeLimit
  ) throws(YAMLError) -> (root: YAMLNode, repeated: [YAMLError]) {
    let text = try YAMLText(bytes, limit: textLimit)
    var reader = YAMLReader(YAMLEvents(text), nodesLeft: nodeLimit)
    let root = try reader.document()
    return (root, reader.repeated)
  }

  private var events: YAMLEvents
  private var nodesLeft: Int
  private var depth = 0
  private var repeated: [YAMLError] = []
  private static let repeatedLimit = 50

  private init(_ events: consuming YAMLEvents, nodesLeft: Int) {
    self.events = events
    self.nodesLeft = nodesLeft
  }

  private mutating func document() throws(YAMLError) -> YAMLNode {
    guard case .documentStart = try events.next().event else {
      throw Self.nothing
    }
    let (event, place) = try events.next()
    let root = try node(event, place)
    // The end of the document, which may be marked with `...`.
    _ = try events.next()
    let (last, lastPlace) = try events.next()
    guard case .end = last else {
      throw YAMLError(
        lastPlace, "a second document", remedy: "remove the --- and what stands behind it")
    }
    if root.isAbsent { throw Self.nothing }
    return root
  }

  private static var nothing: YAMLError {
    YAMLError(.start, "nothing is in the file", remedy: "write `{}` if the defaults are meant")
  }

  private mutating func node(
    _ event: YAMLEvents.Event, _ place: SourcePosition
  ) throws(YAMLError) -> YAMLNode {
    nodesLeft -= 1
    guard nodesLeft >= 0 else {
      throw YAMLError(place, "too many values in one file", remedy: "move rules into allowlists")
    }
    switch event {
    case .scalar(let text, let isPlain):
      return YAMLNode(position: place, content: .scalar(text, isPlain: isPlain))
    case .sequenceStart: return YAMLNode(position: place, content: .sequence(try sequence(place)))
    case .mappingStart: return YAMLNode(position: place, content: .mapping(try mapping(place)))
    case .documentStart, .documentEnd, .sequenceEnd, .mappingEnd, .end:
      throw YAMLError(place, "not YAML", remedy: "check the text before this place")
    }
  }

  private mutating func sequence(_ place: SourcePosition) throws(YAMLError) -> [YAMLNode] {
    try enter(place)
    var items: [YAMLNode] = []
    while true {
      let (event, place) = try events.next()
      if case .sequenceEnd = event { break }
      items.append(try node(event, place))
    }
    depth -= 1
    return items
  }

  private mutating func mapping(_ place: SourcePosition) throws(YAMLError) -> [YAMLEntry] {
    try enter(place)
    var entries: [YAMLEntry] = []
    var lines: [String: Int] = [:]
    while true {
      let (event, place) = try events.next()
      if case .mappingEnd = event { break }
      let key = try key(event, place)
      let (valueEvent, valuePlace) = try events.next()
      let value = try node(valueEvent, valuePlace)
      if let line = lines[key] {
        if repeated.count < Self.repeatedLimit {
          repeated.append(
            YAMLError(
              place, "'\(key)' for the second time, after line \(line)",
              remedy: "write each key once"))
        }
        continue
      }
      lines[key] = place.line
      entries.append(YAMLEntry(key: key, keyPosition: place, value: value))
    }
    depth -= 1
    return entries
  }

  private mutating func key(
    _ event: YAMLEvents.Event, _ place: SourcePosition
  ) throws(YAMLError) -> String {
    guard case .scalar(let key, let isPlain) = event else {
      throw YAMLError(
        place, "a list or a mapping where a key is expected", remedy: "write a word and a colon")
    }
    guard !(isPlain && key == "<<") else {
      throw YAMLError(
        place, "a merge key", remedy: "name the environment to inherit from: `base: NAME`")
    }
    return key
  }

  private mutating func enter(_ place: SourcePosition) throws(YAMLError) {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw YAMLError(
        place, "more than \(Self.depthLimit) lists and mappings inside each other",
        remedy: "write it flatter")
    }
  }
}
