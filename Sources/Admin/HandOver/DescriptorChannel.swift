internal import CLinux
internal import Glibc

/// A conversation in lines between two processes of Sluice, over a Unix socket that carries descriptors
/// too. Blocks, with a limit in time for each step.
final class DescriptorChannel {
  private let fd: Int32

  static let lineLimit = 4096
  /// For the other side's next step, in which it may compile everything.
  static let stepMilliseconds: Int32 = 30_000

  /// Owns `fd` from now on.
  init(_ fd: Int32) {
    self.fd = fd
    _ = cl_set_timeouts(fd, Self.stepMilliseconds)
  }

  deinit { _ = cl_close(fd) }

  /// Whether root or this process's user is at the other end.
  var isTrusted: Bool {
    var user: UInt32 = .max
    var group: UInt32 = .max
    return unsafe cl_unix_peer(fd, &user, &group) >= 0 && (user == 0 || user == geteuid())
  }

  func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes[sent...].withUnsafeBytes {
        unsafe cl_send(fd, $0.baseAddress, $0.count)
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Sends descriptors, some with each byte.
  func send(_ descriptors: [Int32]) -> Bool {
    var rest = descriptors[...]
    while !rest.isEmpty {
      let some = Array(rest.prefix(Int(CL_DESCRIPTORS_MAX)))
      var byte = UInt8(ascii: "D")
      guard unsafe cl_send_descriptors(fd, &byte, 1, some, some.count) == 1 else { return false }
      rest = rest.dropFirst(some.count)
    }
    return true
  }

  /// The next line without its end; `nil`: the other side has gone, or the line was not whole in time.
  func receiveLine(within milliseconds: Int32 = stepMilliseconds) -> String? {
    let deadline = cl_monotonic_ns() + UInt64(milliseconds) * 1_000_000
    var bytes: [UInt8] = []
    while bytes.count < Self.lineLimit {
      var byte: UInt8 = 0
      guard isReadable(by: deadline), unsafe cl_read(fd, &byte, 1) == 1 else { return nil }
      if byte == 0x0a { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return nil
  }

  private func isReadable(by deadline: UInt64) -> Bool {
    while true {
      let now = cl_monotonic_ns()
      guard now < deadline else { return false }
      var ready: UInt64 = 0
      let wait = Int32(clamping: (deadline - now + 999_999) / 1_000_000)
      guard unsafe cl_poll_many([fd], 1, 0, &ready, wait) >= 0 else { return false }
      if ready != 0 { return true }
    }
  }

  /// So many descriptors; all or none.
  func receive(_ count: Int) -> [Int32]? {
    var all: [Int32] = []
    while all.count < count {
      var some = [Int32](repeating: -1, count: Int(CL_DESCRIPTORS_MAX))
      var number = some.count
      var byte: UInt8 = 0
      let result = unsafe cl_receive_descriptors(fd, &byte, 1, &some, &number)
      all += some.prefix(number)
      guard result == 1, number > 0 else {
        for descriptor in all { _ = cl_close(descriptor) }
        return nil
      }
    }
    return all
  }
}
