import Domains
import Testing

@testable import Resolver

@Suite("Tables")
struct TableTests {
  @Test("a slot queue does what an array does, over 20,000 random steps")
  func slotQueue() {
    var generator = SeededGenerator(state: 7)
    var queue = SlotQueue(capacity: 20)
    var model: [Int] = []
    for _ in 0..<20_000 {
      let slot = Int.random(in: 0..<20, using: &generator)
      if Bool.random(using: &generator) {
        if !model.contains(slot) {
          queue.append(slot)
          model.append(slot)
        }
      } else {
        queue.remove(slot)
        model.removeAll { $0 == slot }
      }
      #expect(queue.first == model.first)
    }
  }

  @Test("a waiter table does what arrays do, over 20,000 random steps")
  func waiterTable() {
    var generator = SeededGenerator(state: 9)
    var table = WaiterTable(capacity: 40)
    var list = WaiterList()
    var waiting: [UInt64] = []
    var ready: [UInt64] = []
    for step in 0..<20_000 {
      switch Int.random(in: 0..<10, using: &generator) {
      case 0..<5:
        let isAdded = table.add(UInt64(step), entry: 0, to: &list, now: 0)
        #expect(isAdded == (waiting.count + ready.count < 40))
        if isAdded { waiting.append(UInt64(step)) }
      case 5:
        #expect(table.makeReady(&list) == waiting.count)
        ready += waiting
        waiting = []
      case 6:
        #expect(table.nextReady()?.waiter == ready.first)
        ready = Array(ready.dropFirst())
      default:
        guard let leaving = (waiting + ready).randomElement(using: &generator),
          let node = table.find(leaving)
        else { continue }
        if table.nodes[node].isReady {
          table.removeReady(node)
        } else {
          table.remove(node, from: &list)
        }
        waiting.removeAll { $0 == leaving }
        ready.removeAll { $0 == leaving }
        #expect(table.find(leaving) == nil)
      }
      #expect(table.count == waiting.count + ready.count)
      #expect(list.isEmpty == waiting.isEmpty)
    }
  }

  @Test("the hash depends on every byte, the length and the seed, and spreads")
  func hash() {
    func hash(_ name: String, _ seed: (UInt64, UInt64) = (1, 2)) -> UInt32 {
      let bytes = Array(name.utf8)
      return NameHash(seed: seed).hash(bytes.span)
    }
    #expect(hash("a.example") != hash("b.example"))
    #expect(hash("a.example") != hash("a.examplf"))
    #expect(hash("a.example") != hash("a.example", (1, 3)))
    #expect(hash("a.example") != hash("a.example", (2, 2)))
    #expect(Set((0..<20_000).map { hash("h\($0).example") }).count > 19_980)
    let buckets = Dictionary(grouping: (0..<4096).map { hash("h\($0).example") & 4095 }) { $0 }
    #expect((buckets.values.map(\.count).max() ?? 0) < 12)
  }

  @Test("addresses interleave IPv6 first, up to 16, each once, the rest counted")
  func interleaved() {
    var six = AddressSet()
    var four = AddressSet()
    for n in 0..<20 {
      six.append(v6(last: UInt64(n)))
      four.append(v4(192, 0, 2, UInt32(n)))
    }
    #expect(six.count == 16 && six.dropped == 4)
    let both = AddressSet.interleaved(v6: six, v4: four)
    #expect(both.count == 16 && both.dropped == 24)
    for n in 0..<8 {
      #expect(both[n * 2] == v6(last: UInt64(n)))
      #expect(both[n * 2 + 1] == v4(192, 0, 2, UInt32(n)))
    }
  }
}
