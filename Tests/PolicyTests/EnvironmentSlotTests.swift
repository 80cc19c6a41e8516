import Domains
import Policy
import Testing

/// The words that count for an environment stay its own when the policy changes.
@Suite struct EnvironmentSlotTests {
  private func snapshot(_ generation: UInt64, _ names: [String]) throws -> PolicySnapshot {
    PolicySnapshot(
      generation: generation,
      environments: try names.map {
        try #require(
          Environment(name: $0, access: .full, addressRules: [], matcher: Matcher([], seed: 1)))
      })
  }

  @Test("an environment keeps its slot, and a new one gets a slot that nothing before had")
  func kept() throws {
    let first = try snapshot(1, ["a", "b", "c"])
    let second = try snapshot(2, ["d", "c", "a", "e"])
    second.takeOverSlots(of: first)
    #expect((0..<4).map { second.slot(of: $0) } == [3, 2, 0, 4])
    let third = try snapshot(3, ["b", "e", "d"])
    third.takeOverSlots(of: second)
    #expect((0..<3).map { third.slot(of: $0) } == [1, 4, 3])
  }

  @Test("a succession knows the slots of environments that are still there")
  func succession() throws {
    let first = try snapshot(1, ["a", "b", "c"])
    let second = try snapshot(2, ["d", "c", "a"])
    second.takeOverSlots(of: first)
    let kept = Succession(from: first, to: second)
    // The last one is that of `d`, which had none before.
    #expect((0..<4).map { kept.keepsSlot($0) } == [true, false, true, false])
  }

  @Test("slots suffice for two snapshots of as many environments as there may be")
  func enough() throws {
    let count = PolicySnapshot.environmentsMax
    let first = try snapshot(1, (0..<count).map { "a\($0)" })
    let second = try snapshot(2, (0..<count).map { "b\($0)" })
    second.takeOverSlots(of: first)
    #expect(Set((0..<count).map { second.slot(of: $0) }).count == count)
    #expect(
      (0..<count).allSatisfy { (count..<PolicySnapshot.slotCount).contains(second.slot(of: $0)) })
  }
}
