import Domains
import Reactor
import Simulation
import Testing

@Suite struct PoolTests {
  @Test("a slab lends each index once, and no more than it has")
  func slab() {
    var slab = Slab<UInt32>(capacity: 3)
    #expect([slab.take(), slab.take(), slab.take(), slab.take()] == [0, 1, 2, nil])
    slab.giveBack(1)
    #expect(slab.count == 2 && slab.highWater == 3)
    #expect(slab.take() == 1 && slab.take() == nil)
  }

  @Test("a slab's records are zero at first and keep their value when given back")
  func records() {
    var slab = Slab<UInt32>(capacity: 2)
    let index = slab.take() ?? -1
    #expect(slab[index] == 0)
    slab[index] = 7
    slab.giveBack(index)
    #expect(slab[index] == 7)
  }

  @Test("an index outside the slab traps")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      let slab = Slab<UInt32>(capacity: 2)
      _ = slab[2]
    }
  }

  @Test("an index given back twice traps once all are free")
  func twice() async {
    await #expect(processExitsWith: .failure) {
      var slab = Slab<UInt32>(capacity: 2)
      let index = slab.take() ?? 0
      slab.giveBack(index)
      slab.giveBack(index)
    }
  }

  @Test("a buffer pool counts what is left, and its buffers do not overlap")
  func buffers() {
    var pool = BufferPool(buffers: 2, stride: 4)
    let first = pool.take() ?? -1
    let second = pool.take() ?? -1
    #expect(pool.available == 0 && pool.take() == nil)
    pool.memory.write("abcd", at: pool.offset(first))
    pool.memory.write("wxyz", at: pool.offset(second))
    #expect(pool.memory[pool.offset(first) + 3] == UInt8(ascii: "d"))
    pool.giveBack(first)
    #expect(pool.available == 1 && pool.take() == first)
  }

  @Test("an empty pipe is kept for the next borrower")
  func keptPipe() {
    let world = World()
    do {
      var pool = PipePool(kernel: SimulatedKernel(world), capacity: 2, pipeBytes: 100)
      let first = pool.take() ?? -1
      let ends = [pool.readEnd(first), pool.writeEnd(first)]
      #expect(world.openDescriptors == ends)
      pool.giveBack(first, isEmpty: true)
      #expect(pool.take() == first && [pool.readEnd(first), pool.writeEnd(first)] == ends)
    }
    #expect(world.openDescriptors == [] && world.violations == [])
  }

  @Test("a pipe with bytes in it is closed, and another one opened in its place")
  func usedPipe() {
    let world = World()
    do {
      var pool = PipePool(kernel: SimulatedKernel(world), capacity: 1, pipeBytes: 100)
      let first = pool.take() ?? -1
      let ends = [pool.readEnd(first), pool.writeEnd(first)]
      pool.giveBack(first, isEmpty: false)
      #expect(world.openDescriptors == [])
      let next = pool.take() ?? -1
      #expect(![pool.readEnd(next), pool.writeEnd(next)].contains(where: ends.contains))
    }
    #expect(world.openDescriptors == [] && world.violations == [])
  }

  @Test("without descriptors the pool has no pipe to lend, and has one again later")
  func noDescriptors() {
    let world = World()
    var pool = PipePool(kernel: SimulatedKernel(world), capacity: 1, pipeBytes: 100)
    world.faults.descriptorLimit = 1
    #expect(pool.take() == nil)
    #expect(world.openDescriptors == [])
    world.faults.descriptorLimit = 2
    #expect(pool.take() == 0)
    #expect(pool.take() == nil)
  }
}
