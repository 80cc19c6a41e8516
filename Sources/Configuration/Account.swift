import CLinux

/// A user or a group of this machine, as a setting names it: by its number, or by a name that is looked up
/// once, when the setting is read.
package struct Account: Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Sendable {
    case user, group
  }

  package let id: UInt32
  /// As it was written.
  package let description: String

  package static func parse(
    _ text: SettingText, _ kind: Kind
  ) throws(ConfigurationError) -> Account {
    let bytes = text.text.utf8
    if bytes.allSatisfy({ (0x30...0x39).contains($0) }), !bytes.isEmpty {
      // The highest number means "none" to the kernel.
      guard bytes.count == 1 || bytes.first != 0x30, let id = UInt32(text.text), id != .max else {
        throw text.error(
          "not a number of a \(kind.rawValue)",
          remedy: "write one from 0 to 4294967294 without leading zeros, or a name")
      }
      return Account(id: id, description: text.text)
    }
    guard (1...255).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw text.error("not a name of a \(kind.rawValue)", remedy: "write a name or a number")
    }
    var id: UInt32 = 0
    let result = unsafe text.text.withCString { name in
      kind == .user ? unsafe cl_user_number(name, &id) : unsafe cl_group_number(name, &id)
    }
    guard result == 0 else {
      throw text.error(
        "no \(kind.rawValue) of this name on this machine",
        remedy: "write one that `getent \(kind == .user ? "passwd" : "group")` finds, or its number"
      )
    }
    return Account(id: id, description: text.text)
  }
}
