/// What exactly is wrong with a message, for the person who has to put it right. Each belongs to one
/// ``Refusal``; those found in a response or in a body are the upstream's or the sender's fault, and the
/// caller says so by the status that it chooses.
package enum RefusalDetail: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  // Bytes that are no HTTP/1 request.
  case tlsOnPlainPort
  case socksNotSupported
  case http2Preface
  case notHTTP
  // Lines.
  case bareLineFeed
  case bareCarriageReturn
  case emptyLinesBeforeRequest
  case emptyLineInHead
  case foldedLine
  case controlCharacter
  // The request line.
  case methodCharacter
  case methodTooLong
  case traceRefused
  case requestLineSpacing
  case versionMissing
  case versionMalformed
  case versionNotSupported
  // The target.
  case targetCharacter
  case targetBackslash
  case targetFragment
  case targetEscape
  case targetEscapedNull
  case targetTooLong
  case originForm
  case asteriskForm
  case authorityFormWithoutConnect
  case schemeMalformed
  case schemeHTTPS
  case schemeUnknown
  case connectTargetNotAuthority
  case authorityEmpty
  case authorityUserinfo
  case authorityCharacter
  // Header fields.
  case fieldNameEmpty
  case fieldNameCharacter
  case fieldNameSpace
  case fieldNameTooLong
  case fieldNameImitation
  case fieldColonMissing
  case tooManyFields
  case headTooLong
  case hostMissing
  case hostRepeated
  case hostMalformed
  case hostDiffers
  case connectionMalformed
  case connectionNamesProtected
  case tooManyConnectionOptions
  case expectationUnknown
  case ownVia
  case proxyAuthorizationRepeated
  case maxForwardsMalformed
  case webSocketMalformed
  // Framing.
  case contentLengthMalformed
  case contentLengthTooLarge
  case contentLengthRepeated
  case transferEncodingWithLength
  case transferEncodingRepeated
  case transferEncodingMalformed
  case transferEncodingUnknown
  case transferEncodingInHTTP10
  case connectWithBody
  // Responses.
  case statusLineMalformed
  case statusOutOfRange
  case switchingUnasked
  case codedWithoutBody
  // Chunked bodies.
  case chunkSizeMalformed
  case chunkSizeTooLarge
  case chunkExtensionMalformed
  case chunkExtensionTooLong
  case chunkLineEnd
  case trailerMalformed
  case trailerTooLong
}
