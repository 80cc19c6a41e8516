import Domains
import Foundation
import Policy
import Proxy
import Testing

@testable import Admin

/// The file that keeps quotas, beside the words of two processes.
@Suite struct QuotaFileTests {
  private func snapshot(_ quotas: [String: UInt64]) throws -> PolicySnapshot {
    PolicySnapshot(
      generation: 1,
      environments: try quotas.sorted { $0.key < $1.key }.map { name, quota in
        var limits = EnvironmentLimits()
        limits.quota = quota
        return try #require(
          Environment(
            name: name, access: .full, addressRules: [], matcher: Matcher([], seed: 1),
            limits: limits))
      })
  }

  private func path() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sluice-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.appendingPathComponent("audit.jsonl.quota").path
  }

  private let today = Day(unixSeconds: Int64(Date().timeIntervalSince1970))

  @Test("what one process counted the next one starts with, and both may count at once")
  func handOver() throws {
    let path = try path()
    let snapshot = try snapshot(["a": 1000, "b": 0])
    let old = SharedState(limiterKeys: 64)
    let new = SharedState(limiterKeys: 64)
    var oldFile = QuotaFile(path: path)
    var newFile = QuotaFile(path: path)
    let notices1 = oldFile.synchronize(old, snapshot)
    #expect(notices1.count == 1)
    old.limiter.count(bytes: 300, slot: 0, day: today)
    let notices2 = oldFile.synchronize(old, snapshot)
    #expect(notices2.isEmpty)
    let notices3 = newFile.synchronize(new, snapshot)
    #expect(notices3.isEmpty)
    #expect(new.limiter.used(0, day: today) == 300)
    old.limiter.count(bytes: 50, slot: 0, day: today)
    new.limiter.count(bytes: 7, slot: 0, day: today)
    _ = oldFile.synchronize(old, snapshot)
    _ = newFile.synchronize(new, snapshot)
    #expect(new.limiter.used(0, day: today) == 357)
    _ = oldFile.synchronize(old, snapshot)
    #expect(old.limiter.used(0, day: today) == 357)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains(" 357 a\n"))
  }

  @Test("a broken file is said once and made anew, and what was counted stands")
  func broken() throws {
    let path = try path()
    let snapshot = try snapshot(["a": 1000])
    try "sluice-quota 1\n".write(toFile: path, atomically: false, encoding: .utf8)
    let shared = SharedState(limiterKeys: 64)
    var file = QuotaFile(path: path)
    let notices4 = file.synchronize(shared, snapshot)
    #expect(notices4.first?.contains("start at 0") == true)
    shared.limiter.count(bytes: 5, slot: 0, day: today)
    _ = file.synchronize(shared, snapshot)
    try "?".write(toFile: path, atomically: false, encoding: .utf8)
    shared.limiter.count(bytes: 5, slot: 0, day: today)
    let notices5 = file.synchronize(shared, snapshot)
    #expect(notices5.first?.contains("counted stands") == true)
    #expect(shared.limiter.used(0, day: today) == 10)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains(" 10 a\n"))
  }

  @Test("an environment whose quota is taken away and given again has used what it had used")
  func offAndOn() throws {
    let path = try path()
    let limited = try snapshot(["a": 1000, "b": 1000])
    let open = try snapshot(["a": 0, "b": 1000])
    let shared = SharedState(limiterKeys: 64)
    var file = QuotaFile(path: path)
    _ = file.synchronize(shared, limited)
    shared.limiter.count(bytes: 300, slot: 0, day: today)
    for snapshot in [limited, open, limited, open, limited] {
      _ = file.synchronize(shared, snapshot)
    }
    #expect(shared.limiter.used(0, day: today) == 300)
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains(" 300 a\n"))
  }

  @Test("where no environment has a quota there is no file; where none can be, that is said")
  func none() throws {
    let path = try path()
    var file = QuotaFile(path: path)
    let notices6 = file.synchronize(SharedState(limiterKeys: 64), try snapshot(["a": 0]))
    #expect(notices6.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: path))
    var nowhere = QuotaFile(path: "/nonexistent/quota")
    let limited = try snapshot(["a": 5])
    let shared = SharedState(limiterKeys: 64)
    let notices7 = nowhere.synchronize(shared, limited)
    #expect(notices7.first?.contains("cannot be written") == true)
    let notices8 = nowhere.synchronize(shared, limited)
    #expect(notices8.isEmpty)
  }
}
