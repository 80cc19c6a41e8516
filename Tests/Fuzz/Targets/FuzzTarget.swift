/// What is fuzzed. A target takes any bytes; a trap, an endless run, a sanitizer's report and a
/// complaint that it returns are faults.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// The parser of lists, on both its ways.
  case list
  /// The importers: the first byte says which, and how.
  case `import`
  /// The check of compiled images, and everything that is done with an image that passes.
  case image
  /// Host names by every way, and authorities.
  case host
  /// The configuration file: YAML and the keys in it.
  case config
  /// Heads of requests and responses, and chunked bodies: the first byte says which.
  case http
  /// The readers of TLS hellos: the first byte says which, and how the rest is cut.
  case hello
  /// The header of the PROXY protocol.
  case proxy

  /// What is wrong, in words; `nil` if nothing is.
  package func complaint(about input: Span<UInt8>) -> String? {
    switch self {
    case .list: ListFuzz.complaint(about: input)
    case .import: ImportFuzz.complaint(about: input)
    case .image: ImageFuzz.complaint(about: input)
    case .host: HostFuzz.complaint(about: input)
    case .config: ConfigurationFuzz.complaint(about: input)
    case .http: HTTPFuzz.complaint(about: input)
    case .hello: HelloFuzz.complaint(about: input)
    case .proxy: ProxyHeaderFuzz.complaint(about: input)
    }
  }
}

extension Span<UInt8> {
  var copy: [UInt8] { indices.map { self[$0] } }
}
