/// Why a request is refused before policy is asked, as it is counted and recorded: one for each reason
/// code of that name. ``RefusalDetail`` says what exactly was wrong.
package enum Refusal: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case malformedRequest
  case malformedAuthority
  /// Never made here: the caller compares Host and target as parsed names.
  case hostMismatch
  case invalidFraming
  case connectWithBody
  case notAProxyRequest
  case httpsInAbsoluteForm
  case schemeNotSupported
  /// Never made here: the caller asks ``RequestHead/hasVia(_:in:)``.
  case loopDetected
  case methodNotSupported
  case versionNotSupported
  case expectationNotSupported
  case headTooLarge

  /// The status code of the answer. ``RefusalDetail/status`` is more precise where there is a detail.
  package var status: UInt16 {
    switch self {
    case .malformedRequest, .malformedAuthority, .hostMismatch, .invalidFraming, .connectWithBody,
      .notAProxyRequest, .httpsInAbsoluteForm, .schemeNotSupported:
      400
    case .expectationNotSupported: 417
    case .headTooLarge: 431
    case .methodNotSupported: 501
    case .versionNotSupported: 505
    case .loopDetected: 508
    }
  }
}
