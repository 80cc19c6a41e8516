import Foundation
import Testing

@Suite("the release binary")
struct Binary {
  @Test("links neither the full Foundation nor its internationalisation")
  func noFoundation() throws {
    let binary = SluiceProcess.binary
    let libraries = try Child.prepare(["ldd", binary])
    #expect(!libraries.contains("libFoundation.so"), "\(libraries)")
    #expect(!libraries.contains("FoundationInternationalization"), "\(libraries)")
    #expect(!libraries.contains("FoundationNetworking"), "\(libraries)")
    guard !libraries.contains("libswiftCore.so") else {
      print("a debug build: its libraries are checked; SLUICE_BINARY names a release build")
      return
    }
    // Linked statically, a module shows by the symbols that start with its mangled name:
    // "10Foundation" has ten letters, "20FoundationEssentials" (which the command line's parser
    // uses) twenty, so the two cannot be taken for each other.
    let symbols = try Child.run(["nm", "--defined-only", binary], within: 60)
    #expect(symbols.end == .exit(0), "\(symbols.errors)")
    let names = symbols.output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
    #expect(names.count > 1_000, "a stripped binary cannot be judged")
    let full = names.filter { $0.hasPrefix("$s10Foundation") && !$0.hasSuffix("Hn") }
    #expect(full.isEmpty, "full Foundation: \(full.prefix(5))")
    let international = names.filter { $0.hasPrefix("$s30FoundationInternationalization") }
    #expect(international.isEmpty, "\(international.prefix(5))")
    #expect(!names.contains { $0.hasPrefix("ucol_") || $0.hasPrefix("_CFRuntime") })
  }
}
