internal import COpenSSL
package import Policy

/// SHA-256 of salt and token, by libcrypto; one for each worker, so that a digest allocates nothing.
/// The only place that handles the pointers of libcrypto here.
@safe package struct TokenDigest: ~Copyable {
  private let context: OpaquePointer
  private let algorithm: OpaquePointer

  package init() {
    guard let context = unsafe EVP_MD_CTX_new(),
      let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)
    else { preconditionFailure("libcrypto computes no SHA-256") }
    unsafe self.context = context
    unsafe self.algorithm = algorithm
  }

  deinit {
    unsafe EVP_MD_free(algorithm)
    unsafe EVP_MD_CTX_free(context)
  }

  /// What is stored of a token; `nil` if it does not have the form of one.
  package func credential(of token: Span<UInt8>, saltHigh: UInt64, saltLow: UInt64) -> Credential? {
    guard let id = TokenText.id(of: token) else { return nil }
    return Credential(
      id: id, saltHigh: saltHigh, saltLow: saltLow,
      digest: digest(of: token, saltHigh: saltHigh, saltLow: saltLow))
  }

  /// The digest of the salt's bytes, most significant first, and of the token's.
  func digest(of token: Span<UInt8>, saltHigh: UInt64, saltLow: UInt64) -> Digest {
    var salt = (saltHigh.bigEndian, saltLow.bigEndian)
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    var length: UInt32 = 0
    let isDone = unsafe withUnsafeMutableBytes(of: &words) { output in
      unsafe withUnsafeBytes(of: &salt) { salt in
        unsafe token.withUnsafeBytes { token in
          unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1
            && EVP_DigestUpdate(context, salt.baseAddress, salt.count) == 1
            && EVP_DigestUpdate(context, token.baseAddress, token.count) == 1
            && EVP_DigestFinal_ex(
              context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &length) == 1
        }
      }
    }
    precondition(isDone && length == 32, "libcrypto computes no SHA-256")
    return Digest(words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
  }
}
