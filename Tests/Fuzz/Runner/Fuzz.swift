import FuzzTargets
import Glibc

/// `Fuzz TARGET …`: as scripts/fuzz builds it, with -DFUZZ, the rest goes to libFuzzer. Built plainly,
/// the rest are files and folders of inputs, each of which is given to the target once.
private func target(_ name: String?) -> FuzzTarget {
  guard let name, let target = FuzzTarget(rawValue: name) else {
    print("usage: Fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) …")
    exit(2)
  }
  return target
}

#if FUZZ
  private typealias TestOneInput = @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32

  @_silgen_name("LLVMFuzzerRunDriver")
  private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: TestOneInput
  ) -> Int32

  /// Set once, before the first input.
  nonisolated(unsafe) private var chosen = FuzzTarget.list

  private func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // The fuzzer's own memory, not a copy: the sanitizer sees one byte too much.
    let input = unsafe Span(_unsafeStart: bytes ?? UnsafePointer(bitPattern: 8)!, count: count)
    if let complaint = unsafe chosen.complaint(about: input) { fatalError(complaint) }
    return 0
  }

  @_cdecl("Fuzz_main")
  func entry(
    _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> Int32 {
    unsafe chosen = target(count > 1 ? unsafe arguments[1].map { unsafe String(cString: $0) } : nil)
    // The driver sees the command without the target's name.
    unsafe arguments[1] = arguments[0]
    var rest = count - 1
    var shifted = unsafe arguments + 1
    return unsafe runDriver(&rest, &shifted, test)
  }
#else
  @main
  enum Fuzz {
    static func main() {
      let target = target(CommandLine.arguments.dropFirst().first)
      var count = 0
      for path in CommandLine.arguments.dropFirst(2) {
        for file in files(path) {
          count += 1
          if let complaint = target.complaint(about: bytes(of: file).span) {
            print("\(file): \(complaint)")
            exit(1)
          }
        }
      }
      print("\(target.rawValue): \(count) inputs, nothing to complain about")
    }

    private static func files(_ path: String) -> [String] {
      guard let folder = unsafe opendir(path) else { return [path] }
      defer { unsafe closedir(folder) }
      var names: [String] = []
      while let entry = unsafe readdir(folder) {
        let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
          unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if !name.hasPrefix(".") { names.append("\(path)/\(name)") }
      }
      return names.sorted()
    }

    private static func bytes(of path: String) -> [UInt8] {
      guard let file = unsafe fopen(path, "rb") else {
        print("\(path): cannot be read")
        exit(2)
      }
      defer { unsafe fclose(file) }
      var bytes: [UInt8] = []
      while true {
        let byte = unsafe fgetc(file)
        if byte < 0 { return bytes }
        bytes.append(UInt8(truncatingIfNeeded: byte))
      }
    }
  }
#endif
