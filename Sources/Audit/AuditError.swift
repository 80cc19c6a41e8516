internal import Glibc

/// Why the audit log cannot be kept: which file, what went wrong, what to do about it.
package struct AuditError: Error, CustomStringConvertible, Sendable {
  /// The file or directory that the failed step was about.
  package let path: String
  /// What went wrong, in words.
  package let problem: String
  /// What the operator can do.
  package let remedy: String
  /// The errno behind it; 0 when there is none.
  package let code: Int32

  package init(path: String, problem: String, remedy: String, code: Int32 = 0) {
    self.path = path
    self.problem = problem
    self.remedy = remedy
    self.code = code
  }

  /// An error of a system call that returned `-code`.
  init(path: String, doing: String, failed code: Int32) {
    self.init(
      path: path, problem: "cannot \(doing): \(describe(errno: code))", remedy: remedyFor(code),
      code: code < 0 ? -code : code)
  }

  package var description: String { "audit: \(path): \(problem); \(remedy)" }
}

/// The system's words for an errno, given with either sign.
func describe(errno code: Int32) -> String {
  guard let text = unsafe strerror(code < 0 ? -code : code) else { return "error \(code)" }
  return unsafe String(cString: text)
}

private func remedyFor(_ code: Int32) -> String {
  switch code < 0 ? -code : code {
  case ENOSPC, EDQUOT: "free space there, or give another file with --audit"
  case EACCES, EPERM, EROFS:
    "let this user write there, or give a file that it can write with --audit"
  case ENOENT, ENOTDIR: "make the directory first, or give another file with --audit"
  case EISDIR: "give a file, not a directory, with --audit"
  case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
  default: "check the file system, or give another file with --audit"
  }
}
