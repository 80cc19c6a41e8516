internal import Audit
internal import Dispatch
internal import Glibc

/// Appends numbered records as fast as it can and says on standard output which are appended, until it
/// is killed. Arguments: the audit file, a name for this run, and `rotate` to move the file away and
/// reopen it every few milliseconds.
@main
enum AuditCrashProbe {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else { exit(2) }
    do {
      let log = try AuditLog(
        path: arguments[1], workers: 2, onFull: .block, ringBytes: 16384, isChained: true)
      log.start()
      let isRotating = arguments.contains("rotate")
      let run = arguments[2]
      // A queue, so a thread, of its own for each: none of them ever ends.
      for worker in 0..<2 {
        DispatchQueue(label: "worker \(worker)").async { work(log, worker, run) }
      }
      if isRotating { DispatchQueue(label: "rotate").async { rotate(log, run) } }
      while true { pause() }
    } catch {
      print(error)
      exit(3)
    }
  }
}

private func work(_ log: AuditLog, _ worker: Int, _ run: String) {
  var journal = log.journal(worker: worker)
  var number = 0
  while true {
    let record = AuditRecord(
      event: .decision, id: RequestID(high: 1, low: 1), timeMicroseconds: 1_795_255_200_000_000)
    let host = Array("\(run)-\(worker)-\(number)".utf8)
    let nothing: [UInt8] = []
    let isKept = journal.append(
      record, environment: nothing.span, listener: nothing.span, method: nothing.span,
      host: host.span, list: nothing.span, raw: nothing.span)
    journal.flushHint()
    if isKept {
      let line = Array("\(worker) \(number)\n".utf8)
      guard unsafe write(1, line, line.count) == line.count else { exit(4) }
      number += 1
    } else {
      sched_yield()
    }
  }
}

private func rotate(_ log: AuditLog, _ run: String) {
  for number in 0... {
    usleep(4000)
    _ = unsafe rename(log.path, "\(log.path).\(run).\(number)")
    log.reopen()
  }
}
