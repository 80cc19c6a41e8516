import Benchmark
import MatcherBench

/// Lookups under instruments: what they do to reference counts and objects, which is nothing; one a
/// lookup would be 10,000. Times are scripts/bench matcher's business.
let benchmarks: @Sendable () -> Void = {
  let tolerance = BenchmarkThresholds(absolute: [.p50: 10, .p90: 10])
  let metrics: [BenchmarkMetric] = [.retainCount, .releaseCount, .objectAllocCount]
  Benchmark.defaultConfiguration = .init(
    metrics: metrics, warmupIterations: 3, maxDuration: .seconds(3), maxIterations: 200,
    thresholds: Dictionary(uniqueKeysWithValues: metrics.map { ($0, tolerance) }))
  // That the instruments count at all.
  Benchmark("100-objects") { benchmark in
    benchmark.startMeasurement()
    for _ in 0..<100 { blackHole(Counted()) }
    benchmark.stopMeasurement()
  }
  for operation in CountedLookups.Operation.all where operation.size <= 10_000 {
    Benchmark("\(operation)") { benchmark, lookups in
      benchmark.startMeasurement()
      let sum = lookups.lookUp(10_000)
      benchmark.stopMeasurement()
      blackHole(sum)
    } setup: {
      try CountedLookups(operation, limit: 10_000)
    }
  }
}

private final class Counted {}
