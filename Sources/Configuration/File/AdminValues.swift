import Domains
package import Policy

/// A token of the administration as the file names it.
package struct AdminTokenValues: Hashable, Sendable {
  package var name = Placed("")
  package var credential: Placed<Credential?>

  package init() { credential = Placed(nil) }

  static let schema = Schema(
    "an administration token", standard: AdminTokenValues(),
    [
      SchemaKey(
        "name", \.name, .one(.environmentName), isRequired: true,
        "Whose token it is, as records of changes name it."),
      SchemaKey(
        "credential", \.credential, .optional(.credential), isRequired: true,
        "The hash of the token, as `sluice token new` makes it."),
    ])
}

extension TextKind<AdminPlace> {
  static var adminPlace: TextKind {
    TextKind(
      .text("a path, `ADDRESS:PORT` or `none`"),
      parse: { (text: SettingText) throws(ConfigurationError) in try AdminPlace.parse(text) },
      text: \.description)
  }
}

extension TextKind<String> {
  /// A host's name, canonical.
  static var hostName: TextKind {
    TextKind(
      .text("a host's name"),
      parse: { (text: SettingText) throws(ConfigurationError) in
        let bytes = Array(text.text.utf8)
        guard let name = try? Hostname(bytes: bytes.span), "\(name)" == text.text else {
          throw text.error(
            "not a host's name in lower case", remedy: "write it without port, as in sluice.example"
          )
        }
        return text.text
      }, text: { $0 })
  }
}

extension ValueKind where Value == [Placed<AdminPlace>] {
  /// A list of places, or one of them alone.
  static var adminPlaces: ValueKind {
    let kind = TextKind<AdminPlace>.adminPlace
    let list = ValueKind.list(kind, max: Settings.adminPlacesMax)
    return ValueKind(
      shape: .oneOrList(kind.shape, max: Settings.adminPlacesMax),
      read: { node, name, reader in
        if case .scalar = node.content {
          return kind.read(node, name, &reader).map { [Placed($0, .file(node.position))] }
        }
        return list.read(node, name, &reader)
      },
      written: { places in
        if places.isEmpty { return nil }
        return places.count == 1 ? kind.text(places[0].value) : list.written(places)
      }, isList: true, parse: list.parse)
  }
}

extension ValueKind where Value == [AdminTokenValues] {
  /// Tokens with their names; a file's only.
  static var adminTokens: ValueKind {
    let kind = ValueKind.sections(
      AdminTokenValues.schema, max: Settings.adminTokensMax, make: { AdminTokenValues() },
      parse: { _ in [] })
    return ValueKind(
      shape: kind.shape, read: kind.read, written: kind.written, isList: true, parse: nil)
  }
}
