internal import Domains

/// Whether a connection begins with a header of the PROXY protocol.
package enum HeaderDuty: Hashable, Sendable, BitwiseCopyable {
  /// The listener knows nothing of it.
  case none
  /// The peer is one of those who write it, and has to.
  case required
  /// The listener is for those who write it, and the peer is not one of them.
  case stranger
}

/// Who writes a header of the PROXY protocol, for each listener. A handful: looked through in order.
struct HeaderPeerTable: ~Copyable, Sendable {
  /// Not private: swift 6.3.1 then makes a broken module of who holds a table.
  struct Listener: BitwiseCopyable, Sendable {
    var start: Int32
    var count: Int32
    var takesProcesses: Bool
  }

  private let listeners: FixedTable<Listener>
  private let ranges: FixedTable<AddressRange>

  init(_ peers: [[ClientRules.HeaderPeer]]) {
    var listeners: [Listener] = []
    var ranges: [AddressRange] = []
    for list in peers {
      var listener = Listener(start: Int32(ranges.count), count: 0, takesProcesses: false)
      for peer in list {
        switch peer {
        case .network(let range): ranges.append(range)
        case .process: listener.takesProcesses = true
        }
      }
      listener.count = Int32(ranges.count) - listener.start
      listeners.append(listener)
    }
    self.listeners = FixedTable(listeners)
    self.ranges = FixedTable(ranges)
  }

  func duty(listener: Int, client: IPAddress) -> HeaderDuty {
    guard listener < listeners.count else { return .none }
    let row = listeners[listener]
    guard row.count > 0 || row.takesProcesses else { return .none }
    var place = Int(row.start)
    while place < Int(row.start + row.count) {
      if ranges[place].contains(client) { return .required }
      place += 1
    }
    return .stranger
  }

  func dutyOfProcess(listener: Int) -> HeaderDuty {
    guard listener < listeners.count else { return .none }
    let row = listeners[listener]
    if row.takesProcesses { return .required }
    return row.count > 0 ? .stranger : .none
  }
}
