import CLinux
import Configuration
import Glibc

/// Where the audit log goes when nothing is said: /var/log/sluice for root, the user's state
/// directory (XDG Base Directory Specification) otherwise.
func defaultAuditPath() throws(ConfigurationError) -> String {
  try defaultStateDirectory() + "/audit.jsonl"
}

/// The directory for what Sluice keeps over a restart.
func defaultStateDirectory() throws(ConfigurationError) -> String {
  if geteuid() == 0 { return "/var/log/sluice" }
  if let state = Setting.environmentVariable("XDG_STATE_HOME"), state.hasPrefix("/") {
    return state + "/sluice"
  }
  if let home = Setting.environmentVariable("HOME"), home.hasPrefix("/") {
    return home + "/.local/state/sluice"
  }
  throw ConfigurationError(
    "--audit", "no default place, because HOME is not set", remedy: "name a file with --audit")
}

/// Makes ``defaultStateDirectory()`` if it is not there.
func makeDefaultStateDirectory() throws(ConfigurationError) {
  let path = try defaultStateDirectory()
  let result = unsafe path.withCString { unsafe cl_make_directories($0) }
  guard result >= 0 else {
    throw ConfigurationError(
      path, "cannot be made (errno \(-result))", remedy: "make it, or name a file with --audit")
  }
}
