internal import Reactor

/// epoll(7): level- and edge-triggered, one event for each descriptor and call. An edge is anything
/// that Linux would wake a waiter for: bytes or an end arrived, a reset, a connection made, and
/// room after a send that was cut short. The event then tells all that holds at the time of the
/// call.
extension World {
  func watch(_ epoll: Int32, _ fd: Int32, _ events: Events, _ token: UInt64) -> Int32 {
    guard let interests = interests(epoll, .epollAdd), let watched = find(fd, .epollAdd) else {
      return -Errno.invalid
    }
    let error = fault(.epollAdd)
    guard error == 0 else { return -error }
    guard watched.registration == nil else { return misuse(fd, .epollAdd) }
    watched.registration = Descriptor.Registration(
      epoll: epoll, events: events, token: token, hasEdge: true)
    interests.descriptors.append(fd)
    return 0
  }

  func rewatch(_ epoll: Int32, _ fd: Int32, _ events: Events, _ token: UInt64) -> Int32 {
    guard interests(epoll, .epollModify) != nil, let watched = find(fd, .epollModify) else {
      return -Errno.invalid
    }
    guard watched.registration?.epoll == epoll else { return misuse(fd, .epollModify) }
    watched.registration = Descriptor.Registration(
      epoll: epoll, events: events, token: token, hasEdge: true)
    return 0
  }

  func unwatch(_ epoll: Int32, _ fd: Int32) -> Int32 {
    guard let interests = interests(epoll, .epollDelete), let watched = find(fd, .epollDelete)
    else { return -Errno.invalid }
    guard watched.registration?.epoll == epoll else { return misuse(fd, .epollDelete) }
    watched.registration = nil
    interests.descriptors.removeAll { $0 == fd }
    return 0
  }

  private func interests(_ epoll: Int32, _ call: Call) -> Interests? {
    guard let descriptor = find(epoll, call) else { return nil }
    guard case .epoll(let interests) = descriptor.kind else {
      _ = misuse(epoll, call)
      return nil
    }
    return interests
  }

  /// Events, at once if there are any. Otherwise the clock jumps from one due moment to the next
  /// until there are some, or the time is up; with no limit and nothing due, it returns with none.
  func wait(_ epoll: Int32, atMost limit: Int, timeoutMilliseconds: Int32) -> [ReadyEvent] {
    guard let interests = interests(epoll, .epollWait) else { return [] }
    let deadline =
      timeoutMilliseconds < 0
      ? UInt64.max : nanoseconds + UInt64(timeoutMilliseconds) * 1_000_000
    while true {
      runDue()
      deliver()
      let ready = collect(interests, limit)
      lastEventCount = ready.count
      if !ready.isEmpty || timeoutMilliseconds == 0 || nanoseconds >= deadline { return ready }
      if lastDeliveryMoved { continue }
      if let next = nextDue, next <= deadline {
        nanoseconds = max(nanoseconds, next)
      } else if timeoutMilliseconds > 0 {
        nanoseconds = deadline
      } else {
        return ready
      }
    }
  }

  private func collect(_ interests: Interests, _ limit: Int) -> [ReadyEvent] {
    var ready: [ReadyEvent] = []
    for number in interests.descriptors where ready.count < limit {
      guard let descriptor = descriptors[number], let watched = descriptor.registration else {
        continue
      }
      let isEdge = watched.events.contains(.edgeTriggered)
      guard !isEdge || watched.hasEdge else { continue }
      // Errors and hang-ups are told whether asked for or not.
      let wanted = watched.events.rawValue | Events.dead.rawValue
      let events = Events(rawValue: descriptor.readiness.rawValue & wanted)
      descriptor.registration?.hasEdge = false
      guard events.rawValue != 0 else { continue }
      ready.append(ReadyEvent(token: watched.token, events: events))
    }
    // Whoever was told comes last the next time, as on Linux's ready list.
    if let first = interests.descriptors.first, interests.descriptors.count > 1 {
      interests.descriptors.removeFirst()
      interests.descriptors.append(first)
    }
    return ready
  }
}
