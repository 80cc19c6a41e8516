package import Domains

/// What the file says of the proxy by which an environment's requests leave.
package struct UpstreamProxyValues: Hashable, Sendable {
  package var address = Placed(ProxyAddress(authority: nil))
  package var credentialsFile = Placed<String?>(nil)
  package var noProxy = Placed<[Placed<DirectTarget>]>([])

  package init() {}

  /// The most `no_proxy` of one environment.
  static let directMax = 256

  static let schema = Schema(
    "an upstream proxy", standard: UpstreamProxyValues(),
    [
      SchemaKey(
        "address", \.address, .one(.proxyAddress), isRequired: true,
        "Where the proxy takes plain HTTP/1.1; `none`: requests go straight to the host. Its name is "
          + "resolved here and may lead to a private address."),
      SchemaKey(
        "credentials_file", \.credentialsFile, .optional(.path), unset: "none",
        "A file with one line, `USER:PASSWORD`, that not everybody may read."),
      SchemaKey(
        "no_proxy", \.noProxy, .list(.directTarget, max: directMax),
        "What is reached without it: patterns of names as in a rule, and networks, which count for "
          + "addresses that are asked for as such."),
    ])

  /// `nil`: there is none.
  func settings(_ place: String) -> UpstreamProxySettings? {
    address.value.authority.map { authority in
      UpstreamProxySettings(
        authority: authority, credentialsFile: credentialsFile.value,
        direct: noProxy.value.map(\.value), place: place)
    }
  }
}

/// `HOST:PORT`, or `none`.
package struct ProxyAddress: Hashable, Sendable, CustomStringConvertible {
  package let authority: Authority?

  package var description: String { authority.map { "\($0)" } ?? "none" }

  static func parse(_ text: SettingText) throws(ConfigurationError) -> ProxyAddress {
    if text.text == "none" { return ProxyAddress(authority: nil) }
    let remedy = "write HOST:PORT, as proxy.corp.example:3128, or none"
    guard !text.text.contains("://") else {
      // It may hold a password.
      throw ConfigurationError(text.name, "a URL where HOST:PORT stands", remedy: remedy)
    }
    do throws(AuthorityError) {
      return ProxyAddress(authority: try Authority(text.text))
    } catch {
      guard error != .userinfo else {
        throw ConfigurationError(
          text.name, "credentials in the address", remedy: "write them into credentials_file")
      }
      throw text.error("\(error.summary)", remedy: remedy)
    }
  }
}

extension TextKind<ProxyAddress> {
  static var proxyAddress: TextKind {
    TextKind(
      .text("`HOST:PORT` or `none`"),
      parse: { (text: SettingText) throws(ConfigurationError) in try ProxyAddress.parse(text) },
      text: \.description)
  }
}

extension TextKind<DirectTarget> {
  static var directTarget: TextKind {
    TextKind(
      .text("a pattern or a network"),
      parse: { (text: SettingText) throws(ConfigurationError) in try DirectTarget.parse(text) },
      text: \.description)
  }
}

extension ValueKind {
  /// A mapping that counts as a whole: what stands in one of them is never completed from another one.
  static func whole(
    _ schema: Schema<Value>, make: @escaping @Sendable () -> Value
  ) -> ValueKind {
    ValueKind(
      shape: schema.shape,
      read: { node, _, reader in
        let before = reader.errors.count + reader.uncounted
        var value = make()
        schema.read(node, into: &value, &reader)
        return reader.errors.count + reader.uncounted == before ? value : nil
      },
      written: { .section(schema.written($0)) }, isList: false, parse: nil)
  }
}
