import ArgumentParser
import Configuration
import Domains

enum Version {
  /// Of the program; CHANGELOG.md tells what is in each.
  static let number = "0.1.0"
  static let text = "sluice \(number)"
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version of the program and of the built-in lists.")

  func run() throws {
    print(Version.text)
    do {
      for name in ["default", "essential"] {
        let list = try ListLoader.load(name)
        print("allowlist \(list.label) sha256:\(list.digest)")
      }
    } catch {
      throw failure(error)
    }
  }
}
