/// The port of a request, and whether rules that name no ports hold for it: which ports these open is
/// for who asks to say, so that one matcher serves environments with different ones.
package struct AskedPort: Sendable, BitwiseCopyable {
  package let port: Port
  /// Rules without ports hold.
  package let isOpen: Bool

  @inline(__always) package init(_ port: Port, isOpen: Bool) {
    self.port = port
    self.isOpen = isOpen
  }

  /// Where nothing else is said, 80 and 443 are open.
  @inline(__always) package init(_ port: Port) { self.init(port, isOpen: port.isStandard) }
}

extension Port {
  /// 80 or 443: what is open where no rule names a port and nothing else is said.
  @inline(__always) package var isStandard: Bool { number == 80 || number == 443 }
}
