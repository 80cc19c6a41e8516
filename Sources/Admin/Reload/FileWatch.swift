internal import CLinux
internal import Glibc

/// Watches files by the directories they are in, so that it sees what editors and deployments do: a new
/// file renamed over the old one, and a symbolic link that is set to another directory (as Kubernetes
/// does with `..data`).
///
/// An event says only that something happened there; what counts is whether ``FileMark`` of a file has
/// changed. Where inotify(7) cannot be had, looking now and then finds it out too.
package struct FileWatch: ~Copyable {
  /// An inotify descriptor; -1: there is none.
  package let descriptor: Int32
  private var watches: [String: Int32] = [:]
  private var paths: [String] = []
  private var seen: [FileMark] = []

  package init() { descriptor = cl_inotify() }

  deinit { if descriptor >= 0 { _ = cl_close(descriptor) } }

  /// What the files of `paths` are like now: take it before they are read.
  package static func marks(_ paths: [String]) -> [FileMark] { paths.map { FileMark($0) } }

  /// Watches `paths` from now on, which were as `marks` say when they were read.
  package mutating func follow(_ paths: [String], _ marks: [FileMark]) {
    self.paths = paths
    seen = marks
    watchDirectories()
  }

  /// Takes the events that wait.
  package func drain() { if descriptor >= 0 { _ = cl_inotify_drain(descriptor) } }

  /// Whether a file is another one than when it was last read or asked about here.
  package mutating func hasChanged() -> Bool {
    let now = Self.marks(paths)
    guard now != seen else { return false }
    seen = now
    // A link may lead elsewhere now.
    watchDirectories()
    return true
  }

  private mutating func watchDirectories() {
    guard descriptor >= 0 else { return }
    var wanted: Set<String> = []
    for path in paths {
      wanted.insert(Self.directory(of: path))
      if let resolved = Self.resolved(path) { wanted.insert(Self.directory(of: resolved)) }
    }
    for (directory, watch) in watches where !wanted.contains(directory) {
      _ = cl_inotify_unwatch(descriptor, watch)
      watches[directory] = nil
    }
    // Again for those that are watched: a directory of this name may be another one by now.
    for directory in wanted {
      let watch = unsafe directory.withCString { unsafe cl_inotify_watch(descriptor, $0) }
      watches[directory] = watch >= 0 ? watch : nil
    }
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func resolved(_ path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe path.withCString { path in
      unsafe bytes.withUnsafeMutableBytes { bytes in
        unsafe cl_resolve(
          path, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
      }
    }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}

/// What tells one state of a file from another. All zero: there is none.
package struct FileMark: Equatable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  private let size: UInt64
  private let modified: UInt64
  private let changed: UInt64

  package init(_ path: String) {
    var mark = cl_file_mark()
    unsafe path.withCString { unsafe cl_mark($0, &mark) }
    device = mark.device
    inode = mark.inode
    size = mark.size
    modified = mark.modified_ns
    changed = mark.changed_ns
  }
}
