import CYAML
import Domains

/// The events of a YAML text as libyaml finds them. This file alone speaks with libyaml.
///
/// What has no place in a configuration is refused here: anchors and aliases, which let a small file
/// mean a huge one, tags and directives, which change what a text means.
@safe struct YAMLEvents: ~Copyable {
  enum Event {
    case documentStart
    case documentEnd
    case scalar(String, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
    case end
  }

  private let text: YAMLText
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// libyaml keeps a pointer to its input.
  private let input: UnsafeMutableBufferPointer<UInt8>

  init(_ text: YAMLText) {
    self.text = text
    unsafe parser = .allocate(capacity: 1)
    unsafe input = .allocate(capacity: max(text.bytes.count, 1))
    _ = unsafe input.initialize(from: text.bytes)
    // Fails only without memory.
    let isReady = unsafe yaml_parser_initialize(parser)
    precondition(isReady == 1, "no memory for a YAML parser")
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, text.bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  /// The next event and where it starts; not to be called after ``Event/end`` or an error.
  mutating func next() throws(YAMLError) -> (event: Event, position: SourcePosition) {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
    defer { unsafe yaml_event_delete(&event) }
    let mark = unsafe event.start_mark
    let place = text.position(line: mark.line, column: mark.column)
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return try next()
    case YAML_STREAM_END_EVENT: return (.end, place)
    case YAML_DOCUMENT_START_EVENT:
      let start = unsafe event.data.document_start
      guard unsafe start.version_directive == nil,
        unsafe start.tag_directives.start == start.tag_directives.end
      else { throw YAMLError(place, "a directive", remedy: "remove the line that starts with %") }
      return (.documentStart, place)
    case YAML_DOCUMENT_END_EVENT: return (.documentEnd, place)
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      try unsafe refuse(anchor: scalar.anchor, tag: scalar.tag, place)
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
      return (.scalar(unsafe String(decoding: bytes, as: UTF8.self), isPlain: isPlain), place)
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      try unsafe refuse(anchor: start.anchor, tag: start.tag, place)
      return (.sequenceStart, place)
    case YAML_SEQUENCE_END_EVENT: return (.sequenceEnd, place)
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      try unsafe refuse(anchor: start.anchor, tag: start.tag, place)
      return (.mappingStart, place)
    case YAML_MAPPING_END_EVENT: return (.mappingEnd, place)
    case YAML_ALIAS_EVENT: throw YAMLError.alias(place)
    default: throw YAMLError(place, "not YAML", remedy: "check the text before this place")
    }
  }

  private func refuse(
    anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?,
    _ place: SourcePosition
  ) throws(YAMLError) {
    guard unsafe anchor == nil else {
      throw YAMLError(
        place, "an anchor",
        remedy: "write the value where it is needed; quote a text that starts with &")
    }
    guard unsafe tag == nil else { throw YAMLError.tag(place) }
  }

  /// What libyaml says is wrong, in the words of those who write a configuration.
  private func syntaxError() -> YAMLError {
    let parser = unsafe parser.pointee
    let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "not readable"
    let context = unsafe parser.context.map { unsafe String(cString: $0) } ?? ""
    let mark = unsafe parser.problem_mark
    let place = text.position(line: mark.line, column: mark.column)
    if context.contains("an alias") { return .alias(place) }
    if context.contains("an anchor") {
      return YAMLError(place, "an anchor", remedy: "quote a text that starts with &")
    }
    if context.contains("tag") { return .tag(place) }
    if context.contains("directive") || problem.contains("directive") {
      return YAMLError(place, "a directive", remedy: "remove the line that starts with %")
    }
    if problem.contains("cannot start any token") {
      return YAMLError(
        place, "a character that no value starts with, or a tab",
        remedy: "indent with spaces, and quote texts that start with a tab, %, @ or `")
    }
    let whole = context.isEmpty ? problem : "\(context), \(problem)"
    return YAMLError(
      place, "not YAML: \(whole)",
      remedy: "check indentation, colons, quotation marks and brackets up to this place")
  }
}

extension YAMLError {
  static func alias(_ place: SourcePosition) -> YAMLError {
    YAMLError(
      place, "an alias, or a pattern without quotation marks",
      remedy: "quote what starts with *, as in \"*.example.org\"")
  }

  static func tag(_ place: SourcePosition) -> YAMLError {
    YAMLError(
      place, "a tag, or a rule without quotation marks",
      remedy: "quote what starts with !, as in \"!example.org\"")
  }
}
