import CLinux

/// The seed of a matcher's hash: unknown to clients, so that they cannot choose names that collide.
package enum MatcherSeed {
  /// From the kernel's generator; traps when that fails, which it does not after boot.
  package static func random() -> UInt64 {
    var seed: UInt64 = 0
    let result = unsafe withUnsafeMutableBytes(of: &seed) { bytes in
      unsafe cl_random(bytes.baseAddress, bytes.count)
    }
    precondition(result == 0, "the kernel gives no random bytes")
    return seed
  }
}
