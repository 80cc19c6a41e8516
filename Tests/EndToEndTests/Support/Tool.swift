import Foundation

/// The programs that the tests drive. A missing one fails the test and names the Debian package;
/// nothing is skipped in silence.
enum Tool {
  /// Where programs are looked for: the caller's PATH (its python3 may be the one that has
  /// `requests`), then the system's folders, where Debian keeps nginx and dnsmasq.
  static let searchPath: String =
    (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/usr/bin:/sbin:/bin"

  static let packages: [String: String] = [
    "nginx": "nginx-light", "dnsmasq": "dnsmasq-base", "java": "openjdk-17-jdk-headless",
    "node": "nodejs", "ip": "iproute2", "python3": "python3 python3-pip python3-requests",
    "javac": "openjdk-17-jdk-headless", "go": "golang-go", "chromium": "chromium",
    "apt-get": "apt", "nm": "binutils", "ldd": "libc-bin",
  ]

  static func path(_ name: String) throws -> String {
    if name.contains("/") { return name }
    for folder in searchPath.split(separator: ":") {
      let candidate = "\(folder)/\(name)"
      if access(candidate, X_OK) == 0 { return candidate }
    }
    throw TroubleError(
      "\(name) is not installed: run scripts/test, or apt-get install \(packages[name] ?? name)")
  }

  /// A python3 that has `module` and pip: the caller's own or Debian's.
  static func python(_ module: String = "requests") throws -> String {
    for candidate in [try? path("python3"), "/usr/bin/python3"].compactMap({ $0 }) {
      let probe = try? Child.run([candidate, "-c", "import pip, \(module)"])
      if probe?.end == .exit(0) { return candidate }
    }
    throw TroubleError(
      "no python3 with pip and \(module): apt-get install python3-pip python3-\(module)")
  }
}
