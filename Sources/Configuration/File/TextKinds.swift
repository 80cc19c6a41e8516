import Domains
import Policy

// The kinds of texts that the file knows.

extension TextKind<Int> {
  static func count(in range: ClosedRange<Int>) -> TextKind {
    TextKind(
      number: .count(range),
      parse: { (text: SettingText) throws(ConfigurationError) in
        try SettingParser.count(text, in: range)
      }, number: { $0 })
  }

  /// Milliseconds.
  static func time(in range: ClosedRange<Int>) -> TextKind {
    TextKind(
      .time(range),
      parse: { (text: SettingText) throws(ConfigurationError) in
        try SettingParser.milliseconds(text, in: range)
      }, text: { SettingParser.duration($0) })
  }

  /// Bytes.
  static func size(in range: ClosedRange<Int>) -> TextKind {
    TextKind(
      .size(range),
      parse: { (text: SettingText) throws(ConfigurationError) in
        try SettingParser.bytes(text, in: range)
      }, text: { SettingParser.size($0) })
  }
}

extension TextKind<String> {
  static let environmentPattern = "^[a-z0-9._-]{1,64}$"

  static var environmentName: TextKind {
    TextKind(
      .text("an environment's name", pattern: environmentPattern),
      parse: { (text: SettingText) throws(ConfigurationError) in
        guard Environment.isValidName(text.text) else {
          throw text.error(
            "not a name of an environment",
            remedy: "write 1 to \(Environment.nameLengthMax) of a-z 0-9 - _ .")
        }
        return text.text
      }, text: { $0 })
  }

  static var allowlist: TextKind {
    TextKind(
      .text("a list's name or a path"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        guard !text.text.isEmpty else {
          throw text.error(
            "not a name of a list or file",
            remedy: "write \(ListLoader.builtinNames.joined(separator: ", ")) or the path of a file"
          )
        }
        return text.text
      }, text: { $0 })
  }

  static var path: TextKind {
    TextKind(
      .text("a path"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        guard !text.text.isEmpty, text.text.utf8.count <= 4096 else {
          throw text.error("not a path", remedy: "write one")
        }
        return text.text
      }, text: { $0 })
  }
}

extension TextKind<AccessLevel> {
  static var access: TextKind {
    TextKind(
      .choice(AccessLevel.allCases.map(\.rawValue)),
      parse: { (text: SettingText) throws(ConfigurationError) in try SettingParser.access(text) },
      text: \.rawValue)
  }
}

extension TextKind<Settings.AuditWhenFull> {
  static var auditWhenFull: TextKind {
    TextKind(
      .choice(Settings.AuditWhenFull.allCases.map(\.rawValue)),
      parse: { (text: SettingText) throws(ConfigurationError) in
        try SettingParser.auditWhenFull(text)
      }, text: \.rawValue)
  }
}

extension TextKind<AddressRule> {
  static var addressRule: TextKind {
    TextKind(
      .text("`RANGE` or `RANGE:PORTS`"),
      parse: { (text: SettingText) throws(ConfigurationError) in try AddressRule.parse(text) },
      text: \.text)
  }
}

extension TextKind<Endpoint> {
  static var listener: TextKind {
    TextKind(
      .text("`ADDRESS:PORT`", pattern: #"^(\[[0-9a-fA-F:.]+\]|[0-9.]+):[1-9][0-9]{0,4}$"#),
      parse: { (text: SettingText) throws(ConfigurationError) in try Endpoint.listener(text) },
      text: \.description)
  }

  static var nameServer: TextKind {
    TextKind(
      .text("`ADDRESS` or `ADDRESS:PORT`"),
      parse: { (text: SettingText) throws(ConfigurationError) in try Endpoint.nameServer(text) },
      text: \.description)
  }
}
