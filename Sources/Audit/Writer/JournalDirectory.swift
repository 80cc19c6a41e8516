internal import Glibc
internal import Synchronization

/// The directory that holds an audit file's journal: `writer.state`, `control.ring`, `worker-N.ring`.
/// One process at a time has its lock.
struct JournalDirectory: Sendable {
  let path: String
  let disk: any Disk
  private let lockFD: DirectoryLock

  /// Rings of earlier processes that may wait to be written. More is a sign that something is wrong.
  static let leftoverLimit = 4096

  init(path file: String, stateDirectory: String?, disk: any Disk) throws(AuditError) {
    self.disk = disk
    let name = file == "-" ? "stdout" : String(file.split(separator: "/").last ?? "audit")
    if let stateDirectory {
      path = stateDirectory + "/" + name + ".journal"
      try JournalDirectory.make(stateDirectory, disk)
    } else if file == "-" {
      throw AuditError(
        path: "-", problem: "standard output has no directory for the journal",
        remedy: "name one with --state-directory")
    } else {
      path = file + ".journal"
    }
    try JournalDirectory.make(path, disk)
    let fd = disk.openDirectory(path)
    guard fd >= 0 else { throw AuditError(path: path, doing: "open it", failed: fd) }
    lockFD = DirectoryLock(fd: fd, disk: disk)
    let locked = AuditFile.lock(fd, disk, waits: true)
    guard locked == 0 else { throw AuditFile.lockError(file, locked) }
  }

  private static func make(_ path: String, _ disk: any Disk) throws(AuditError) {
    let made = disk.makeDirectory(path)
    if made == 0 || made == -EEXIST { return }
    throw AuditError(path: path, doing: "make the directory", failed: made)
  }

  /// Everything that the writer starts with.
  struct Found {
    var file: AuditFile
    var state: WriterState
    var control: Ring
    var rings: [Ring]
    var leftovers: [Ring]
    var notices: [String]
  }

  /// Opens the audit file and the journal, settles the batch that a killed process was writing, and
  /// makes the rings that are missing.
  func recover(path file: String, workers: Int, capacity: Int) throws(AuditError) -> Found {
    var notices: [String] = []
    let open = try AuditFile.open(file, disk, waits: true)
    var isKept = false
    defer { if !isKept { disk.close(open.fd) } }
    let state = try WriterState.open(path: path + "/writer.state", disk: disk, notices: &notices)
    var rings = try openRings(&notices)
    try settle(state, rings: rings, file: open, &notices)
    if open.isRegular {
      try settleEnd(of: file, state, &notices)
    }

    // Rings in their place go on; the others are written first and go.
    var leftovers: [Ring] = []
    var kept: [Int: Ring] = [:]
    for ring in rings {
      let isCurrent = ring.codes.isCurrent
      let wanted = ring.worker == JournalDirectory.controlWorker ? AuditLog.controlBytes : capacity
      let isFree = try claim(ring)
      if isFree, ring.worker < workers, ring.capacity == wanted, isCurrent,
        kept[ring.worker] == nil
      {
        kept[ring.worker] = ring
      } else if isFree, ring.isEmpty {
        let gone = disk.unlink(ring.path)
        guard gone == 0 else {
          throw AuditError(path: ring.path, doing: "remove it", failed: gone)
        }
      } else {
        let again = try moved(ring, state)
        again.isLive = !isFree
        leftovers.append(again)
      }
    }
    for worker in JournalDirectory.controlWorker..<workers where kept[worker] == nil {
      let isControl = worker == JournalDirectory.controlWorker
      kept[worker] = try make(worker, isControl ? AuditLog.controlBytes : capacity, state)
    }
    rings = (0..<workers).compactMap { kept[$0] }
    leftovers.sort { $0.birth < $1.birth }
    guard leftovers.count <= JournalDirectory.leftoverLimit else {
      throw AuditError(
        path: path, problem: "\(leftovers.count) rings of earlier processes wait",
        remedy: "free space for the audit file")
    }
    guard let control = kept[JournalDirectory.controlWorker], rings.count == workers else {
      fatalError("a ring that was made is missing")
    }
    isKept = true
    return Found(
      file: open, state: state, control: control, rings: rings, leftovers: leftovers,
      notices: notices)
  }

  /// Takes the number and the link of the file's last line, where the state does not know better.
  private func settleEnd(
    of file: String, _ state: WriterState, _ notices: inout [String]
  ) throws(AuditError) {
    let last = try AuditTail(path: file, disk: disk).settle(file, &notices)
    state.nextSequence = max(state.nextSequence, last.sequence + 1)
    if state.link == nil, last.sequence + 1 == state.nextSequence, let link = last.link {
      state.setLink(link, sequence: last.sequence)
    }
  }

  /// The number that stands for the control ring and for rings in nobody's place.
  static let controlWorker = -1
  static let nobody = Int.max

  private func name(_ worker: Int) -> String {
    worker == JournalDirectory.controlWorker ? "control.ring" : "worker-\(worker).ring"
  }

  private func make(_ worker: Int, _ capacity: Int, _ state: WriterState) throws(AuditError) -> Ring
  {
    let ring = try Ring.create(
      path: path + "/" + name(worker), capacity: capacity, birth: state.takeBirth(),
      worker: worker, disk: disk)
    _ = try claim(ring)
    return ring
  }

  /// Whether no other process appends to the ring; from now on none does but this one.
  private func claim(_ ring: Ring) throws(AuditError) -> Bool {
    let result = ring.claim(disk)
    guard result == 0 || result == -EWOULDBLOCK else {
      throw AuditError(path: ring.path, doing: "lock it", failed: result)
    }
    return result == 0
  }

  /// Everything for a process to write again that handed the log over and got it back: its own rings go
  /// on, wherever they are now; what its successor left is written too.
  func resume(path file: String, own: Set<UInt64>) throws(AuditError) -> (
    file: AuditFile, state: WriterState, leftovers: [Ring]
  ) {
    var notices: [String] = []
    let open = try AuditFile.open(file, disk, waits: true)
    var isKept = false
    defer { if !isKept { disk.close(open.fd) } }
    let state = try WriterState.open(path: path + "/writer.state", disk: disk, notices: &notices)
    let rings = try openRings(&notices)
    try settle(state, rings: rings, file: open, &notices)
    if open.isRegular {
      try settleEnd(of: file, state, &notices)
    }
    var leftovers = rings.filter { !own.contains($0.identity) }
    for ring in leftovers { ring.isLive = try !claim(ring) }
    leftovers.sort { $0.birth < $1.birth }
    isKept = true
    return (open, state, leftovers)
  }

  /// Gives the lock back before the end.
  func release() { lockFD.release() }

  /// A ring with records whose place is needed for another, under a name of its own.
  private func moved(_ ring: Ring, _ state: WriterState) throws(AuditError) -> Ring {
    guard ring.worker != JournalDirectory.nobody else { return ring }
    let target = path + "/leftover-\(ring.birth)-\(state.takeBirth()).ring"
    let renamed = disk.rename(ring.path, target)
    guard renamed == 0 else {
      throw AuditError(path: ring.path, doing: "move it aside", failed: renamed)
    }
    guard case .ring(let again) = try Ring.open(path: target, worker: ring.worker, disk: disk)
    else {
      throw AuditError(
        path: target, problem: "changed while it was moved", remedy: "start again")
    }
    return again
  }

  /// All rings in the directory; what is none is set aside, with the reason.
  private func openRings(_ notices: inout [String]) throws(AuditError) -> [Ring] {
    guard let names = disk.list(path) else {
      throw AuditError(
        path: path, problem: "cannot be listed", remedy: "let this user read the directory")
    }
    var rings: [Ring] = []
    for name in names.sorted() where name.hasSuffix(".ring") {
      let full = path + "/" + name
      switch try Ring.open(path: full, worker: worker(of: name), disk: disk) {
      case .ring(let ring): rings.append(ring)
      case .refused(let why):
        var aside = full + ".damaged"
        var number = 1
        while names.contains(String(aside.dropFirst(path.utf8.count + 1))) {
          number += 1
          aside = full + ".damaged-\(number)"
        }
        let renamed = disk.rename(full, aside)
        guard renamed == 0 else {
          throw AuditError(path: full, doing: "set it aside", failed: renamed)
        }
        notices.append("\(full) \(why); it is now \(aside), and its records are not in the log")
      }
    }
    return rings
  }

  private func worker(of name: String) -> Int {
    if name == "control.ring" { return JournalDirectory.controlWorker }
    guard name.hasPrefix("worker-"), let number = Int(name.dropFirst(7).dropLast(5)), number >= 0
    else { return JournalDirectory.nobody }
    return number
  }
}

/// Holds the lock of a directory as long as it lives.
final class DirectoryLock: Sendable {
  private let fd: Mutex<Int32>
  private let disk: any Disk

  init(fd: Int32, disk: any Disk) {
    self.fd = Mutex(fd)
    self.disk = disk
  }

  deinit { release() }

  func release() {
    fd.withLock { fd in
      if fd >= 0 { disk.close(fd) }
      fd = -1
    }
  }
}
