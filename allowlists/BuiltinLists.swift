/// The allowlists of this folder that are compiled into the binary, as their text.
public enum BuiltinLists {
  /// Names in the order in which `--help` shows them.
  public static let names = ["default", "essential"]

  /// The UTF-8 text of a built-in list, or `nil` if there is none of that name.
  public static func text(named name: String) -> [UInt8]? {
    switch name {
    case "default": PackageResources.default_allow
    case "essential": PackageResources.essential_allow
    default: nil
    }
  }
}
