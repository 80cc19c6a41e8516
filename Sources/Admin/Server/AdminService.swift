/// What the administration serves. Called on the server's own thread: what takes long is done elsewhere
/// and answered later.
package protocol AdminService: Sendable {
  func handle(_ request: AdminRequest, _ reply: AdminReply)
}
