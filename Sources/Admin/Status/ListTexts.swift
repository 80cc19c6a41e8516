internal import Configuration
internal import Domains
package import Policy

/// The rules of the lists in force as texts, so that the next policy can be compared with them rule by rule.
/// Of small files only: of a large list it is said that it is another one.
package struct ListTexts: Sendable {
  struct List: Sendable {
    let label: String
    let digest: String
    let rules: [String]
  }

  /// By their names.
  private(set) var lists: [String: List] = [:]

  /// Bytes of all texts together.
  static let bytesMax = 1 << 20

  package init(_ snapshot: PolicySnapshot) {
    var room = Self.bytesMax
    for list in PolicyText.distinctLists(of: snapshot) where lists[list.name] == nil {
      // What is in the binary is the same as long as the process is.
      guard let bytes = try? OpenFile(list.file).readAll(limit: room),
        let text = try? ListLoader.parse(bytes, file: list.file), text.digest == list.digest
      else { continue }
      room -= bytes.count
      lists[list.name] = List(
        label: list.label, digest: list.digest, rules: text.rules.map(\.text))
    }
  }

  /// What the lists that both have lost and got.
  func changes(to new: ListTexts) -> [PolicyChanges.Line] {
    var lines: [PolicyChanges.Line] = []
    for (name, list) in new.lists.sorted(by: { $0.key < $1.key }) {
      guard let old = lists[name], old.digest != list.digest else { continue }
      func add(_ rules: [String], without others: [String], isNew: Bool, label: String) {
        let others = Set(others)
        for rule in rules where !others.contains(rule) {
          lines.append(
            PolicyChanges.Line(environment: "", isNew: isNew, text: "\(label): \(rule)"))
        }
      }
      add(list.rules, without: old.rules, isNew: true, label: list.label)
      add(old.rules, without: list.rules, isNew: false, label: old.label)
    }
    return lines
  }
}
