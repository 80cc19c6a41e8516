internal import CLinux
internal import Configuration
internal import Domains
internal import Glibc
package import Policy
package import Proxy

/// The file that keeps the bytes of the day over a restart. The control thread brings it and the workers'
/// words together now and then; a process that is killed loses what came since.
package struct QuotaFile: ~Copyable {
  private let path: String
  /// What stood in the file and here when both were the same, by the names of environments.
  private var known: [String: QuotaWord] = [:]
  private var written = ""
  /// What was complained about last, so that it is said once.
  private var complaint = ""

  /// How often the file is written, at most; in nanoseconds.
  package static let interval: UInt64 = 10_000_000_000

  package init(path: String) { self.path = path }

  /// Adds what this process has counted to the file, and what the file says to the words.
  ///
  /// - Returns: what an operator should know; of each complaint once.
  package mutating func synchronize(_ shared: SharedState, _ snapshot: PolicySnapshot) -> [String] {
    let limited = snapshot.environments.indices.filter {
      snapshot.environments[$0].limits.quota > 0
    }
    guard !limited.isEmpty || !known.isEmpty else { return [] }
    let lock = unsafe "\(path).lock".withCString { unsafe cl_lock_file($0) }
    guard lock >= 0 else {
      // Another process has it for a moment; the next time will do.
      return lock == -EWOULDBLOCK ? [] : note("quota file '\(path)': \(Self.words(-lock))")
    }
    defer { _ = cl_close(lock) }
    var notices: [String] = []
    var table = read(&notices)
    var names: Set<String> = []
    for environment in limited {
      let name = snapshot.environments[environment].name
      let slot = snapshot.slot(of: environment)
      let (total, missing) = QuotaTable.merge(
        own: shared.limiter.quota(slot: slot), known: known[name], file: table.rows[name])
      if missing > 0 {
        shared.limiter.restore(QuotaWord(bytes: missing, day: total.day), slot: slot)
      }
      known[name] = total
      names.insert(name)
      table.rows[name] = total.bytes > 0 ? total : nil
    }
    let today = Day(unixSeconds: Int64(cl_realtime_us() / 1_000_000))
    // Of environments without a quota too: with one again, they go on with the word that they had.
    known = known.filter { $0.value.day.daysSince1970 >= today.daysSince1970 }
    // Of environments that are not there now; yesterday's say nothing any more.
    table.rows = table.rows.filter {
      names.contains($0.key) || $0.value.day.daysSince1970 >= today.daysSince1970
    }
    let text = table.text
    guard text != written else { return notices }
    if let problem = write(text) { return notices + note("quota file '\(path)': \(problem)") }
    written = text
    return notices
  }

  private mutating func read(_ notices: inout [String]) -> QuotaTable {
    do throws(OpenFile.Failure) {
      let bytes = try OpenFile(path).readAll(limit: QuotaTable.textMax)
      if let table = QuotaTable(parsing: String(decoding: bytes, as: UTF8.self)) { return table }
      notices += note("quota file '\(path)': broken, and made anew; \(Self.consequence(known))")
    } catch {
      switch error {
      case .system(_, isMissing: true):
        if known.isEmpty {
          notices += note("quota file '\(path)': not there yet; \(Self.consequence(known))")
        }
      default:
        notices += note("quota file '\(path)': \(error), and made anew; \(Self.consequence(known))")
      }
    }
    return QuotaTable()
  }

  private static func consequence(_ known: [String: QuotaWord]) -> String {
    known.isEmpty ? "the bytes of the day start at 0" : "what this process has counted stands"
  }

  /// Puts a whole file in the place of the old one; gives the problem, if there is one.
  private func write(_ text: String) -> String? {
    let fresh = "\(path).new"
    _ = unsafe fresh.withCString { unsafe cl_unlink($0) }
    let descriptor = unsafe fresh.withCString {
      unsafe open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o640)
    }
    guard descriptor >= 0 else { return Self.words(errno) }
    let bytes = Array(text.utf8)
    var done = 0
    var code: Int32 = 0
    while done < bytes.count, code == 0 {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe cl_write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      if count > 0 { done += count } else { code = count < 0 ? Int32(-count) : EIO }
    }
    _ = cl_close(descriptor)
    if code == 0 {
      code = unsafe fresh.withCString { fresh in
        unsafe path.withCString { path in -(unsafe cl_rename(fresh, path)) }
      }
    }
    return code == 0 ? nil : Self.words(code)
  }

  private mutating func note(_ text: String) -> [String] {
    guard text != complaint else { return [] }
    complaint = text
    return [text]
  }

  private static func words(_ code: Int32) -> String {
    "cannot be written (\(unsafe String(cString: strerror(code)))); give the directory"
  }
}
