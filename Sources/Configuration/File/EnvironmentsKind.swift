import Domains
import Policy

extension ValueKind where Value == [EnvironmentValues] {
  /// Environments by their names, in the order of the file.
  static var environments: ValueKind {
    ValueKind(
      shape: .named(
        EnvironmentValues.schema.shape, pattern: TextKind.environmentPattern,
        max: EnvironmentValues.countLimit),
      read: { node, name, reader in
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
          reader.complain(
            node.position, "no names of environments behind \(name)",
            remedy: "write `NAME:` and below it the environment's keys, or remove the key")
          return nil
        }
        guard entries.count <= EnvironmentValues.countLimit else {
          reader.complain(
            node.position, "\(entries.count) environments",
            remedy: "write at most \(EnvironmentValues.countLimit)")
          return nil
        }
        var environments: [EnvironmentValues] = []
        environments.reserveCapacity(entries.count)
        for entry in entries {
          guard Environment.isValidName(entry.key) else {
            reader.complain(
              entry.keyPosition, "'\(entry.key)' is no name of an environment",
              remedy: "write 1 to \(Environment.nameLengthMax) of a-z 0-9 - _ .")
            continue
          }
          var environment = EnvironmentValues(name: entry.key, position: entry.keyPosition)
          EnvironmentValues.schema.read(entry.value, into: &environment, &reader)
          environments.append(environment)
        }
        return environments
      },
      written: { environments in
        .section(
          environments.map {
            WrittenEntry(
              key: $0.name, value: .section(EnvironmentValues.schema.written($0)), origin: nil)
          })
      }, isList: false, parse: nil)
  }
}
