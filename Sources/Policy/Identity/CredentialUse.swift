/// Whether the clients of an environment that has credentials must present one.
package enum CredentialUse: String, CaseIterable, Sendable, BitwiseCopyable {
  /// Both: a client stands at one of the environment's places, if it has any, and presents one of
  /// its credentials.
  case required
  /// Either: a place or a credential is enough.
  case optional
}
