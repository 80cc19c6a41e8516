import Admin
import CLinux
import Configuration
import Glibc

/// `sluice top` in a terminal: looks, draws, and waits for a key, a signal or the next look. However it
/// ends, the terminal is as it was before.
struct TopLoop {
  private let source: TopSource
  private let signals: Int32
  private var order: TopView.Order
  private let hasColour: Bool
  private var isPaused = false
  private var trouble = ""
  private var looks: (before: TopLook, now: TopLook)
  private var denials: [TopView.Denial] = []

  /// From the first to the second look, so that rates are there at once.
  private static let firstMilliseconds = 200

  /// The first look is made before anything is drawn: a process that is not there is an error like any
  /// other.
  init(_ source: TopSource, _ order: TopView.Order, hasColour: Bool) throws {
    self.source = source
    self.order = order
    self.hasColour = hasColour
    let look = try source.look()
    looks = (look, look)
    let wanted = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP]
    signals = unsafe wanted.withUnsafeBufferPointer { buffer in
      unsafe cl_signalfd(buffer.baseAddress, Int32(buffer.count))
    }
    guard signals >= 0 else {
      throw ConfigurationError(
        "signals", "no descriptor for them (errno \(-signals))", remedy: "raise ulimit -n")
    }
  }

  mutating func run() {
    enter()
    defer { leave() }
    var next = cl_monotonic_ns() + UInt64(Self.firstMilliseconds) * 1_000_000
    draw()
    while true {
      let now = cl_monotonic_ns()
      if now >= next {
        if !isPaused { look() }
        next = cl_monotonic_ns() + UInt64(source.milliseconds) * 1_000_000
        draw()
        continue
      }
      var ready: UInt64 = 0
      let timeout = Int32(clamping: (next - now + 999_999) / 1_000_000)
      _ = unsafe cl_poll_many([signals, 0], 2, 0, &ready, timeout)
      if ready & 1 != 0, !handle(cl_signalfd_read(signals)) { return }
      if ready & 2 != 0, !handleKeys() { return }
      if ready != 0 { draw() }
    }
  }

  private mutating func look() {
    do {
      let look = try source.look()
      looks = (looks.now, look)
      denials = source.denials()
      trouble = ""
    } catch {
      trouble = "\(error)"
    }
  }

  /// No if the signal ends it.
  private func handle(_ signal: Int32) -> Bool {
    switch signal {
    case SIGWINCH: return true
    case SIGTSTP:
      leave()
      cl_stop_here()
      enter()
      return true
    default: return signal < 0
    }
  }

  /// No if a key ends it, or the terminal has gone.
  private mutating func handleKeys() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe cl_read(0, $0.baseAddress, $0.count) }
    // Ready, and nothing there: the other end has hung up.
    guard count > 0 else { return false }
    // An arrow key begins with an escape; its letters are no keys of ours.
    guard bytes[0] != 0x1B else { return true }
    for byte in bytes[..<count] {
      switch byte {
      case UInt8(ascii: "q"), UInt8(ascii: "Q"): return false
      case UInt8(ascii: "s"): order = order.next
      case UInt8(ascii: "p"), UInt8(ascii: " "): isPaused.toggle()
      default: break
      }
    }
    return true
  }

  private func draw() {
    var columns: Int32 = 80
    var rows: Int32 = 24
    _ = unsafe cl_terminal_size(1, &columns, &rows)
    var screen = TopScreen(columns: Int(columns), rows: Int(rows), hasColour: hasColour)
    screen.order = order
    screen.isPaused = isPaused
    screen.trouble = trouble
    screen.interval = SettingParser.duration(source.milliseconds)
    let view = TopView(looks.now, after: looks.before, order: order, denials: denials)
    // In one piece, so that nothing flickers. A line is cleared in front: behind its end the cursor may
    // stand on its last character.
    let lines = screen.lines(view).map { "\u{1B}[2K" + $0 }
    write("\u{1B}[H" + lines.joined(separator: "\n") + "\u{1B}[J")
  }

  /// The other screen, without a cursor.
  private func enter() {
    _ = cl_terminal_keys(0)
    write("\u{1B}[?1049h\u{1B}[?25l")
  }

  private func leave() {
    write("\u{1B}[?25h\u{1B}[?1049l")
    cl_terminal_restore(0)
  }

  private func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes { unsafe cl_write(1, $0.baseAddress, $0.count) }
      // A terminal that has gone says so by its signal.
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}
