import Policy
import Simulation
import Testing

@testable import Proxy

/// Turns without sockets: workers that wake late at random, and directions that have more to read than
/// they may.
@Suite struct PaceModelTests {
  static let millisecond: UInt64 = 1_000_000
  static let second: UInt64 = 1_000_000_000

  struct Accounts: ~Copyable {
    let own = BandwidthAccounts(slots: 1)
    let clients = ClientAccounts()
  }

  /// One direction of a tunnel.
  struct Reader {
    var client = v4(10, 0, 0, 1)
    var pace = Pace()
    /// When its timer is set for; 0: it may read.
    var wakes: UInt64 = 0
    var total = 0
    /// Bytes that it has to read each time, and when it has them next; 0: always some.
    var message = 0
    var every: UInt64 = 0
    var next: UInt64 = 0
  }

  /// Workers with readers of one environment and direction.
  struct Model {
    let limit: Bandwidth
    var clientLimit = Bandwidth.unlimited
    var workers: [[Reader]]
    var random: SeededRandom
    /// Milliseconds that a worker may be late.
    var lateness: UInt64 = 8
    /// Bytes that one look at a reader moves at most.
    var readsMax = 1 << 21
    /// Moved in each hundredth of a second.
    var moved: [Int] = []

    var total: Int { workers.joined().reduce(0) { $0 + $1.total } }

    mutating func run(_ accounts: borrowing Accounts, from start: UInt64, to end: UInt64) {
      var wakes = workers.map { _ in start }
      while let now = wakes.min(), now < end {
        let worker = wakes.firstIndex(of: now)!
        var isBusy = false
        for index in workers[worker].indices {
          if serve(accounts, worker, index, now, since: start) { isBusy = true }
        }
        // A turn of the loop takes some time; without anything to do it sleeps until the next timer, as
        // its ticks have it, and the system lets it wait for the processor.
        let soon = now + 1_000 + random.next() % 100_000
        let timer = workers[worker].map { $0.wakes == 0 ? max($0.next, soon) : $0.wakes }.min()!
        let tick = (timer + Self.tick - 1) / Self.tick * Self.tick
        wakes[worker] = isBusy ? soon : max(soon, tick + random.next() % (lateness * 1_000_000 + 1))
      }
    }

    static let tick: UInt64 = 1_000_000

    /// Whether it has more to do at once.
    private mutating func serve(
      _ accounts: borrowing Accounts, _ worker: Int, _ index: Int, _ now: UInt64,
      since start: UInt64
    ) -> Bool {
      var reader = workers[worker][index]
      defer { workers[worker][index] = reader }
      guard reader.wakes <= now, reader.next <= now else { return false }
      if reader.pace.credit == 0 {
        var limits = Pace.Limits(own: limit, client: clientLimit)
        limits.place = accounts.clients.place(of: reader.client, account: 0)
        let begin = reader.pace.take(limits, from: accounts.own, accounts.clients, now: now)
        if begin > now {
          reader.wakes = begin
          return false
        }
      }
      reader.wakes = 0
      let wanted = reader.every == 0 ? readsMax : min(reader.message, readsMax)
      let count = min(wanted, Int(reader.pace.credit))
      reader.pace.spend(count)
      reader.total += count
      let slot = Int((now - start) / 10_000_000)
      while moved.count <= slot { moved.append(0) }
      moved[slot] += count
      if reader.every > 0 {
        reader.pace.giveBack(to: accounts.own, accounts.clients)
        reader.next = now + reader.every
      }
      return reader.every == 0
    }
  }

  static let rates: [UInt64] = [1 << 10, 100 << 10, 10 << 20, 1 << 30, 10 << 30]

  @Test(
    "over ten seconds the limit is kept to 2 %, and in no tenth of one is twice as much moved",
    arguments: rates, [[1], [10], [1, 1, 1, 1], [1, 9], [0, 3, 40, 2]])
  func exact(rate: UInt64, readers: [Int]) throws {
    let workers = readers.filter { $0 > 0 }.map { Array(repeating: Reader(), count: $0) }
    var model = Model(
      limit: Bandwidth(bytesPerSecond: rate), workers: workers, random: SeededRandom(seed: rate))
    let accounts = Accounts()
    let start = 77 * Self.second
    model.run(accounts, from: start, to: start + 10 * Self.second)
    let ratio = Double(model.total) / (10 * Double(rate))
    #expect((0.98...1.02).contains(ratio), "\(ratio)")
    let most = (0..<max(model.moved.count - 9, 1)).map { first in
      model.moved[first..<min(first + 10, model.moved.count)].reduce(0, +)
    }.max()!
    #expect(Double(most) <= 0.2 * Double(rate) + 1, "\(Double(most) / Double(rate)) s of the rate")
  }

  @Test(
    "one that reads all it can and nine others get equal shares within 10 %, on whatever workers",
    arguments: rates, [[10], [1, 9], [4, 3, 2, 1]])
  func fair(rate: UInt64, readers: [Int]) throws {
    var model = Model(
      limit: Bandwidth(bytesPerSecond: rate),
      workers: readers.map { Array(repeating: Reader(), count: $0) },
      random: SeededRandom(seed: rate &+ UInt64(readers.count)))
    let accounts = Accounts()
    let start = 77 * Self.second
    model.run(accounts, from: start, to: start + 20 * Self.second)
    let share = Double(model.total) / 10
    for reader in model.workers.joined() {
      let ratio = Double(reader.total) / share
      #expect((0.9...1.1).contains(ratio), "\(ratio)")
    }
  }

  @Test("what others do not use goes to the one that can", arguments: rates.dropFirst())
  func workConserving(rate: UInt64) throws {
    // Nine that move a tenth of the rate together, in small pieces.
    var small = Reader()
    small.every = 100 * Self.millisecond
    small.message = max(Int(rate / 900), 1)
    var model = Model(
      limit: Bandwidth(bytesPerSecond: rate),
      workers: [[Reader()] + Array(repeating: small, count: 4), Array(repeating: small, count: 5)],
      random: SeededRandom(seed: rate))
    let accounts = Accounts()
    let start = 77 * Self.second
    model.run(accounts, from: start, to: start + 10 * Self.second)
    let ratio = Double(model.total) / (10 * Double(rate))
    #expect((0.97...1.02).contains(ratio), "\(ratio)")
  }

  @Test(
    "each client has what it may, however many tunnels it has, and all together what the environment may",
    arguments: [1 << 20, 500 << 10] as [UInt64])
  func clients(rate: UInt64) throws {
    func readers(_ client: UInt32, _ count: Int) -> [Reader] {
      var reader = Reader()
      reader.client = v4(10, 0, 0, client)
      return Array(repeating: reader, count: count)
    }
    let share: UInt64 = 200 << 10
    var model = Model(
      limit: Bandwidth(bytesPerSecond: rate), clientLimit: Bandwidth(bytesPerSecond: share),
      workers: [readers(1, 4) + readers(2, 1), readers(1, 2) + readers(3, 3)],
      random: SeededRandom(seed: rate))
    let accounts = Accounts()
    let start = 77 * Self.second
    model.run(accounts, from: start, to: start + 10 * Self.second)
    for client in 1...3 as ClosedRange<UInt32> {
      let all = model.workers.joined().filter { $0.client == v4(10, 0, 0, client) }
      let ratio = Double(all.reduce(0) { $0 + $1.total }) / (10 * Double(share))
      // Where there is not enough for all, tunnels share alike and not clients: the only one of the
      // second has a tenth of 500 KiB at least.
      #expect((rate > 3 * share ? 0.97 : 0.24) <= ratio && ratio <= 1.02, "\(client): \(ratio)")
    }
    let ratio = Double(model.total) / (10 * Double(min(rate, 3 * share)))
    #expect((0.97...1.02).contains(ratio), "\(ratio)")
  }

  @Test("a changed limit holds from the next turn on")
  func changed() throws {
    let accounts = Accounts()
    let start = 77 * Self.second
    var model = Model(
      limit: Bandwidth(bytesPerSecond: 1 << 20), workers: [[Reader(), Reader()]],
      random: SeededRandom(seed: 4))
    model.run(accounts, from: start, to: start + 5 * Self.second)
    let before = model.total
    var slower = Model(
      limit: Bandwidth(bytesPerSecond: 1 << 14), workers: model.workers,
      random: SeededRandom(seed: 5))
    slower.run(accounts, from: start + 5 * Self.second, to: start + 15 * Self.second)
    let ratio = Double(slower.total - before) / (10 * Double(1 << 14))
    #expect((0.9...1.35).contains(ratio), "\(ratio)")
  }

  @Test("what is given back is what was not used", arguments: 0..<50)
  func givenBack(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let limit = Bandwidth(bytesPerSecond: 1 + random.next() >> (30 + random.next() % 33))
    let accounts = Accounts()
    var limits = Pace.Limits(own: limit, client: limit)
    limits.place = accounts.clients.place(of: v4(10, 0, 0, 1), account: 0)
    let now = 1_000_000 * Self.second
    var pace = Pace()
    var used: UInt128 = 0
    for _ in 0..<200 {
      _ = pace.take(limits, from: accounts.own, accounts.clients, now: now)
      let count = random.next() % UInt64(pace.credit + 1)
      pace.spend(Int(count))
      used += UInt128(count)
      if random.chance(50) { pace.giveBack(to: accounts.own, accounts.clients) }
    }
    pace.giveBack(to: accounts.own, accounts.clients)
    let start = now - limit.slack
    let account = accounts.own.take(0, 0, of: limit, now: now)
    let clientAccount = accounts.clients.take(limits.place, 0, of: limit, now: now)
    #expect(account == clientAccount)
    let exact = used * 1_000_000_000 / UInt128(limit.bytesPerSecond)
    // Each turn is rounded up by less than 2 ns.
    #expect(UInt128(account - start) >= exact && UInt128(account - start) <= exact + 401)
  }
}
