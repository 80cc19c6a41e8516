import Foundation

/// A program in a terminal of its own: what it draws, what keys and signals do to it, and whether it leaves
/// the terminal as it found it. A pseudo-terminal needs fork(2) in the child's place, which Python has.
struct Terminal: Decodable {
  /// As wait(2) has it; 0: exit code 0.
  let status: Int?
  let output: String
  /// The terminal's settings are those from before.
  let restored: Bool?
  /// What was waited for and did not come.
  let trouble: String?

  enum Step {
    /// Until this is drawn, behind what was waited for before.
    case wait(String)
    case send(String)
    case size(columns: Int, rows: Int)
    case signal(String)

    fileprivate var json: [Any] {
      switch self {
      case .wait(let text): ["wait", text]
      case .send(let text): ["send", text]
      case .size(let columns, let rows): ["size", [columns, rows]]
      case .signal(let name): ["kill", name]
      }
    }
  }

  static func run(
    _ command: [String], columns: Int = 80, rows: Int = 24, environment: [String: String],
    _ steps: [Step]
  ) throws -> Terminal {
    let folder = try TemporaryFolder()
    let program = try folder.write("terminal.py", script)
    let specification: [String: Any] = [
      "size": [columns, rows], "command": command, "environment": environment,
      "steps": steps.map(\.json),
    ]
    let data = try JSONSerialization.data(withJSONObject: specification)
    let path = try folder.write("steps.json", String(decoding: data, as: UTF8.self))
    let output = try Child.prepare(["python3", program, path], within: 120)
    return try JSONDecoder().decode(Terminal.self, from: Data(output.utf8))
  }

  private static let script = #"""
    import fcntl, json, os, pty, select, signal, struct, sys, termios, time

    spec = json.load(open(sys.argv[1]))
    master, slave = pty.openpty()

    def size(columns, rows):
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    size(*spec["size"])
    before = termios.tcgetattr(slave)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in (0, 1, 2):
            os.dup2(slave, fd)
        os.closerange(3, 256)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        os.environ.update(spec["environment"])
        os.execv(spec["command"][0], spec["command"])

    output, mark = b"", 0

    def read(seconds):
        global output
        if not select.select([master], [], [], seconds)[0]:
            return False
        data = os.read(master, 65536)
        output += data
        return bool(data)

    def finish(**result):
        print(json.dumps(dict(result, output=output.decode("utf8", "replace"))))
        sys.exit(0)

    for kind, value in spec["steps"]:
        if kind == "wait":
            end = time.monotonic() + 60
            while value.encode() not in output[mark:]:
                if time.monotonic() > end:
                    os.kill(pid, signal.SIGKILL)
                    finish(trouble=value)
                read(0.02)
            mark = output.index(value.encode(), mark) + len(value.encode())
        elif kind == "send":
            os.write(master, value.encode())
        elif kind == "size":
            size(*value)
        elif kind == "kill":
            os.kill(pid, getattr(signal, value))
    end = time.monotonic() + 60
    status = None
    while status is None and time.monotonic() < end:
        read(0.02)
        done, code = os.waitpid(pid, os.WNOHANG)
        if done:
            status = code
    if status is None:
        os.kill(pid, signal.SIGKILL)
        finish(trouble="its end")
    while read(0):
        pass
    finish(status=status, restored=termios.tcgetattr(slave) == before)
    """#
}
