/// Which names are public suffixes: names below which strangers register or host their own, such as
/// `com`, `co.uk`, `github.io`. The knowledge is the Public Suffix List (publicsuffix.org), asked
/// through libpsl; a rule about everything below such a name trusts people who are not known.
internal import CPublicSuffix

/// The Public Suffix List through libpsl: the system's file of it if that is newer than the list in
/// the library, which is built from the same source.
///
/// Names are lower case in their `xn--` form, without a trailing dot, as a list has them. It is read
/// only after it was made, so that any number of threads may ask.
@safe package final class PublicSuffixes: @unchecked Sendable {
  private let list: OpaquePointer

  /// Reads the system's file if there is one; otherwise takes the list in the library.
  package init() {
    guard let list = unsafe psl_latest(nil) ?? psl_builtin() else {
      preconditionFailure("libpsl was built without a list")
    }
    unsafe self.list = list
  }

  // Does nothing for the list in the library.
  deinit { unsafe psl_free(list) }

  /// Whether the name is a public suffix, of a registry or of a company that hosts many tenants. A
  /// single label that the list does not know is one too (the list's rule `*`).
  package func isPublicSuffix(_ name: String) -> Bool {
    unsafe asks(name) { unsafe psl_is_public_suffix(list, $0) != 0 }
  }

  /// Whether the name is a suffix of the list's private section: a company hosts many tenants below
  /// it, such as `github.io` and `s3.amazonaws.com`.
  package func isPrivateSuffix(_ name: String) -> Bool {
    unsafe asks(name) {
      unsafe psl_is_public_suffix2(list, $0, PSL_TYPE_PRIVATE | PSL_TYPE_NO_STAR_RULE) != 0
    }
  }

  /// Whether the list itself has the name, rather than its rule `*` for unknown top-level labels.
  package func isListedSuffix(_ name: String) -> Bool {
    unsafe asks(name) {
      unsafe psl_is_public_suffix2(list, $0, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0
    }
  }

  /// The public suffix of the name and one label more: what one party registered. `nil` if the name
  /// is itself a public suffix, or no name.
  package func registrableDomain(of name: String) -> String? {
    guard isName(name) else { return nil }
    return unsafe name.withCString { text in
      guard let domain = unsafe psl_registrable_domain(list, text) else { return nil }
      return unsafe String(cString: domain)
    }
  }

  private func asks(_ name: String, _ question: (UnsafePointer<CChar>) -> Bool) -> Bool {
    guard isName(name) else { return false }
    return unsafe name.withCString(question)
  }

  /// What libpsl can be given: C stops at a NUL, and no name is longer.
  private func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    return (1...253).contains(bytes.count) && !bytes.contains(0)
  }
}
