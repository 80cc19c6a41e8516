import Benchmark

let benchmarks: @Sendable () -> Void = {
  Benchmark("nothing") { benchmark in
    for number in benchmark.scaledIterations { blackHole(number) }
  }
}
