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

extension TextKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of a few words; `kind` names them in messages.
  static func choice(_ kind: String) -> TextKind {
    let words = Value.allCases.map(\.rawValue)
    return TextKind(
      .choice(words),
      parse: { (text: SettingText) throws(ConfigurationError) in
        guard let value = Value(rawValue: text.text) else {
          throw text.error("not \(kind)", remedy: "write \(words.joined(separator: " or "))")
        }
        return value
      }, text: { $0.rawValue })
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

extension TextKind<AddressRange> {
  static var addressRange: TextKind {
    TextKind(
      .text("`ADDRESS` or `ADDRESS/LENGTH`"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        guard let range = AddressRange(text.text) else {
          throw text.error(
            "not a range of addresses",
            remedy: "write an address, or a network with no bits behind the prefix, as 10.0.7.0/24")
        }
        return range
      }, text: \.description)
  }
}

extension TextKind<Credential> {
  static var credential: TextKind {
    TextKind(
      .text("`sha256:…`", pattern: "^sha256:[a-z2-7]{10}:[0-9a-f]{32}:[0-9a-f]{64}$"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        guard let credential = Credential(text.text) else {
          // The text may be a token, which no message repeats.
          throw ConfigurationError(
            text.name, "not the hash of a token",
            remedy: "write the credential that `sluice token new` prints, never the token itself")
        }
        return credential
      }, text: \.description)
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

extension TextKind<ListenPlace> {
  static var listener: TextKind {
    TextKind(
      .text(
        "`ADDRESS:PORT` or `systemd:NAME`",
        pattern: #"^(\[[0-9a-fA-F:.]+\]|[0-9.]+):[1-9][0-9]{0,4}$|^systemd:[!-9;-~]{1,255}$"#),
      parse: { (text: SettingText) throws(ConfigurationError) in try ListenPlace.parse(text) },
      text: \.description)
  }
}

extension TextKind<Endpoint> {
  static var nameServer: TextKind {
    TextKind(
      .text("`ADDRESS` or `ADDRESS:PORT`"),
      parse: { (text: SettingText) throws(ConfigurationError) in try Endpoint.nameServer(text) },
      text: \.description)
  }
}
