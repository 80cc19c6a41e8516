import ArgumentParser
import CLinux
import Policy
import Proxy
import Review

struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Tokens by which clients show who they are.",
    subcommands: [TokenNew.self])
}

struct TokenNew: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Make a token and what is to be stored of it.",
    discussion: """
      The token goes to the client, which puts it into its proxy setting; it is shown this once. The \
      credential goes among those of an environment in the configuration. It holds a salt and the \
      SHA-256 of salt and token, from which nobody can make the token: that has 160 random bits.

        sluice token new --environment vm-7
        https_proxy=http://vm-7:slc_…@10.0.0.1:3128 curl https://example.org
      """)

  @Option(
    help: ArgumentHelp(
      "The environment that it is for; it stands in the example only.", valueName: "name"))
  var environment: String?

  @Option(
    help: ArgumentHelp(
      "A name of the administration that it is for, in place of an environment.", valueName: "name")
  )
  var admin: String?

  @Flag(help: "Print a JSON object.")
  var json = false

  func validate() throws {
    if let environment, !Environment.isValidName(environment) {
      throw ValidationError("--environment is 1 to 64 of a-z 0-9 - _ .")
    }
    if let admin, !Environment.isValidName(admin) {
      throw ValidationError("--admin is 1 to 64 of a-z 0-9 - _ .")
    }
    if admin != nil, environment != nil {
      throw ValidationError("a token is for an environment or for the administration")
    }
  }

  func run() throws {
    let made = AccessToken.random()
    if json {
      print(
        JSONText.object([
          ("token", JSONText.quoted(made.token)),
          ("credential", JSONText.quoted(made.credential.description)),
        ]))
      return
    }
    if let admin {
      print(
        """
        token       \(made.token)
        credential  \(made.credential)

        Give the token to who is \(admin), and put into the configuration:
        admin_tokens:
          - name: \(admin)
            credential: \(made.credential)
        """)
      return
    }
    print(
      """
      token       \(made.token)
      credential  \(made.credential)

      Give the token to the client, as in https_proxy=http://\(environment ?? "proxy"):TOKEN@HOST:PORT,
      and put the credential among those of \(environment.map { "environment \($0)" } ?? "its environment").
      """)
  }
}

/// A new token and what is stored of it.
private struct AccessToken {
  let token: String
  let credential: Credential

  static func random() -> AccessToken {
    func characters(_ count: Int) -> String {
      // Five bits of a byte each: all values of them are as likely.
      TokenText.text((0..<count).map { _ in UInt8(truncatingIfNeeded: randomWord()) })
    }
    let token =
      "\(TokenText.prefix)\(characters(TokenText.idLength))_\(characters(TokenText.secretLength))"
    let digest = TokenDigest()
    let bytes = Array(token.utf8)
    guard
      let credential = digest.credential(
        of: bytes.span, saltHigh: randomWord(), saltLow: randomWord())
    else { preconditionFailure("a token has the form of one") }
    return AccessToken(token: token, credential: credential)
  }
}
