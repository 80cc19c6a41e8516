import Domains

/// What the address rules of an environment say of an address and a port.
enum Opening: BitwiseCopyable {
  case open
  /// A range holds the address, but for other ports.
  case otherPorts
  case closed
}

extension PolicySnapshot {
  /// ``AddressRule`` says what a rule without ports means in each case.
  func opening(
    _ address: IPAddress, port: Port, environment: Int, isLiteral: Bool
  ) -> Opening {
    let slice = rows[environment].ranges
    var result = Opening.closed
    var index = slice.start
    while index < slice.start + slice.count {
      let row = ranges[index]
      index += 1
      guard row.contains(address) else { continue }
      if !row.hasPorts {
        if !isLiteral || isOpen(port, environment) { return .open }
      } else if contains(row.ports, port) {
        return .open
      }
      result = .otherPorts
    }
    return result
  }

  /// Whether a port is open in an environment where no rule names ports.
  @inline(__always) func isOpen(_ port: Port, _ environment: Int) -> Bool {
    let slice = rows[environment].openPorts
    return slice.count == 0 ? port.isStandard : contains(slice, port)
  }

  private func contains(_ slice: Slice, _ port: Port) -> Bool {
    var index = slice.start
    while index < slice.start + slice.count {
      let row = ports[index]
      if row.first <= port.number && port.number <= row.last { return true }
      index += 1
    }
    return false
  }

  /// Whether a connection to `address` and `port` would come back to this process; see
  /// ``OwnAddresses``.
  func isOwn(_ address: IPAddress, port: Port) -> Bool {
    var index = 0
    while index < listeners.count {
      let listener = listeners[index]
      index += 1
      guard listener.port == port else { continue }
      let target = AddressGuard.unwrapped(address)
      if AddressGuard.isUnspecified(target) { return true }
      if listener.isWildcard
        ? AddressGuard.isLoopback(target) || isLocal(target)
        : listener.address == target
      {
        return true
      }
    }
    return false
  }

  private func isLocal(_ address: IPAddress) -> Bool {
    var index = 0
    while index < localAddresses.count {
      if localAddresses[index] == address { return true }
      index += 1
    }
    return false
  }
}
