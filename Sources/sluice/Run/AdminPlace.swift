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

/// The Unix socket among `places`, or the default one if there are none; `nil`: there is none.
func adminPath(_ places: [AdminPlace]) -> String? {
  guard !places.isEmpty else { return defaultAdminPath() }
  for place in places {
    if case .unix(let path) = place { return path }
  }
  return nil
}
