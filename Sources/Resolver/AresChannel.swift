internal import CCares
import Domains
import Reactor

/// What came of one query.
struct QueryResult: BitwiseCopyable {
  var answer: ParsedAnswer
}

/// One c-ares channel (version 1.18.1) and the queries out on it. c-ares does ids, retransmission,
/// choice of server, EDNS and the fallback to TCP; ``AnswerParser`` reads the answers.
///
/// A query has a number below `capacity`, chosen by the caller and in use from ``start`` until
/// ``nextFinished`` gives it back. c-ares calls back at any time, also from within ``start``: all that
/// a callback does is to parse the answer and to queue the number, so that nothing is re-entered.
///
/// Ids are c-ares's own (a stream cipher keyed from /dev/urandom); the source port is the kernel's
/// choice, anew whenever no query is left. Sockets are connected: what another peer sends is not seen.
@safe final class AresChannel {
  private let hooks: SocketHooks
  private var channel: ares_channel?
  private let functions: UnsafeMutablePointer<ares_socket_functions>
  private let tickets: UnsafeMutablePointer<QueryTicket>
  private let capacity: Int
  /// The name of each query, ended by a zero byte.
  private let names: ByteBuffer
  private var results: Slab<QueryResult>
  private var finished: Slab<UInt32>
  private var finishedHead = 0
  private var finishedCount = 0
  /// Queries started and not finished.
  private(set) var outstanding = 0

  private static let nameStride = 256
  private static let serversAtMost = 8
  /// What crosses every network path unfragmented.
  private static let datagramBytes: Int32 = 1232

  init(hooks: SocketHooks, settings: ResolverSettings) {
    _ = aresLibrary
    capacity = settings.pendingCapacity * 2
    self.hooks = hooks
    names = ByteBuffer(count: capacity * Self.nameStride)
    results = Slab(capacity: capacity)
    finished = Slab(capacity: capacity)
    unsafe tickets = .allocate(capacity: capacity)
    unsafe functions = .allocate(capacity: 1)
    unsafe functions.initialize(
      to: ares_socket_functions(
        asocket: aresOpen, aclose: aresClose, aconnect: aresConnect, arecvfrom: aresReceive,
        asendv: aresSend))
    let context = unsafe Unmanaged.passUnretained(self)
    for number in 0..<capacity {
      unsafe (tickets + number).initialize(to: QueryTicket(channel: context, number: number))
    }
    open(settings)
  }

  /// Ends every query and closes every socket. Nothing may be asked afterwards.
  func close() {
    guard let open = unsafe channel else { return }
    unsafe ares_destroy(open)
    unsafe channel = nil
  }

  deinit {
    precondition(unsafe channel == nil)
    unsafe tickets.deallocate()
    unsafe functions.deallocate()
  }

  private func open(_ settings: ResolverSettings) {
    var options = unsafe ares_options()
    unsafe options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS
    unsafe options.ednspsz = Self.datagramBytes
    unsafe options.timeout = Int32(settings.queryTimeoutMilliseconds)
    unsafe options.tries = Int32(settings.tries)
    unsafe options.sock_state_cb = aresWatch
    let hooksPointer = unsafe Unmanaged.passUnretained(hooks).toOpaque()
    unsafe options.sock_state_cb_data = hooksPointer
    // No search domain: a name is absolute, whatever resolv.conf or LOCALDOMAIN says.
    unsafe options.ndomains = 0
    let mask =
      ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS
      | ARES_OPT_SOCK_STATE_CB | ARES_OPT_DOMAINS | ARES_OPT_NOROTATE | ARES_OPT_LOOKUPS
      | ARES_OPT_RESOLVCONF
    var opened: ares_channel?
    let path = settings.servers.isEmpty ? settings.resolvConf : "/dev/null"
    var text = Array(path.utf8CString)
    var lookups = [CChar(bitPattern: 0x62), 0]
    let status = unsafe text.withUnsafeMutableBufferPointer { path in
      unsafe lookups.withUnsafeMutableBufferPointer { lookups in
        unsafe options.resolvconf_path = path.baseAddress
        unsafe options.lookups = lookups.baseAddress
        return unsafe ares_init_options(&opened, &options, mask)
      }
    }
    guard status == ARES_SUCCESS, let opened = unsafe opened else {
      fatalError("c-ares cannot start (status \(status)); check \(path)")
    }
    unsafe channel = opened
    unsafe ares_set_socket_functions(opened, functions, hooksPointer)
    if !settings.servers.isEmpty { setServers(settings.servers) }
  }

  private func setServers(_ servers: [SocketAddress]) {
    let count = min(servers.count, Self.serversAtMost)
    let nodes = UnsafeMutablePointer<ares_addr_port_node>.allocate(capacity: count)
    defer { unsafe nodes.deallocate() }
    for (index, server) in servers.prefix(count).enumerated() {
      unsafe (nodes + index).initialize(to: ares_addr_port_node())
      unsafe nodes[index].next = index + 1 < count ? nodes + index + 1 : nil
      unsafe nodes[index].udp_port = Int32(server.port)
      unsafe nodes[index].tcp_port = Int32(server.port)
      switch server.address.family {
      case .v4:
        unsafe nodes[index].family = AF_INET
        unsafe nodes[index].addr.addr4.s_addr = UInt32(server.address.low).bigEndian
      case .v6:
        unsafe nodes[index].family = AF_INET6
        let words = (server.address.high.bigEndian, server.address.low.bigEndian)
        unsafe withUnsafeBytes(of: words) { source in
          unsafe withUnsafeMutableBytes(of: &nodes[index].addr) {
            unsafe $0.copyMemory(from: source)
          }
        }
      }
    }
    let status = unsafe ares_set_servers_ports(channel, nodes)
    guard status == ARES_SUCCESS else {
      fatalError("c-ares refuses its servers (status \(status))")
    }
  }

  /// Asks for the addresses of `family` of `name` (1 to 253 bytes, canonical).
  func start(_ number: Int, name: Span<UInt8>, family: IPAddress.Family) {
    precondition(name.count > 0 && name.count < Self.nameStride - 1 && number < capacity)
    let offset = number * Self.nameStride
    names.write(name, at: offset)
    names[offset + name.count] = 0
    outstanding += 1
    unsafe tickets[number].nameLength = name.count
    unsafe tickets[number].family = family
    unsafe tickets[number].refusalsBefore = hooks.refusals
    unsafe (names.base + offset).withMemoryRebound(to: CChar.self, capacity: Self.nameStride) {
      unsafe ares_query(
        channel, $0, 1, Int32(AnswerParser.recordType(family)), aresAnswered, tickets + number)
    }
  }

  /// The epoll event of one of our descriptors; also does what is due. A descriptor that is not ours
  /// (any more) does only the latter.
  func handle(_ fd: Int32, readable: Bool, writable: Bool) {
    let isOurs = hooks.owns(fd)
    unsafe ares_process_fd(
      channel, isOurs && readable ? fd : ARES_SOCKET_BAD, isOurs && writable ? fd : ARES_SOCKET_BAD)
  }

  /// Retransmits and gives up what is due.
  func retransmit() { unsafe ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD) }

  /// The number of a query that is over; its result is in ``result(_:)`` until the number's next use.
  func nextFinished() -> Int? {
    guard finishedCount > 0 else { return nil }
    let number = Int(finished[finishedHead])
    finishedHead = (finishedHead + 1) % capacity
    finishedCount -= 1
    return number
  }

  func result(_ number: Int) -> ParsedAnswer { results[number].answer }

  /// Called by c-ares, once for each query. `message` is `nil` when there is none.
  func answered(_ ticket: QueryTicket, status: Int32, message: UnsafeBufferPointer<UInt8>?) {
    let number = ticket.number
    var answer = ParsedAnswer(error: error(status, ticket))
    if status == ARES_SUCCESS {
      answer = ParsedAnswer(error: .malformed)
      if let message = unsafe message {
        answer = unsafe Self.parse(Span(_unsafeElements: message), names, ticket)
      }
    }
    results[number] = QueryResult(answer: answer)
    finished[(finishedHead + finishedCount) % capacity] = UInt32(number)
    finishedCount += 1
    outstanding -= 1
  }

  /// Here, because a span cannot be taken from a property of a class in the middle of an expression.
  private static func parse(
    _ message: Span<UInt8>, _ names: borrowing ByteBuffer, _ ticket: QueryTicket
  ) -> ParsedAnswer {
    let name = names.span(ticket.number * nameStride, ticket.nameLength)
    return AnswerParser.parse(message, name: name, family: ticket.family)
  }

  /// The code of a refusal may be another query's of the same moment; it is kept for 1 s either way.
  private func error(_ status: Int32, _ ticket: QueryTicket) -> ResolutionError {
    switch status {
    case ARES_ECONNREFUSED where hooks.refusals != ticket.refusalsBefore:
      AnswerParser.error(responseCode: hooks.lastRefusal) ?? .serverFailure
    case ARES_ENODATA, ARES_ENOTFOUND: .notFound
    case ARES_ETIMEOUT: .timeout
    case ARES_EREFUSED, ARES_ENOTIMP: .refusedByServer
    case ARES_EBADRESP, ARES_EFORMERR, ARES_EBADNAME: .malformed
    case ARES_ECONNREFUSED: .unreachable
    default: .serverFailure
    }
  }
}

/// One query's identity for c-ares, at an address that stays.
@safe struct QueryTicket {
  let channel: Unmanaged<AresChannel>
  let number: Int
  var nameLength = 0
  var family = IPAddress.Family.v4
  /// How many refusals the channel had seen when this query began.
  var refusalsBefore = 0

  init(channel: Unmanaged<AresChannel>, number: Int) {
    unsafe self.channel = unsafe channel
    self.number = number
  }
}

/// Once for the process, whichever thread comes first.
private let aresLibrary: Int32 = ares_library_init(ARES_LIB_INIT_NONE)
