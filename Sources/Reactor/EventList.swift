internal import CLinux

/// Room for the events of one epoll_wait(2) call.
@safe package struct EventList: ~Copyable {
  let base: UnsafeMutablePointer<epoll_event>
  package let capacity: Int

  package init(capacity: Int) {
    unsafe base = .allocate(capacity: capacity)
    unsafe base.initialize(repeating: epoll_event(), count: capacity)
    self.capacity = capacity
  }

  deinit { unsafe base.deallocate() }

  package subscript(index: Int) -> ReadyEvent {
    @inline(__always) get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
      let event = unsafe base[index]
      return unsafe ReadyEvent(token: event.data.u64, events: Events(rawValue: event.events))
    }
    nonmutating set {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: capacity))
      var event = unsafe epoll_event()
      unsafe event.events = newValue.events.rawValue
      unsafe event.data.u64 = newValue.token
      unsafe base[index] = event
    }
  }
}
