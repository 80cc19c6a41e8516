import Proxy

/// The path of a control group (cgroups(7), version 2) as /proc/PID/cgroup writes it.
package struct CgroupPath: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package static func parse(_ text: SettingText) throws(ConfigurationError) -> CgroupPath {
    let path = text.text
    let limit = Limits().cgroupBytes
    guard path.utf8.count <= limit else {
      throw text.error("longer than \(limit) bytes", remedy: "name a group further up")
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    guard path.hasPrefix("/"),
      path == "/" || parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else {
      throw text.error(
        "not a path of a control group",
        remedy: "write it as /proc/PID/cgroup shows it behind 0::, as in /system.slice/ci.service")
    }
    return CgroupPath(description: path)
  }
}
