internal import CCares
import Domains
import Glibc

/// The names of a hosts(5) file, which go before every name server. Read at start, and again when a
/// name that is not in the cache is asked for, at least 5 s have passed, and the file has changed:
/// the only file access of this target after its start, and never one that can block on a peer.
@safe struct HostsFile: ~Copyable {
  /// One name of one line, as a piece of `text`.
  struct Line {
    var start: Int
    var length: Int
    var address: IPAddress
  }

  /// What tells one state of the file from another (stat(2)).
  struct Version: Equatable {
    var seconds = 0
    var nanoseconds = 0
    var bytes = 0
    var inode: UInt = 0
  }

  private let path: String?
  private var version = Version()
  private var nextLook: UInt64 = 0
  private var text: [UInt8] = []
  /// Sorted by name; lines of one name in the order of the file.
  private var lines: [Line] = []

  /// Bytes read of the file; a line cut off there is not used.
  static let bytesAtMost = 1 << 20

  init(path: String?) {
    self.path = path
    look()
  }

  /// The addresses of `name` (canonical); none: the file does not name it.
  mutating func addresses(of name: Span<UInt8>, now: UInt64) -> (v6: AddressSet, v4: AddressSet) {
    if path != nil && now >= nextLook {
      nextLook = now + ResolverSettings.hostsSecondsKept * 1_000_000_000
      look()
    }
    var v6 = AddressSet()
    var v4 = AddressSet()
    var index = firstLine(notBefore: name)
    while index < lines.count && order(lines[index], name) == 0 {
      let address = lines[index].address
      if address.family == .v6 { v6.append(address) } else { v4.append(address) }
      index += 1
    }
    return (v6, v4)
  }

  private func firstLine(notBefore name: Span<UInt8>) -> Int {
    var low = 0
    var high = lines.count
    while low < high {
      let middle = (low + high) / 2
      if order(lines[middle], name) < 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Negative, zero or positive: how a line's name compares to `name`.
  private func order(_ line: Line, _ name: Span<UInt8>) -> Int {
    for offset in 0..<min(line.length, name.count) {
      let difference = Int(text[line.start + offset]) - Int(name[offset])
      if difference != 0 { return difference }
    }
    return line.length - name.count
  }

  /// Reads the file if it is not the one that was read last. A file that cannot be read names nothing.
  private mutating func look() {
    guard let path else { return }
    // Without O_NONBLOCK, opening a FIFO would wait for its writer.
    let fd = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard fd >= 0 else { return forget() }
    defer { _ = close(fd) }
    var status = stat()
    guard unsafe fstat(fd, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return forget()
    }
    let found = Version(
      seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
      bytes: Int(status.st_size), inode: status.st_ino)
    guard found != version else { return }
    forget()
    version = found
    text = [UInt8](repeating: 0, count: min(Int(status.st_size), Self.bytesAtMost))
    var filled = 0
    while filled < text.count {
      let count = unsafe text.withUnsafeMutableBytes { bytes in
        unsafe read(fd, bytes.baseAddress.map { unsafe $0 + filled }, bytes.count - filled)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      filled += count
    }
    text.removeLast(text.count - filled)
    if filled == Self.bytesAtMost { text.removeLast(text.reversed().prefix { $0 != 0x0a }.count) }
    parse()
  }

  private mutating func forget() {
    version = Version()
    text = []
    lines = []
  }

  private mutating func parse() {
    var at = 0
    while at < text.count {
      var end = at
      while end < text.count && text[end] != 0x0a { end += 1 }
      parseLine(at, end)
      at = end + 1
    }
    let text = self.text
    lines = lines.enumerated().sorted { left, right in
      let a = text[left.element.start..<left.element.start + left.element.length]
      let b = text[right.element.start..<right.element.start + right.element.length]
      if a.elementsEqual(b) { return left.offset < right.offset }
      return a.lexicographicallyPrecedes(b)
    }.map(\.element)
  }

  /// `address name [alias …] [# comment]`; names are taken in lower case.
  private mutating func parseLine(_ start: Int, _ end: Int) {
    var address: IPAddress?
    var at = start
    while at < end && text[at] != 0x23 {
      if Self.isBlank(text[at]) {
        at += 1
        continue
      }
      let field = at
      while at < end && !Self.isBlank(text[at]) && text[at] != 0x23 {
        if text[at] &- 0x41 < 26 { text[at] |= 0x20 }
        at += 1
      }
      if let address {
        let length = text[at - 1] == 0x2e ? at - field - 1 : at - field
        guard length > 0, length <= 253 else { continue }
        lines.append(Line(start: field, length: length, address: address))
      } else {
        address = Self.address(text[field..<at])
        if address == nil { return }
      }
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0d
  }

  private static func address(_ field: ArraySlice<UInt8>) -> IPAddress? {
    guard field.count < 46 else { return nil }
    var spelled = field.map { CChar(bitPattern: $0) }
    spelled.append(0)
    var v4: UInt32 = 0
    if unsafe ares_inet_pton(AF_INET, spelled, &v4) == 1 {
      return IPAddress(v4: UInt32(bigEndian: v4))
    }
    var v6: (UInt64, UInt64) = (0, 0)
    guard unsafe ares_inet_pton(AF_INET6, spelled, &v6) == 1 else { return nil }
    return IPAddress(v6High: UInt64(bigEndian: v6.0), low: UInt64(bigEndian: v6.1))
  }
}
