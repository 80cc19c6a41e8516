import Foundation
import Testing

@testable import Admin

@Suite("who takes over from a process") struct HandOverTests {
  /// Sends every visitor away as the control thread does while it gives its sockets to another one.
  private struct Busy: AdminService {
    func handle(_ request: AdminRequest, _ reply: AdminReply) {
      reply.detach("HTTP/1.1 101 Switching Protocols\r\n\r\n") { HandOver.refuse($0) }
    }
  }

  @Test("a second process that wants to take over is told that another one does")
  func second() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "sluice-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "admin.sock").path
    let server = AdminServer(try AdminSocket(path), [], Busy())
    server.start()
    defer { server.stop() }
    let error = #expect(throws: TakeoverError.self) { _ = try Takeover(path) }
    #expect(error?.description.hasSuffix("another process is taking over already") == true)
  }

  @Test("a line that comes drop by drop has to be whole in time all the same")
  func drops() async throws {
    var ends: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    let channel = DescriptorChannel(ends[0])
    let far = ends[1]
    let drip = Task.detached {
      // Ends when the channel is gone.
      while !Task.isCancelled, send(far, "x", 1, Int32(MSG_NOSIGNAL)) == 1 { usleep(5000) }
    }
    #expect(channel.receiveLine(within: 100) == nil)
    drip.cancel()
    _ = await drip.result
    #expect(send(far, "\nREADY\n", 7, 0) == 7)
    #expect(channel.receiveLine(within: 60_000)?.allSatisfy { $0 == "x" } == true)
    #expect(channel.receiveLine(within: 60_000) == "READY")
    close(far)
    #expect(channel.receiveLine(within: 60_000) == nil)
  }
}
