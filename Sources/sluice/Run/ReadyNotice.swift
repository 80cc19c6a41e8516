import CLinux
import Glibc

/// Tells the service manager how far the process is (sd_notify(3)); without one, nothing happens.
enum ReadyNotice {
  /// A process that replaced another says that it is the one from now on.
  static func ready(replaces: Bool = false) {
    send(replaces ? "MAINPID=\(getpid())\nREADY=1" : "READY=1")
  }
  static func stopping() { send("STOPPING=1") }
  static func reloading() { send("RELOADING=1\nMONOTONIC_USEC=\(cl_monotonic_ns() / 1000)") }

  private static func send(_ text: String) {
    guard let path = Setting.environmentVariable("NOTIFY_SOCKET"),
      path.hasPrefix("/") || path.hasPrefix("@")
    else { return }
    let bytes = Array(text.utf8)
    // A service manager that does not listen is no reason to stop.
    _ = unsafe bytes.withUnsafeBytes { bytes in
      unsafe path.withCString { unsafe cl_unix_notify($0, bytes.baseAddress, bytes.count) }
    }
  }
}
