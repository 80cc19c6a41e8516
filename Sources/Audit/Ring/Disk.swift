/// What the audit log asks of the file system, so that a test can play a full disk, an error or a
/// kill at any step. Results are the call's own or a negated errno; EINTR never comes out.
package protocol Disk: Sendable {
  func makeDirectory(_ path: String) -> Int32
  func openDirectory(_ path: String) -> Int32
  func list(_ path: String) -> [String]?
  func lock(_ fd: Int32) -> Int32
  func openAppend(_ path: String) -> Int32
  func openRead(_ path: String) -> Int32
  func openMapped(_ path: String) -> Int32
  func duplicate(_ fd: Int32) -> Int32
  func status(_ fd: Int32, _ status: inout FileStatus) -> Int32
  func reserve(_ fd: Int32, _ size: Int) -> Int32
  func truncate(_ fd: Int32, _ size: UInt64) -> Int32
  func write(_ fd: Int32, _ bytes: Span<UInt8>) -> Int
  func read(_ fd: Int32, into bytes: inout MutableSpan<UInt8>, at offset: UInt64) -> Int
  func rename(_ from: String, _ to: String) -> Int32
  func unlink(_ path: String) -> Int32
  func close(_ fd: Int32)
  /// The writer stands between two stores of its protocol: nothing to do but for tests.
  func reached(_ step: WriterStep)
}

/// What fstat(2) says.
package struct FileStatus: Sendable, Equatable {
  package var device: UInt64 = 0
  package var inode: UInt64 = 0
  package var size: UInt64 = 0
  package var isRegular = false

  package init() {}
}

/// The places of the writer's protocol at which a kill would leave a different picture.
package enum WriterStep: Sendable, CaseIterable {
  case intentHalfStored, intentStored, written, announced, sequenced, consumed, settled
}
