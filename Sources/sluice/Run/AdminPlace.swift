import CLinux
import Configuration
import Glibc

/// Where the administration's socket is when nothing is said: /run/sluice for root, the user's runtime
/// directory (XDG Base Directory Specification) otherwise, where there is one.
func defaultAdminPath() -> String? {
  if geteuid() == 0 { return "/run/sluice/admin.sock" }
  guard let directory = Setting.environmentVariable("XDG_RUNTIME_DIR"), directory.hasPrefix("/")
  else { return nil }
  return directory + "/sluice/admin.sock"
}

/// The socket that `text` names, or the default one; `nil`: there is none.
func adminPath(_ text: String?) -> String? {
  text == "none" ? nil : text ?? defaultAdminPath()
}
