import Domains
import Policy

/// A header field that an environment adds to responses, as the file has it.
package struct ResponseFieldValue: Hashable, Sendable {
  package let name: String
  package let value: String
}

extension ValueKind where Value == [ResponseFieldValue] {
  /// Names with a text behind each.
  static var responseFields: ValueKind {
    ValueKind(
      shape: .named(
        .text("a text of at most \(ResponseFields.valueLimit) printable ASCII characters"),
        pattern: "^[A-Za-z0-9-]{1,\(ResponseFields.nameLimit)}$", min: 0,
        max: ResponseFields.countLimit),
      read: { node, name, reader in
        guard case .mapping(let entries) = node.content else {
          reader.complain(
            node.position, "\(node.kind) where \(name) takes fields",
            remedy: "write `NAME: VALUE` lines, or {} for none")
          return nil
        }
        var fields = ResponseFields()
        var values: [ResponseFieldValue] = []
        for entry in entries {
          guard let text = reader.text(of: entry.value, "\(name) \(entry.key)") else { continue }
          do throws(ResponseFields.Refusal) {
            try fields.add(name: entry.key, value: text)
            values.append(ResponseFieldValue(name: entry.key, value: text))
          } catch {
            reader.complain(
              entry.keyPosition, "\(name): \(error.problem)", remedy: error.remedy)
          }
        }
        return values
      },
      written: { fields in
        .section(
          fields.map { WrittenEntry(key: $0.name, value: .text($0.value), origin: nil) })
      }, isList: false, parse: nil)
  }
}

extension [ResponseFieldValue] {
  /// All of them; what was read holds nothing that is refused.
  var joined: ResponseFields {
    var fields = ResponseFields()
    for field in self { try? fields.add(name: field.name, value: field.value) }
    return fields
  }
}
