import Glibc

/// What a figure depends on beside the code.
package struct Machine: Sendable {
  /// As /proc/cpuinfo calls it.
  package var processor: String
  package var cores: Int
  package var kernel: String
  /// As `swift --version` says; empty if the caller does not know.
  package var swift: String
  /// The commit that was measured; empty if the caller does not know.
  package var commit: String
  /// The core that the thread was bound to; `nil`: none.
  package var core: Int?
  /// Load average of the last minute when the bench began.
  package var load: String

  /// Asks the running system.
  package static func current(swift: String = "", commit: String = "", core: Int?) -> Machine {
    let processors = text("/proc/cpuinfo").split(separator: "\n")
    let model = processors.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return Machine(
      processor: model.map { trimmed(String($0)) } ?? architecture,
      cores: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
      kernel: trimmed(text("/proc/sys/kernel/osrelease")), swift: swift, commit: commit, core: core,
      load: String(text("/proc/loadavg").prefix { $0 != " " }))
  }

  private static var architecture: String {
    #if arch(x86_64)
      "x86-64"
    #elseif arch(arm64)
      "arm64"
    #else
      "unknown"
    #endif
  }

  /// The first 64 KiB of a file of the kernel; empty if there is none.
  private static func text(_ path: String) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(descriptor, $0.baseAddress, $0.count)
    }
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// Without blanks at either end, and without anything that is not printable ASCII.
  private static func trimmed(_ text: String) -> String {
    let printable = text.unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }
    let words = String(String.UnicodeScalarView(printable)).split(separator: " ")
    return words.joined(separator: " ")
  }
}
