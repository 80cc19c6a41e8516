import Foundation
import Testing

@testable import Admin

@Suite("watching files") struct FileWatchTests {
  private let folder = NSTemporaryDirectory() + "sluice-watch-" + UUID().uuidString

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func write(_ name: String, _ text: String) throws {
    try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
  }

  /// Whether the descriptor says within two seconds that something happened.
  private func isTold(_ descriptor: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 2000) > 0
  }

  @Test("a file that is renamed over, written, removed or made is told of, each once")
  func changes() throws {
    try write("a", "1")
    let path = "\(folder)/a"
    var watch = FileWatch()
    watch.follow([path, "\(folder)/b"], FileWatch.marks([path, "\(folder)/b"]))
    let descriptor = watch.descriptor
    let steps: [() throws -> Void] = [
      {
        try write("a.new", "2")
        #expect(rename("\(folder)/a.new", path) == 0)
      },
      { try write("a", "three") },
      { unlink(path) },
      { try write("b", "made") },
    ]
    for (number, step) in steps.enumerated() {
      try step()
      #expect(isTold(descriptor), "step \(number)")
      watch.drain()
      let isChanged = watch.hasChanged()
      #expect(isChanged, "step \(number)")
      let isChangedAgain = watch.hasChanged()
      #expect(!isChangedAgain, "step \(number)")
    }
    try write("other", "of no interest")
    let isChanged = watch.hasChanged()
    #expect(!isChanged)
  }

  @Test("a link that is set to another directory counts, and so does what happens there")
  func links() throws {
    for name in ["1", "2"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      try write("\(name)/list", name)
    }
    let link = "\(folder)/list"
    symlink("1", "\(folder)/data")
    symlink("data/list", link)
    var watch = FileWatch()
    watch.follow([link], FileWatch.marks([link]))
    let descriptor = watch.descriptor
    symlink("2", "\(folder)/data.new")
    #expect(rename("\(folder)/data.new", "\(folder)/data") == 0)
    #expect(isTold(descriptor))
    let isChanged = watch.hasChanged()
    #expect(isChanged)
    watch.drain()
    try write("2/list", "edited in place")
    #expect(isTold(descriptor))
    let isChangedAgain = watch.hasChanged()
    #expect(isChangedAgain)
  }
}
