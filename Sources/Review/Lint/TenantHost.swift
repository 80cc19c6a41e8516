/// Places where anyone may put data, that a wildcard over the company's domain takes in. The Public
/// Suffix List says it of a name when asked, but cannot be asked what is below one; these are the ones
/// that matter most. Names of storage that is shared by path are not in that list at all.
enum TenantHost {
  static let hosts: [String] = [
    "s3.amazonaws.com", "s3.us-west-2.amazonaws.com", "execute-api.us-east-1.amazonaws.com",
    "elb.amazonaws.com", "compute.amazonaws.com", "s3.cn-north-1.amazonaws.com.cn",
    "lambda-url.us-east-1.on.aws", "blob.core.windows.net", "web.core.windows.net",
    "cloudapp.azure.com", "storage.googleapis.com", "firebasestorage.googleapis.com",
    "gist.githubusercontent.com", "raw.githubusercontent.com", "ssl.global.fastly.net",
    "linodeobjects.com", "ams3.digitaloceanspaces.com", "r2.cloudflarestorage.com",
    "s3.fr-par.scw.cloud", "oraclecloudapps.com",
  ]

  /// A place strictly below the name, or `nil`.
  static func host(below name: String) -> String? {
    let bytes = name.utf8
    return hosts.first { host in
      let host = host.utf8
      guard host.count > bytes.count else { return false }
      let rest = host.dropFirst(host.count - bytes.count - 1)
      return rest.first == UInt8(ascii: ".") && rest.dropFirst().elementsEqual(bytes)
    }
  }
}

extension PublicSuffixes {
  /// Whether a rule about names below `name` trusts strangers, as far as the Public Suffix List and
  /// ``TenantHost`` know: many customers are there, or somewhere below.
  func hasStrangers(below name: String) -> Bool {
    // The list has rules such as `*.compute.amazonaws.com`, that are about the names just below.
    isPublicSuffix(name) || isListedSuffix("any-label.\(name)") || TenantHost.hosts.contains(name)
      || TenantHost.host(below: name) != nil
  }
}
