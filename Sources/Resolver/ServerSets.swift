import Reactor

/// The sets of name servers that are in use, and the channel of each. A set is known by its servers, so
/// that it stays what it is over changes of configuration; one that is used again after it went is new,
/// with none of the answers of before.
struct ServerSets: ~Copyable {
  /// The most sets beside that of the settings.
  static let countMax = 16
  /// Room for those of the configuration before, which may still be waited for.
  static let channelsMax = 1 + 2 * countMax

  /// Where a set stands.
  struct Place: BitwiseCopyable {
    /// The number of its channel.
    var channel: UInt8 = 0
    /// Never the same for two sets, nor for one before and after it went: what the cache keeps is known by
    /// it.
    var life: UInt32 = 0
  }

  private enum State { case free, used, retired }

  private var states: [State]
  private var servers: [[SocketAddress]]
  private var lives: [UInt32]
  private var channels: [AresChannel?]
  private var places = InlineArray<17, Place>(repeating: Place())
  private var count = 1
  private var nextLife: UInt32 = 1
  private(set) var hasRetired = false
  private let settings: ResolverSettings
  private let makeHooks: (Int) -> SocketHooks

  init(settings: ResolverSettings, makeHooks: @escaping (Int) -> SocketHooks) {
    states = Array(repeating: .free, count: Self.channelsMax)
    servers = Array(repeating: [], count: Self.channelsMax)
    lives = Array(repeating: 0, count: Self.channelsMax)
    channels = Array(repeating: nil, count: Self.channelsMax)
    self.settings = settings
    self.makeHooks = makeHooks
    states[0] = .used
    channels[0] = AresChannel(hooks: makeHooks(0), settings: settings)
  }

  /// Where the set of a number stands, 0 for that of the settings.
  @inline(__always) func place(of number: Int) -> Place {
    precondition(number < count, "a set of name servers that nobody named")
    return places[number]
  }

  func channel(_ number: Int) -> AresChannel? { channels[number] }

  /// The channel of a number, which is made when it is first asked: most workers ask few.
  mutating func open(_ number: Int) -> AresChannel {
    if let open = channels[number] { return open }
    var own = settings
    own.servers = servers[number]
    let made = AresChannel(hooks: makeHooks(number), settings: own)
    channels[number] = made
    return made
  }

  /// Takes up the sets of a configuration. Gives back the channels that had to make room at once.
  mutating func use(_ sets: [[SocketAddress]]) -> [AresChannel] {
    precondition(sets.count <= Self.countMax, "too many sets of name servers")
    for number in 1..<Self.channelsMax where states[number] == .used { states[number] = .retired }
    var closed: [AresChannel] = []
    for (index, set) in sets.enumerated() {
      let number: Int
      if let known = (1..<Self.channelsMax).first(where: {
        states[$0] != .free && servers[$0] == set
      }) {
        number = known
      } else if let free = (1..<Self.channelsMax).first(where: { states[$0] == .free }) {
        number = free
        start(number, set)
      } else {
        // There are twice as many places as sets, so one of those is not in use any more; but not one
        // that this very configuration still names.
        guard
          let old = (1..<Self.channelsMax).first(where: {
            states[$0] == .retired && !sets.contains(servers[$0])
          })
        else { preconditionFailure("no place for a set of name servers") }
        if let channel = channels[old] { closed.append(channel) }
        number = old
        start(number, set)
      }
      states[number] = .used
      places[index + 1] = Place(channel: UInt8(number), life: lives[number])
    }
    count = sets.count + 1
    hasRetired = states.contains(.retired)
    return closed
  }

  private mutating func start(_ number: Int, _ set: [SocketAddress]) {
    servers[number] = set
    lives[number] = nextLife
    nextLife &+= 1
    channels[number] = nil
  }

  /// Takes one set away that is not in use any more and has nothing to answer; gives its channel, which is
  /// the caller's to close, if it had one.
  mutating func takeRetired() -> AresChannel? {
    for number in 1..<Self.channelsMax where states[number] == .retired {
      if let channel = channels[number], channel.outstanding > 0 { continue }
      let channel = channels[number]
      channels[number] = nil
      states[number] = .free
      servers[number] = []
      hasRetired = states.contains(.retired)
      return channel
    }
    return nil
  }

  /// Ends every query. Nothing may be asked afterwards.
  func closeAll() {
    for channel in channels { channel?.close() }
  }
}

extension ResolverCore {
  mutating func use(_ servers: [[SocketAddress]], now: UInt64) {
    for channel in sets.use(servers) { close(channel, now: now) }
  }

  mutating func tidy(now: UInt64) {
    guard sets.hasRetired, let channel = sets.takeRetired() else { return }
    close(channel, now: now)
  }

  /// Whoever still waits is told that the lookup has failed.
  private mutating func close(_ channel: AresChannel, now: UInt64) {
    channel.close()
    takeAnswers(of: channel, now: now)
  }
}
