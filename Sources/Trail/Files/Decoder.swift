internal import CZlib
internal import CZstd

/// How far one step of a decoder came.
struct DecodedStep {
  var consumed: Int
  var produced: Int
}

/// Undoes gzip (RFC 1952), one or more members behind one another. Its memory is 32 KiB and some,
/// whatever the input says.
@safe final class GzipDecoder {
  private let stream: UnsafeMutablePointer<z_stream>
  /// Between two members: an input that ends here is whole.
  private(set) var isAtBoundary = true

  init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let result = unsafe cz_inflate_start(stream)
    precondition(result == Z_OK, "zlib has no memory for a decoder")
  }

  deinit {
    _ = unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  func decode(
    _ input: Span<UInt8>, into output: inout MutableSpan<UInt8>
  ) throws(InputProblem) -> DecodedStep {
    if isAtBoundary, !input.isEmpty {
      // Another member, or bytes that are none of gzip's.
      guard unsafe inflateReset(stream) == Z_OK else { throw Self.damaged }
      isAtBoundary = false
    }
    let inputCount = input.count
    let outputCount = output.count
    var result: Int32 = Z_OK
    unsafe input.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.pointee.avail_in = UInt32(inputCount)
        unsafe stream.pointee.next_out = target.baseAddress
        unsafe stream.pointee.avail_out = UInt32(outputCount)
        result = unsafe inflate(stream, Z_NO_FLUSH)
      }
    }
    let step = unsafe DecodedStep(
      consumed: inputCount - Int(stream.pointee.avail_in),
      produced: outputCount - Int(stream.pointee.avail_out))
    switch result {
    case Z_STREAM_END: isAtBoundary = true
    case Z_OK, Z_BUF_ERROR: break
    default: throw Self.damaged
    }
    return step
  }

  private static var damaged: InputProblem {
    InputProblem(
      "the gzip data are damaged", remedy: "copy the file again, or take it from a backup")
  }
}

/// Undoes zstd (RFC 8878), one or more frames behind one another. A frame that asks for a window of
/// more than 128 MiB is refused.
@safe final class ZstdDecoder {
  private let stream: OpaquePointer
  private(set) var isAtBoundary = true

  init() {
    guard let stream = unsafe ZSTD_createDStream() else {
      preconditionFailure("libzstd has no memory for a decoder")
    }
    unsafe self.stream = stream
  }

  deinit { _ = unsafe ZSTD_freeDStream(stream) }

  func decode(
    _ input: Span<UInt8>, into output: inout MutableSpan<UInt8>
  ) throws(InputProblem) -> DecodedStep {
    let inputCount = input.count
    let outputCount = output.count
    var step = DecodedStep(consumed: 0, produced: 0)
    var result = 0
    unsafe input.withUnsafeBufferPointer { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        var from = unsafe ZSTD_inBuffer(src: source.baseAddress, size: inputCount, pos: 0)
        var to = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: outputCount, pos: 0)
        result = unsafe ZSTD_decompressStream(stream, &to, &from)
        unsafe step = DecodedStep(consumed: from.pos, produced: to.pos)
      }
    }
    guard ZSTD_isError(result) == 0 else {
      throw InputProblem(
        "the zstd data are damaged (\(unsafe String(cString: ZSTD_getErrorName(result))))",
        remedy: "copy the file again, or take it from a backup")
    }
    // 0: a frame is done and flushed.
    if step.consumed > 0 || step.produced > 0 { isAtBoundary = result == 0 }
    return step
  }
}
