import CLinux
import Configuration
import Glibc

/// Where the audit log goes when nothing is said: /var/log/sluice for root, the user's state
/// directory (XDG Base Directory Specification) otherwise. The directory is made.
func defaultAuditPath() throws(ConfigurationError) -> String {
  try defaultStateDirectory() + "/audit.jsonl"
}

/// The directory for what Sluice keeps over a restart; made if it is not there.
func defaultStateDirectory() throws(ConfigurationError) -> String {
  let path: String
  if geteuid() == 0 {
    path = "/var/log/sluice"
  } else if let state = Setting.environmentVariable("XDG_STATE_HOME"), state.hasPrefix("/") {
    path = state + "/sluice"
  } else if let home = Setting.environmentVariable("HOME"), home.hasPrefix("/") {
    path = home + "/.local/state/sluice"
  } else {
    throw ConfigurationError(
      "--audit", "no default place, because HOME is not set", remedy: "name a file with --audit")
  }
  let result = unsafe path.withCString { unsafe cl_make_directories($0) }
  guard result >= 0 else {
    throw ConfigurationError(
      path, "cannot be made (errno \(-result))", remedy: "make it, or name a file with --audit")
  }
  return path
}
