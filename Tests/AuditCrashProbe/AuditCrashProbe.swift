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
      let log = try AuditLog(path: arguments[1], workers: 2, onFull: .block, ringBytes: 16384)
      log.start()
      let isRotating = arguments.contains("rotate")
      let run = arguments[2]
      DispatchQueue.concurrentPerform(iterations: isRotating ? 3 : 2) { index in
        index == 2 ? rotate(log, run) : work(log, index, run)
      }
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
