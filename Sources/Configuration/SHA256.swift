import COpenSSL

/// SHA-256 (FIPS 180-4) of a list's text: with name and version it says for good which rules were
/// in force.
package enum SHA256 {
  /// 64 lower-case hexadecimal digits.
  package static func hexadecimal(of bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest(of: bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self)
  }

  /// 32 bytes.
  package static func digest(of bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    let done = unsafe bytes.withUnsafeBytes { input in
      unsafe digest.withUnsafeMutableBufferPointer { output in
        unsafe EVP_Digest(
          input.baseAddress, input.count, output.baseAddress, &length, EVP_sha256(), nil)
      }
    }
    // Fails only without memory or without any SHA-256 in libcrypto.
    precondition(done == 1 && length == 32, "libcrypto computes no SHA-256")
    return digest
  }
}
