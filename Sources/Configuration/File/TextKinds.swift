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

  /// Permission bits in octal, such as `0660`.
  static var fileMode: TextKind {
    TextKind(
      .text("`0000` to `0777`", pattern: "^0[0-7]{3}$"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        guard text.text.utf8.count == 4, text.text.hasPrefix("0"),
          text.text.utf8.allSatisfy({ (0x30...0x37).contains($0) }),
          let mode = Int(text.text, radix: 8)
        else {
          throw text.error(
            "not a mode", remedy: "write four octal digits of which the first is 0, as in 0660")
        }
        return mode
      },
      text: { mode in
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(4 - digits.utf8.count, 0)) + digits
      })
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
        "`ADDRESS:PORT`, `unix:/PATH` or `systemd:NAME`",
        pattern:
          #"^(\[[0-9a-fA-F:.]+\]|[0-9.]+):[1-9][0-9]{0,4}$|^systemd:[!-9;-~]{1,255}$|^unix:/.{1,106}$"#
      ),
      parse: { (text: SettingText) throws(ConfigurationError) in try ListenPlace.parse(text) },
      text: \.description)
  }
}

extension TextKind<Account> {
  static func account(_ kind: Account.Kind) -> TextKind {
    TextKind(
      .text("a \(kind.rawValue)'s name or number", pattern: "^[!-~]{1,255}$"),
      parse: { (text: SettingText) throws(ConfigurationError) in try Account.parse(text, kind) },
      text: \.description)
  }
}

extension TextKind<CgroupPath> {
  static var cgroup: TextKind {
    TextKind(
      .text("a control group's path", pattern: "^/.*$"),
      parse: { (text: SettingText) throws(ConfigurationError) in try CgroupPath.parse(text) },
      text: \.description)
  }
}

extension TextKind<ClientRules.HeaderPeer> {
  static var headerPeer: TextKind {
    TextKind(
      .text("`ADDRESS`, `ADDRESS/LENGTH` or `unix`"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        try ClientRules.HeaderPeer.parse(text)
      }, text: \.text)
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
