import Audit
import Foundation
import Synchronization

/// The real file system, with a fault or an observer where the test wants it. Every regular file has
/// the same device and inode, so that a copy of a directory is as good as the original.
final class PlayedDisk: Disk {
  struct Play: Sendable {
    /// Fails the call with this number, counted from 1.
    var failing: Int?
    var code: Int32 = EIO
    /// A write takes at most this many bytes.
    var writeLimit = Int.max
    /// Bytes that fit; then ENOSPC.
    var room = Int.max
    /// Cutting a file fails.
    var failsTruncate = false
    /// Called after each call and at each step.
    var observe: (@Sendable () -> Void)?
    var calls = 0
  }

  let play: Mutex<Play>
  private let real = LinuxDisk()

  init(_ play: Play = Play()) { self.play = Mutex(play) }

  func set(_ change: (inout Play) -> Void) { play.withLock { change(&$0) } }
  var calls: Int { play.withLock { $0.calls } }

  /// Counts a call; an errno if it is to fail.
  private func call() -> Int32? {
    play.withLock { play in
      play.calls += 1
      return play.calls == play.failing ? -play.code : nil
    }
  }
  private func observe() { play.withLock { $0.observe }?() }
  private func done<Result>(_ result: Result) -> Result {
    observe()
    return result
  }

  func makeDirectory(_ path: String) -> Int32 { call() ?? done(real.makeDirectory(path)) }
  func openDirectory(_ path: String) -> Int32 { call() ?? done(real.openDirectory(path)) }
  func list(_ path: String) -> [String]? { call() == nil ? real.list(path) : nil }
  func lock(_ fd: Int32) -> Int32 { call() ?? done(real.lock(fd)) }
  func openAppend(_ path: String) -> Int32 { call() ?? done(real.openAppend(path)) }
  func openRead(_ path: String) -> Int32 { call() ?? done(real.openRead(path)) }
  func openMapped(_ path: String) -> Int32 { call() ?? done(real.openMapped(path)) }
  func duplicate(_ fd: Int32) -> Int32 { call() ?? done(real.duplicate(fd)) }
  func reserve(_ fd: Int32, _ size: Int) -> Int32 { call() ?? done(real.reserve(fd, size)) }
  func rename(_ from: String, _ to: String) -> Int32 { call() ?? done(real.rename(from, to)) }
  func unlink(_ path: String) -> Int32 { call() ?? done(real.unlink(path)) }
  func close(_ fd: Int32) { real.close(fd) }
  func reached(_ step: WriterStep) { observe() }

  func status(_ fd: Int32, _ status: inout FileStatus) -> Int32 {
    if let failed = call() { return failed }
    let result = real.status(fd, &status)
    if status.isRegular {
      status.device = 1
      status.inode = 1
    }
    return done(result)
  }

  func truncate(_ fd: Int32, _ size: UInt64) -> Int32 {
    if play.withLock({ $0.failsTruncate }) { return -EIO }
    return call() ?? done(real.truncate(fd, size))
  }

  func write(_ fd: Int32, _ bytes: Span<UInt8>) -> Int {
    if let failed = call() { return Int(failed) }
    let count = play.withLock { play in
      let count = min(bytes.count, play.writeLimit, play.room)
      if play.room != .max { play.room -= count }
      return count
    }
    if count == 0 { return Int(-ENOSPC) }
    return done(real.write(fd, bytes.extracting(0..<count)))
  }

  func read(_ fd: Int32, into bytes: inout MutableSpan<UInt8>, at offset: UInt64) -> Int {
    if let failed = call() { return Int(failed) }
    return real.read(fd, into: &bytes, at: offset)
  }
}
