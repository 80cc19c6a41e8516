import Domains
import Policy
import Testing

/// How allowed requests are carried out, as a snapshot holds it.
@Suite struct TreatmentTests {
  private func environment(_ name: String, _ treatment: Treatment) throws -> Environment {
    try #require(
      Environment(
        name: name, access: .full, addressRules: [], matcher: Matcher([], seed: 1),
        treatment: treatment))
  }

  private func idle(_ seconds: UInt64) -> Treatment {
    var treatment = Treatment()
    treatment.timeLimits.idle = seconds * 1_000_000_000
    return treatment
  }

  @Test("each environment has its own treatment, and equal ones are held once")
  func shared() throws {
    let treatments = [idle(0), idle(5), idle(7), idle(5), idle(0), idle(7)]
    let snapshot = PolicySnapshot(
      generation: 1,
      environments: try treatments.enumerated().map { try environment("vm-\($0)", $1) })
    for (index, treatment) in treatments.enumerated() {
      #expect(snapshot.treatment(of: index) == treatment)
    }
    #expect(snapshot.treatmentCount == 3)
  }

  @Test("a request of no environment has the defaults of the process")
  func none() throws {
    let snapshot = PolicySnapshot(
      generation: 1, environments: [try environment("vm-1", idle(5))])
    #expect(snapshot.treatment(of: PolicySnapshot.noEnvironment) == Treatment())
  }

  @Test("ten thousand environments can all differ")
  func different() throws {
    let snapshot = PolicySnapshot(
      generation: 1,
      environments: try (0..<10_000).map { try environment("vm-\($0)", idle(UInt64($0) + 1)) })
    #expect(snapshot.treatment(of: 9999) == idle(10_000))
    #expect(snapshot.treatmentCount == 10_001)
  }
}
