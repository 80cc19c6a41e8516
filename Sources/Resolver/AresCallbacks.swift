internal import CCares
import Domains
import Glibc
import Reactor

// What c-ares calls: C functions, which find their object through the pointer that they are given
// and do nothing but translate. A failed socket call leaves its errno where C expects it.

func aresAnswered(
  _ argument: UnsafeMutableRawPointer?, _ status: Int32, _ timeouts: Int32,
  _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int32
) {
  guard let argument = unsafe argument else { return }
  let ticket = unsafe argument.assumingMemoryBound(to: QueryTicket.self).pointee
  let message = unsafe bytes.map {
    unsafe UnsafeBufferPointer(start: $0, count: max(0, Int(count)))
  }
  let channel = unsafe ticket.channel.takeUnretainedValue()
  unsafe channel.answered(ticket, status: status, message: message)
}

private func hooks(_ data: UnsafeMutableRawPointer?) -> SocketHooks? {
  guard let data = unsafe data else { return nil }
  return unsafe Unmanaged<SocketHooks>.fromOpaque(data).takeUnretainedValue()
}

/// -1 with errno set for a negative result of the kernel, the result otherwise.
private func translated(_ result: Int) -> Int {
  guard result < 0 else { return result }
  errno = Int32(-result)
  return -1
}

func aresOpen(
  _ domain: Int32, _ type: Int32, _ number: Int32, _ data: UnsafeMutableRawPointer?
) -> Int32 {
  guard let hooks = unsafe hooks(data), domain == AF_INET || domain == AF_INET6 else {
    return Int32(translated(-Int(Errno.invalid)))
  }
  let isStream = type == Int32(SOCK_STREAM.rawValue)
  return Int32(translated(Int(hooks.open(domain == AF_INET ? .v4 : .v6, isStream: isStream))))
}

func aresClose(_ fd: Int32, _ data: UnsafeMutableRawPointer?) -> Int32 {
  unsafe hooks(data)?.close(fd)
  return 0
}

func aresConnect(
  _ fd: Int32, _ address: UnsafePointer<sockaddr>?, _ length: ares_socklen_t,
  _ data: UnsafeMutableRawPointer?
) -> Int32 {
  guard
    let hooks = unsafe hooks(data), let address = unsafe address,
    let target = unsafe socketAddress(address, Int(length))
  else { return Int32(translated(-Int(Errno.invalid))) }
  return Int32(translated(Int(hooks.connect(fd, target))))
}

func aresReceive(
  _ fd: Int32, _ into: UnsafeMutableRawPointer?, _ count: Int, _ flags: Int32,
  _ from: UnsafeMutablePointer<sockaddr>?, _ fromLength: UnsafeMutablePointer<ares_socklen_t>?,
  _ data: UnsafeMutableRawPointer?
) -> ares_ssize_t {
  guard let hooks = unsafe hooks(data), let into = unsafe into else {
    return translated(-Int(Errno.invalid))
  }
  let received = hooks.receive(fd, count: count)
  hooks.noteResponse(count: received)
  if received > 0 {
    unsafe into.copyMemory(from: hooks.scratch.base, byteCount: min(received, count))
  }
  // A connected socket receives from its peer alone, so that its peer is whom this is from.
  if received >= 0, let from = unsafe from, let fromLength = unsafe fromLength {
    unsafe write(hooks.peer(fd), to: from, length: fromLength)
  }
  return translated(received)
}

func aresSend(
  _ fd: Int32, _ pieces: UnsafePointer<iovec>?, _ pieceCount: Int32,
  _ data: UnsafeMutableRawPointer?
) -> ares_ssize_t {
  guard let hooks = unsafe hooks(data), let pieces = unsafe pieces else {
    return translated(-Int(Errno.invalid))
  }
  // Only a stream has several pieces, and what does not fit goes with the next call.
  var gathered = 0
  for index in 0..<Int(pieceCount) {
    let piece = unsafe pieces[index]
    let length = unsafe min(piece.iov_len, hooks.scratch.count - gathered)
    guard length > 0, let base = unsafe piece.iov_base else { continue }
    unsafe (hooks.scratch.base + gathered).update(
      from: base.assumingMemoryBound(to: UInt8.self), count: length)
    gathered += length
  }
  return translated(hooks.send(fd, count: gathered))
}

func aresWatch(
  _ data: UnsafeMutableRawPointer?, _ fd: Int32, _ readable: Int32, _ writable: Int32
) {
  unsafe hooks(data)?.watch(fd, readable: readable != 0, writable: writable != 0)
}

private func socketAddress(_ address: UnsafePointer<sockaddr>, _ length: Int) -> SocketAddress? {
  let bytes = unsafe UnsafeRawPointer(address)
  switch unsafe Int32(address.pointee.sa_family) {
  case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
    let raw = unsafe bytes.loadUnaligned(as: sockaddr_in.self)
    return SocketAddress(
      IPAddress(v4: UInt32(bigEndian: raw.sin_addr.s_addr)), port: UInt16(bigEndian: raw.sin_port))
  case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
    let raw = unsafe bytes.loadUnaligned(as: sockaddr_in6.self)
    let words = unsafe withUnsafeBytes(of: raw.sin6_addr) {
      unsafe $0.loadUnaligned(as: (UInt64, UInt64).self)
    }
    return SocketAddress(
      IPAddress(v6High: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1)),
      port: UInt16(bigEndian: raw.sin6_port))
  default:
    return nil
  }
}

private func write(
  _ address: SocketAddress, to target: UnsafeMutablePointer<sockaddr>,
  length: UnsafeMutablePointer<ares_socklen_t>
) {
  let bytes = UnsafeMutableRawPointer(target)
  switch address.address.family {
  case .v4:
    var raw = sockaddr_in()
    raw.sin_family = sa_family_t(AF_INET)
    raw.sin_port = address.port.bigEndian
    raw.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.address.low).bigEndian
    guard unsafe Int(length.pointee) >= MemoryLayout<sockaddr_in>.size else { return }
    unsafe bytes.storeBytes(of: raw, as: sockaddr_in.self)
    unsafe length.pointee = ares_socklen_t(MemoryLayout<sockaddr_in>.size)
  case .v6:
    var raw = sockaddr_in6()
    raw.sin6_family = sa_family_t(AF_INET6)
    raw.sin6_port = address.port.bigEndian
    let words = (address.address.high.bigEndian, address.address.low.bigEndian)
    unsafe withUnsafeBytes(of: words) { source in
      unsafe withUnsafeMutableBytes(of: &raw.sin6_addr) { unsafe $0.copyMemory(from: source) }
    }
    guard unsafe Int(length.pointee) >= MemoryLayout<sockaddr_in6>.size else { return }
    unsafe bytes.storeBytes(of: raw, as: sockaddr_in6.self)
    unsafe length.pointee = ares_socklen_t(MemoryLayout<sockaddr_in6>.size)
  }
}
