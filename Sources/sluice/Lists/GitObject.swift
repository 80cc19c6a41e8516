import CLinux
import Configuration
import Domains
import Glibc
import Review

/// Reads one file of one git revision, through git itself: no shell, no network, no hook, and no
/// more of its output than a list may have.
enum GitObject {
  /// The bytes of `REV:path` in the repository around the working folder. `text` is handed to git as
  /// it is; what could be taken for an option is refused.
  static func read(_ text: String, limit: Int) throws(ConfigurationError) -> [UInt8] {
    let place = "'\(text.printable)'"
    guard !text.hasPrefix("-"), !text.utf8.contains(0) else {
      throw ConfigurationError(
        place, "not a git revision", remedy: "write REV:path, such as main:allowlists/team.allow")
    }
    // `cat-file blob` takes files only and runs no filter. `protocol.allow` keeps a partial clone
    // from fetching what it lacks.
    let finished: Finished
    do throws(SpawnError) {
      finished = try run(
        ["git", "-c", "protocol.allow=never", "cat-file", "blob", text], limit: limit)
    } catch {
      throw ConfigurationError(
        place, "git cannot be started (\(error.message))",
        remedy: "install git, or write the path of a file")
    }
    guard !finished.isTooLarge else {
      throw ConfigurationError(
        place, "larger than \(limit >> 20) MiB", remedy: "split the list into several files")
    }
    guard finished.isSuccess else {
      let lines = String(decoding: finished.errors, as: UTF8.self).split(separator: "\n")
      let reason = lines.first.map { String($0).printable } ?? "git gave no reason"
      throw ConfigurationError(
        place, "no file, and git does not have it either (\(reason))",
        remedy: "write the path of a file, a built-in list, or REV:path")
    }
    return finished.output
  }

  private struct SpawnError: Error {
    let message: String
  }

  private struct Finished {
    var output: [UInt8] = []
    /// The first of what stood on standard error.
    var errors: [UInt8] = []
    var isTooLarge = false
    var isSuccess = false
  }

  private static let errorLimit = 1000

  /// What git gets of this process's environment: where it is, where its configuration is, and which
  /// repository was chosen.
  private static let variables = [
    "PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "GIT_DIR", "GIT_WORK_TREE",
    "GIT_CEILING_DIRECTORIES", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  ]

  private static func run(_ arguments: [String], limit: Int) throws(SpawnError) -> Finished {
    var output: [Int32] = [-1, -1]
    var errors: [Int32] = [-1, -1]
    guard unsafe pipe(&output) == 0 else { throw SpawnError(message: message(errno)) }
    guard unsafe pipe(&errors) == 0 else {
      let code = errno
      for end in output { _ = cl_close(end) }
      throw SpawnError(message: message(code))
    }
    for end in output + errors { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer {
      _ = cl_close(output[0])
      _ = cl_close(errors[0])
    }
    let child: pid_t
    do throws(SpawnError) {
      child = try spawn(arguments, output: output[1], errors: errors[1])
    } catch {
      for end in [output[1], errors[1]] { _ = cl_close(end) }
      throw error
    }
    for end in [output[1], errors[1]] { _ = cl_close(end) }
    var finished = collect(output[0], errors[0], limit: limit)
    if finished.isTooLarge { kill(child, SIGKILL) }
    var status: Int32 = -1
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    finished.isSuccess = status == 0
    return finished
  }

  /// Starts the program with nothing on standard input; returns its process id.
  private static func spawn(
    _ arguments: [String], output: Int32, errors: Int32
  ) throws(SpawnError) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    guard unsafe posix_spawn_file_actions_init(&actions) == 0 else {
      throw SpawnError(message: message(ENOMEM))
    }
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2)
    let inherited = variables.compactMap { name in
      Setting.environmentVariable(name).map { "\(name)=\($0)" }
    }
    let settings = ["LC_ALL=C", "GIT_NO_LAZY_FETCH=1", "GIT_TERMINAL_PROMPT=0"]
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var environment = unsafe (inherited + settings).map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe words.indices { unsafe free(words[index]) }
      for index in unsafe environment.indices { unsafe free(environment[index]) }
    }
    var child: pid_t = 0
    let code = unsafe posix_spawnp(&child, arguments[0], &actions, nil, &words, &environment)
    guard code == 0 else { throw SpawnError(message: message(code)) }
    return child
  }

  /// Reads both to their ends, whichever has something, or until the output is too long.
  private static func collect(_ output: Int32, _ errors: Int32, limit: Int) -> Finished {
    var finished = Finished()
    var events = [
      pollfd(fd: output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
    ]
    while events.contains(where: { $0.fd >= 0 }) {
      guard unsafe poll(&events, nfds_t(events.count), -1) >= 0 else {
        if errno == EINTR { continue }
        return finished
      }
      for number in events.indices where events[number].fd >= 0 && events[number].revents != 0 {
        let bytes = read(events[number].fd)
        if bytes.isEmpty { events[number].fd = -1 }
        if number == 0 {
          finished.output += bytes
          finished.isTooLarge = finished.output.count > limit
          if finished.isTooLarge { return finished }
        } else {
          finished.errors += bytes.prefix(errorLimit - finished.errors.count)
        }
      }
    }
    return finished
  }

  private static func read(_ descriptor: Int32) -> [UInt8] {
    unsafe Array(unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      count = unsafe max(0, cl_read(descriptor, buffer.baseAddress, 1 << 16))
    }
  }

  private static func message(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
