internal import CLinux
internal import Glibc

/// An audit log that is still being written: gives what is there from a place on, then what comes,
/// also when the file is moved away and another takes its name.
package struct LogFollower: ~Copyable {
  private let path: String
  private let name: String
  private var descriptor: Int32
  private var buffer = ByteBuffer(capacity: LogReader.lineLimit + (1 << 18))
  private var reader = LogReader(.goOn)
  /// Where in the file the next bytes are read.
  private var offset: UInt64

  /// Opens the log. Throws where it is no regular file, or one that is compressed: neither grows.
  package init(_ path: String, name: String) throws(LogFailure) {
    let fd = unsafe path.withCString { unsafe cl_open_read($0) }
    guard fd >= 0 else {
      throw LogFailure(
        "'\(name)': cannot be read (\(unsafe String(cString: strerror(-fd)))); "
          + "check the path and its permissions")
    }
    var status = cl_file_status()
    guard unsafe cl_status(fd, &status) == 0, status.regular else {
      _ = cl_close(fd)
      throw LogFailure("'\(name)': not a regular file, so it cannot be followed; name a log file")
    }
    self.path = path
    self.name = name
    descriptor = fd
    offset = 0
    reader.begin(file: name)
  }

  deinit { if descriptor >= 0 { _ = cl_close(descriptor) } }

  /// Places of lines that were no records, since this was last asked.
  package mutating func takeProblems() -> [String] {
    let places = reader.brokenPlaces
    if reader.brokenLines > 0 { reader.forgetBroken() }
    return places
  }

  package var size: UInt64 {
    var status = cl_file_status()
    return unsafe cl_status(descriptor, &status) == 0 ? status.size : 0
  }

  /// Goes on at the first line that begins at `place` or behind it.
  package mutating func seek(to place: UInt64) {
    buffer.use(buffer.count)
    offset = place
    // Lines are numbered from where the reading begins.
    reader.begin(file: place == 0 ? name : "\(name) from byte \(place) on")
    guard place > 0 else { return }
    // One byte earlier: a line that begins exactly there is a whole one.
    offset = place - 1
    while true {
      buffer.use(buffer.count)
      guard fill() > 0 else { return }
      let end = Self.lineEnd(buffer)
      if let end {
        buffer.use(end + 1)
        return
      }
    }
  }

  private static func lineEnd(_ buffer: borrowing ByteBuffer) -> Int? {
    buffer.bytes.lineEnd(from: 0)
  }

  /// Gives the whole lines that are there now to `body`; the number of bytes that came.
  package mutating func read(_ body: LogReader.Body) throws(LogFailure) -> Int {
    var came = 0
    repeat {
      let used = try Self.take(buffer, &reader, body)
      buffer.use(used)
      buffer.compact()
      let count = fill()
      if count == 0 { break }
      came += count
    } while true
    return came
  }

  private static func take(
    _ buffer: borrowing ByteBuffer, _ reader: inout LogReader, _ body: LogReader.Body
  ) throws(LogFailure) -> Int {
    try reader.take(buffer.bytes, body)
  }

  private mutating func fill() -> Int {
    let count = Self.fill(&buffer, descriptor, offset)
    offset += UInt64(count)
    return count
  }

  private static func fill(_ buffer: inout ByteBuffer, _ fd: Int32, _ offset: UInt64) -> Int {
    var room = buffer.room
    let count = unsafe room.withUnsafeMutableBufferPointer { target in
      unsafe cl_read_at(fd, target.baseAddress, target.count, offset)
    }
    buffer.filled(max(count, 0))
    return max(count, 0)
  }

  /// What became of the file's name.
  package enum Change: Sendable {
    case none
    /// The file is shorter than what was read of it: it was cut, and is read from its start.
    case cut
    /// Another file has the name, and is read from its start.
    case moved
  }

  /// Looks whether the name stands for another file by now, and goes over to it once that has bytes
  /// and the one before was read to its end.
  package mutating func follow(_ body: LogReader.Body) throws(LogFailure) -> Change {
    var own = cl_file_status()
    guard unsafe cl_status(descriptor, &own) == 0 else { return .none }
    if own.size < offset {
      seek(to: 0)
      return .cut
    }
    let fd = unsafe path.withCString { unsafe cl_open_read($0) }
    guard fd >= 0 else { return .none }
    var named = cl_file_status()
    guard unsafe cl_status(fd, &named) == 0, named.regular, named.size > 0,
      named.device != own.device || named.inode != own.inode
    else {
      _ = cl_close(fd)
      return .none
    }
    // The writer never goes back to a file that it left, so that now its end is its end.
    _ = try read(body)
    _ = cl_close(descriptor)
    descriptor = fd
    buffer.use(buffer.count)
    offset = 0
    reader.begin(file: name)
    return .moved
  }
}
